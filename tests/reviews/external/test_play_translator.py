"""The sandbox by itself: its page, its automatic translator, its keys, and the command that starts it."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from engines.review_accounts import ReviewAccount
from foundation.customer_json import dump
from organizations.models import Organization
from reviews.providers.base import Refused
from reviews.providers.gengo import Gengo
from reviews.sandbox.server import Sandbox
from tests.factories import NOW
from tests.pipeline.drains import wait_until
from tests.reviews.external.orders import DRAFT, human_step, job_statuses, make_order, run_all

ROOT = Path(__file__).resolve().parents[3]


def get(sandbox: Sandbox, path: str = "/") -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{sandbox.port}{path}", timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def press(sandbox: Sandbox, job_id: str, act: str, text: str = "") -> str:
    """The page after a button was pressed."""
    body = urlencode({"act": act, "text": text}).encode()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{sandbox.port}/jobs/{job_id}", body, timeout=10) as answer:
            page: str = answer.read().decode()
    except HTTPError as exc:
        with exc:
            return exc.read().decode()
    return page


@pytest.mark.django_db
def test_person_plays_the_translator_with_plain_forms(customer: Organization, sandbox: Sandbox) -> None:
    assert "No jobs yet." in get(sandbox)
    make_order(customer, source={"title": "Save <script>alert(1)</script>"}, draft={"title": "Sichern <script>alert(1)</script>"})
    run_all()

    page = get(sandbox)
    [job_id] = re.findall(r'action="/jobs/(\d+)"', page)
    assert "<script" not in page
    assert re.findall(r'name="act" value="(\w+)"', page) == ["take", "submit", "reject", "cancel"]
    assert re.findall(r'name="act" value="(\w+)"', press(sandbox, job_id, "take")) == ["submit", "reject", "cancel"]
    assert "pending" in get(sandbox)
    press(sandbox, job_id, "submit", "Speichern [[[<script>]]]alert(1)[[[</script>]]]")
    run_all(NOW.replace(hour=14))

    assert human_step().output == dump({"title": "Speichern <script>alert(1)</script>"})
    assert "job is approved" in press(sandbox, job_id, "submit", "Zu spät")
    assert job_statuses(sandbox) == {"title": "approved"}


@pytest.mark.django_db
@pytest.mark.parametrize(("mode", "mark"), [("draft", ""), ("marked", " ✓")])
def test_automatic_translator_hands_in_the_draft(customer: Organization, sandbox: Sandbox, mode: str, mark: str) -> None:
    sandbox.automatic.mode = mode
    make_order(customer)
    run_all()
    wait_until(lambda: set(job_statuses(sandbox).values()) <= {"reviewable", "approved"})

    run_all(NOW.replace(hour=14))

    assert human_step().output == dump({**DRAFT, "title": DRAFT["title"] + mark, "body": DRAFT["body"] + mark})


@pytest.mark.parametrize(("public", "private"), [("other", "sandbox-private"), ("sandbox-public", "other")])
def test_keys_of_somebody_else_are_refused(sandbox: Sandbox, public: str, private: str) -> None:
    with pytest.raises(Refused, match="error 1000"):
        Gengo(ReviewAccount("gengo", sandbox.base_url, public, private)).approve("1")


def test_counters_tell_orders_calls_and_jobs(sandbox: Sandbox) -> None:
    assert json.loads(get(sandbox, "/counts")) == {"orders": {}, "calls": {}, "jobs": {}, "callbacks": {}}
    with pytest.raises(HTTPError) as missing:
        get(sandbox, "/elsewhere")
    missing.value.close()


def test_command_is_refused_where_providers_on_this_machine_are(settings: Settings) -> None:
    settings.REVIEW_ALLOW_LOOPBACK = False

    with pytest.raises(CommandError, match="REVIEW_ALLOW_LOOPBACK=1"):
        call_command("review_sandbox")


def test_command_serves_as_a_process_of_its_own() -> None:
    command = [sys.executable, "manage.py", "review_sandbox", "--port", "0", "--automatic", "draft", "--seconds", "0"]
    environment = {**os.environ, "REVIEW_ALLOW_LOOPBACK": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            [port] = re.findall(r"127\.0\.0\.1:(\d+)/ is", process.stdout.readline())
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/counts", timeout=10) as answer:
                assert answer.status == 200
        finally:
            process.terminate()
