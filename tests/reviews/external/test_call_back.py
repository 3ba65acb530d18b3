"""Callbacks: hints that bring the next look forward. Whatever is sent, whenever and however often, there is one decision."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.signing import Signer
from django.test import Client
from django_q.models import OrmQ

from foundation.clock import database_now
from foundation.customer_json import dump
from localization.models import Event
from organizations.models import Organization
from reviews.external import settle_order
from reviews.external_references import callback_url
from reviews.external_work import work_order
from reviews.models import ExternalOrder
from reviews.providers.brackets import wrap
from reviews.sandbox.server import Sandbox
from tests.api import Answer, not_found, read_answer
from tests.factories import make_organization
from tests.reviews.external.orders import (
    DRAFT,
    claim_orders,
    hand_in,
    human_step,
    job_statuses,
    make_account,
    make_order,
    order_state,
    run_all,
    run_orders,
)
from tests.reviews.external.test_give_up_orders import time_out
from tests.rivals import together

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
EDITED = {"title": "Datei speichern", "body": wrap(DRAFT["body"])}
HOUR = timedelta(hours=1)


def path_of(order: ExternalOrder) -> str:
    return callback_url(order.reference).removeprefix(settings.PUBLIC_URL)


def call_back(path: str, body: Any = b"", **options: Any) -> Answer:
    content = urlencode({"job": json.dumps(body)}) if isinstance(body, dict) else body
    response = Client(raise_request_exception=False, enforce_csrf_checks=True).post(path, content, **{"content_type": FORM, **options})
    return read_answer(response.status_code, dict(response.headers), response.content)


@pytest.fixture
def order(customer: Organization) -> ExternalOrder:
    """Sent, and waiting for people."""
    order = make_order(customer, now=database_now())
    run_all(database_now())
    order.refresh_from_db()
    return order


def is_due(order: ExternalOrder) -> bool:
    order.refresh_from_db()
    return order.status == "ready" and order.run_after <= database_now()


def test_callback_brings_the_next_look_forward(order: ExternalOrder, sandbox: Sandbox) -> None:
    hand_in(sandbox, EDITED)
    assert not is_due(order)

    answer = call_back(path_of(order), next(iter(sandbox.book.jobs.values())).as_json())

    assert answer.shown == (200, {})
    assert is_due(order)
    run_all(database_now())
    assert human_step().output == dump({**DRAFT, "title": "Datei speichern"})


def test_nothing_of_the_body_is_believed(order: ExternalOrder, sandbox: Sandbox) -> None:
    job = next(iter(sandbox.book.jobs.values())).as_json()

    call_back(path_of(order), {**job, "status": "approved", "body_tgt": "Gekapert"})
    run_all(database_now())

    assert (human_step().status, job_statuses(sandbox)) == ("waiting", {"title": "available", "body": "available"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"job=",
        b"job=%00",
        b"job=null",
        b"job=[1,2]",
        b'job={"job_id": [1]}',
        b"job=" + b"[" * 20_000,
        b"\xff\xfe\x00garbage",
        b"&" * 1000,
        b"comment={}",
        b"job={}&job={}&job={}",
        b"a=1&" * 5000,
        b'{"job": {"job_id": 1}}',
        b"job=" + b"9" * 6000,
    ],
)
def test_body_that_cannot_be_read_is_a_hint_like_any_other(order: ExternalOrder, body: bytes) -> None:
    assert call_back(path_of(order), body).shown == (200, {})
    assert is_due(order)


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x", "text/html", "nonsense", ""])
def test_content_type_does_not_matter(order: ExternalOrder, content_type: str) -> None:
    assert call_back(path_of(order), b"x", content_type=content_type).status == 200


def test_body_over_the_limit_is_refused(order: ExternalOrder) -> None:
    answer = call_back(path_of(order), b"x" * 70_000)

    assert (answer.status, answer.body["_tag"]) == (413, "PayloadTooLargeError")
    assert not is_due(order)


def tampered(order: ExternalOrder) -> dict[str, str]:
    token = path_of(order).rpartition("/")[2]
    elsewhere = Signer(salt="reviews.external.mark").sign(order.reference)
    foreign_key = Signer(key="another", salt="reviews.external.callback").sign(order.reference)
    unknown = path_of(ExternalOrder(reference="unknown")).rpartition("/")[2]
    return {
        "reference": order.reference,
        "cut": token[:-1],
        "longer": f"{token}x",
        "other reference": f"x{token}",
        "the mark": elsewhere,
        "another key": foreign_key,
        "no such order": unknown,
        "long": "x" * 5000,
        "emoji": "%F0%9F%A6%86",
    }


@pytest.mark.parametrize("name", ["reference", "cut", "longer", "other reference", "the mark", "another key", "no such order", "long", "emoji"])
def test_token_that_is_not_ours_is_not_found(order: ExternalOrder, name: str) -> None:
    token = tampered(order)[name]

    answer = call_back(f"/reviews/callbacks/{token}", b"job={}")

    shown = "🦆" if name == "emoji" else token[:64]
    assert answer.shown == not_found("callback", "callback", shown)
    assert not is_due(order)


def test_other_methods_are_refused(order: ExternalOrder) -> None:
    response = Client().get(path_of(order))

    assert (response.status_code, response.json()["_tag"]) == (405, "MethodNotAllowedError")


def test_callback_of_another_organization_moves_only_its_own_order(order: ExternalOrder, sandbox: Sandbox) -> None:
    elsewhere = make_organization(name="Elsewhere")
    make_account(elsewhere, sandbox)
    foreign = make_order(elsewhere, now=database_now(), source={"title": "Other"}, draft={"title": "Andere"})
    run_all(database_now())

    assert call_back(path_of(foreign), next(iter(sandbox.book.jobs.values())).as_json()).status == 200

    assert (is_due(order), is_due(foreign)) == (False, True)


def test_callback_after_the_end_changes_nothing(order: ExternalOrder, sandbox: Sandbox) -> None:
    hand_in(sandbox, EDITED)
    call_back(path_of(order))
    run_all(database_now())
    before = (ExternalOrder.objects.values().get(), Event.objects.count())

    assert call_back(path_of(order)).shown == (200, {})
    run_all(database_now())

    assert (ExternalOrder.objects.values().get(), Event.objects.count()) == before


def test_callback_after_the_timeout_only_keeps_the_result_apart(order: ExternalOrder, sandbox: Sandbox) -> None:
    for job in sandbox.book.jobs.values():
        sandbox.book.take(job.id)
    time_out(database_now())
    run_all(database_now())
    hand_in(sandbox, EDITED)

    assert call_back(path_of(order)).status == 200
    run_all(database_now())

    assert (human_step().status, human_step().output) == ("skipped", None)
    assert order_state("late_output") == {"late_output": dump({**DRAFT, "title": "Datei speichern"})}


def test_callback_during_a_look_leads_to_another(order: ExternalOrder, sandbox: Sandbox) -> None:
    """What the look saw may be older than what the callback tells of."""
    call_back(path_of(order))
    [claimed] = claim_orders(database_now())
    result = work_order(claimed)
    hand_in(sandbox, EDITED)
    call_back(path_of(order))

    settle_order(result, now=database_now())

    assert is_due(order)


def test_one_that_calls_wakes_a_worker(order: ExternalOrder, django_capture_on_commit_callbacks: Any) -> None:
    OrmQ.objects.all().delete()

    with django_capture_on_commit_callbacks() as queued:
        call_back(path_of(order))

    assert len(queued) == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_callbacks_at_once_make_one_decision(order: ExternalOrder, sandbox: Sandbox) -> None:
    hand_in(sandbox, EDITED)
    path = path_of(order)

    for _ in range(5):
        answers = together(*[lambda: call_back(path, b"job={}").status] * 10, lambda: run_orders(database_now()))
        assert answers[:10] == [200] * 10
    run_all(database_now())

    assert human_step().output == dump({**DRAFT, "title": "Datei speichern"})
    assert Event.objects.filter(type="step.completed", stage="humanEdit").count() == 1
    assert sandbox.book.calls["PUT translate/job/*"] == 2
    assert sandbox.book.calls["POST translate/jobs"] == 1
