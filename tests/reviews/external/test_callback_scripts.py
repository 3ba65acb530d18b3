"""A provider that calls back as providers do: late, twice, in the wrong order, with garbage, or not at all. Over HTTP, to a server of ours."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from foundation.clock import database_now
from foundation.customer_json import dump
from localization.models import Event
from organizations.models import Organization
from reviews.models import ExternalOrder
from reviews.providers.brackets import wrap
from reviews.sandbox.callbacks import MODES
from reviews.sandbox.server import Sandbox
from tests.pipeline.drains import wait_until
from tests.reviews.external.orders import DRAFT, hand_in, human_step, make_account, make_order, run_all, run_orders

pytestmark = pytest.mark.django_db(transaction=True)

TOLD = {"normal": 2, "late": 2, "doubled": 4, "reordered": 2, "broken": 2, "none": 0}  # of the two texts that were handed in


@pytest.fixture(params=MODES)
def calling_sandbox(request: pytest.FixtureRequest, organization: Organization, settings: Settings, live_server: LiveServer) -> Iterator[Sandbox]:
    settings.PUBLIC_URL = live_server.url
    with Sandbox(callbacks=request.param) as sandbox:
        sandbox.caller.late_seconds = 0.2
        make_account(organization, sandbox)
        yield sandbox


def test_result_arrives_however_the_provider_calls_back(organization: Organization, calling_sandbox: Sandbox) -> None:
    mode = calling_sandbox.caller.mode
    make_order(organization, now=database_now())
    run_all(database_now())
    wait_until(lambda: sum(calling_sandbox.caller.sent.values()) >= TOLD[mode])  # that both are available
    run_all(database_now())
    before = sum(calling_sandbox.caller.sent.values())

    hand_in(calling_sandbox, {"title": "Datei speichern", "body": wrap(DRAFT["body"])})
    wait_until(lambda: sum(calling_sandbox.caller.sent.values()) >= before + TOLD[mode])
    looked_at = run_orders(database_now() if TOLD[mode] else database_now() + timedelta(minutes=31))
    run_all(database_now() + timedelta(minutes=31))

    assert looked_at == 1
    assert human_step().output == dump({**DRAFT, "title": "Datei speichern"})
    assert ExternalOrder.objects.get().status == "completed"
    assert Event.objects.filter(type="step.completed", stage="humanEdit").count() == 1
    assert set(calling_sandbox.caller.sent) <= {200}
