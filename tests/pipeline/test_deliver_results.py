"""Webhooks of a drain: retried by their schedule, few at once to one endpoint, never in each other's way."""

import queue
from datetime import datetime, timedelta
from typing import Any

import pytest

from foundation.clock import database_now
from localization.models import Job
from organizations.models import Organization
from organizations.services import set_default_webhook_url
from pipeline import drain
from pipeline.deliveries import AT_ONCE, DeliveryDesk
from tests.drain import drain_queue
from tests.factories import AUTHOR
from tests.localization.consistency import assert_consistent
from tests.localization.steps import make_group
from tests.pipeline.drains import draining, run_drain, wait_until
from tests.servers.receiver import Receiver
from tests.servers.script import rule
from webhooks.models import Attempt, Delivery
from webhooks.schedule import DELAYS
from webhooks.transitions import NewDelivery, insert_deliveries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return database_now()


def many(count: int) -> list[str]:
    return [f"de-x-{number:03}" for number in range(count)]


def test_receiver_that_is_down_is_tried_again_by_the_schedule(organization: Organization, receiver: Receiver, now: datetime) -> None:
    group = make_group(organization, callback_url=receiver.hook_url(), now=now)
    receiver.script(rule("status", status=500, match={"nth": [1, 2]}))

    run_drain()

    assert Job.objects.get().status == "completed"
    state = Delivery.objects.values("status", "attempts").get()
    assert state == {"status": "ready", "attempts": 1}
    assert timedelta(seconds=4.5) <= Delivery.objects.get().run_after - now <= timedelta(seconds=7)

    drain_queue(now=now)  # too early
    drain_queue(now=now + 2 * DELAYS[0])
    drain_queue(now=now + 2 * DELAYS[0] + 2 * DELAYS[1])

    assert Delivery.objects.values("status", "attempts").get() == {"status": "completed", "attempts": 3}
    hits = receiver.hits()
    assert len(hits) == 3
    assert {(hit["id"], hit["sha256"]) for hit in hits} == {(Job.objects.get().id, hits[0]["sha256"])}
    assert_consistent(group.id)


def test_a_job_does_not_wait_for_its_receiver(organization: Organization, receiver: Receiver, now: datetime) -> None:
    make_group(organization, *many(4), callback_url=receiver.hook_url(), now=now)
    receiver.script(rule("hold"))

    with draining(slots=2, delivery_slots=2):
        receiver.wait_for_hits(2)
        wait_until(lambda: not Job.objects.exclude(status="completed").exists())
        receiver.script()
        receiver.release()

    assert set(Delivery.objects.values_list("status", flat=True)) == {"completed"}


def test_one_endpoint_gets_few_calls_at_once_and_delays_no_other(organization: Organization, receiver: Receiver, now: datetime) -> None:
    make_group(organization, *many(3 * AT_ONCE), callback_url=receiver.hook_url("/slow"), now=now)
    make_group(organization, *many(3), callback_url=receiver.hook_url("/quick"), now=now)
    receiver.script(rule("hold", match={"path": "/slow"}))

    with draining(slots=50, delivery_slots=2 * AT_ONCE):
        receiver.wait_for_hits(AT_ONCE + 3)
        with pytest.raises(TimeoutError):
            receiver.wait_for_hits(AT_ONCE + 4, seconds=0.3)
        assert sorted(hit["path"] for hit in receiver.hits()) == ["/quick"] * 3 + ["/slow"] * AT_ONCE
        receiver.script()
        receiver.release()

    assert set(Delivery.objects.values_list("status", "attempts")) == {("completed", 1)}
    assert len(receiver.hits()) == 3 * AT_ONCE + 3


def test_stop_gives_back_deliveries_that_hang_uncounted(
    organization: Organization, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(drain, "GRACE_SECONDS", 0.05)
    make_group(organization, *many(3), callback_url=receiver.hook_url(), now=now)
    receiver.script(rule("hold"))

    assert run_drain(stop=lambda: len(receiver.hits()) == 3) is True
    receiver.script()
    receiver.release()

    assert set(Delivery.objects.values_list("status", "attempts", "crashes", "lease_until")) == {("ready", 0, 0, None)}
    assert run_drain() is False
    assert set(Delivery.objects.values_list("status", "attempts")) == {("completed", 1)}
    assert Attempt.objects.count() == 3


def test_default_url_is_that_of_the_moment_of_sending(organization: Organization, receiver: Receiver, now: datetime) -> None:
    set_default_webhook_url(organization=organization, url="https://127.0.0.1:1/nobody", author=AUTHOR, now=now)
    make_group(organization, now=now)
    set_default_webhook_url(organization=organization, url=receiver.hook_url("/new"), author=AUTHOR, now=now)

    run_drain()

    assert [hit["path"] for hit in receiver.hits()] == ["/new"]
    assert Delivery.objects.get().url == ""


def test_failed_job_is_told_as_well(organization: Organization, receiver: Receiver, now: datetime) -> None:
    group = make_group(organization, callback_url=receiver.hook_url(), now=now)
    group.engine.delete()

    run_drain()

    [hit] = receiver.hits()
    assert hit["verified"]
    assert hit["body"] == {
        "type": "translation.failed",
        "jobId": Job.objects.get().id,
        "groupId": group.id,
        "sourceLocale": "en",
        "targetLocale": "de",
        "error": "The engine has no model for en to de.",
    }


def test_calls_to_one_receiver_go_on_while_nobody_settles(organization: Organization, receiver: Receiver, now: datetime) -> None:
    results: queue.SimpleQueue[Any] = queue.SimpleQueue()
    desk = DeliveryDesk(2 * AT_ONCE, results)
    rows = [NewDelivery(organization.pk, "translation", f"job_{number}", "{}", receiver.hook_url()) for number in range(3 * AT_ONCE)]

    try:
        desk.take(insert_deliveries(rows, now=now, claimed=len(rows), lease=timedelta(minutes=1)), now)
        sent = [results.get(timeout=10) for _ in rows]
        assert desk.busy == len(rows)
        desk.settle(sent, now=now)
    finally:
        desk.close()

    assert len(receiver.hits()) == 3 * AT_ONCE
    assert desk.busy == 0
    assert set(Delivery.objects.values_list("status", flat=True)) == {"completed"}
