"""The sweep: picks up what a death left lying, and does nothing where nothing is wrong."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django_q.models import OrmQ
from pytest_django import DjangoCaptureOnCommitCallbacks

from foundation.lease import claim
from localization import drains
from localization.models import Drain, JobGroup, Step
from organizations.models import Organization
from pipeline.sweep import Swept, sweep
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import HOOK, LEASE, completed, die, job_state, jobs_of, make_group, settle, start
from webhooks.models import Delivery

DEAD = NOW + LEASE + timedelta(seconds=1)
NOTHING = Swept(steps=0, deliveries=0, orders=0, cancelled=0, reviews=0, woke=False)


def make_drain(*, used: int = 0, now: object = NOW) -> Drain:
    drain = drains.register(host="h", pid=1, slots=8, now=now)  # type: ignore[arg-type]
    Drain.objects.filter(pk=drain.pk).update(used=used)
    return drain


def test_nothing_left_lying_is_nothing_to_do(organization: Organization) -> None:
    make_group(organization)
    start()

    assert sweep(now=NOW) == NOTHING


def test_steps_and_deliveries_of_the_dead_are_ready_again(organization: Organization) -> None:
    make_group(organization, callback_url=HOOK)
    settle(completed(start()[0]))
    with transaction.atomic():
        claim(Delivery, limit=1, per_organization=1, now=NOW, lease=LEASE)
    make_group(organization, "de", "fr")
    start()

    swept = sweep(now=DEAD)

    assert (swept.steps, swept.deliveries, swept.cancelled) == (2, 1, 0)
    assert set(Step.objects.exclude(status="completed").values_list("status", "crashes")) == {("ready", 1)}
    assert Delivery.objects.values_list("status", "crashes").get() == ("ready", 1)
    swept = sweep(now=DEAD)
    assert (swept.steps, swept.deliveries) == (0, 0)


def test_step_that_died_alone_is_failed(organization: Organization) -> None:
    group = make_group(organization, callback_url=HOOK)
    now = die(3)
    start(now, suspects=True)

    assert sweep(now=now + LEASE * 2).steps == 1

    assert job_state(jobs_of(group)[0].id)["status"] == "failed"
    assert_consistent(group.id)


def test_half_finished_cancellations_are_finished(organization: Organization) -> None:
    groups = [make_group(organization, "de", "fr") for _ in range(3)]
    JobGroup.objects.filter(pk__in=[group.id for group in groups[:2]]).update(cancelled_at=NOW)

    assert sweep(now=NOW).cancelled == 2

    assert [JobGroup.objects.get(pk=group.id).status for group in groups] == ["failed", "failed", "pending"]
    assert sweep(now=NOW).cancelled == 0


def test_cancelled_group_that_still_runs_wakes_nobody(
    organization: Organization, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    group = make_group(organization)
    start()
    JobGroup.objects.filter(pk=group.id).update(cancelled_at=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        assert sweep(now=NOW).cancelled == 1
    assert OrmQ.objects.count() == 0


def test_due_work_that_nobody_takes_wakes_a_drain(
    organization: Organization, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    make_group(organization)

    with django_capture_on_commit_callbacks(execute=True):
        assert sweep(now=NOW + timedelta(seconds=0.9)) == NOTHING
        assert sweep(now=NOW + timedelta(seconds=1.1)) == replace(NOTHING, woke=True)
    assert OrmQ.objects.count() == 1


def test_retry_that_has_come_due_wakes_a_drain(organization: Organization) -> None:
    make_group(organization)
    Step.objects.update(run_after=NOW + timedelta(minutes=5))

    assert not sweep(now=NOW + timedelta(minutes=5)).woke
    assert sweep(now=NOW + timedelta(minutes=5, seconds=2)).woke


def test_due_delivery_wakes_a_drain(organization: Organization) -> None:
    make_group(organization, callback_url=HOOK)
    settle(completed(start()[0]))

    assert sweep(now=NOW + timedelta(seconds=2)).woke


@pytest.mark.parametrize(("used", "woke"), [(0, False), (7, False), (8, True)])
def test_drain_with_spare_slots_finds_the_work_by_itself(organization: Organization, used: int, woke: bool) -> None:
    make_group(organization)
    make_drain(used=used, now=NOW)

    assert sweep(now=NOW + timedelta(seconds=2)).woke is woke


def test_drain_that_stopped_beating_does_not_count(organization: Organization) -> None:
    make_group(organization)
    make_drain()

    assert sweep(now=NOW + timedelta(seconds=6)).woke


@pytest.mark.django_db
def test_dead_drains_are_forgotten_after_a_minute() -> None:
    make_drain()

    sweep(now=NOW + timedelta(seconds=59))
    assert Drain.objects.count() == 1
    sweep(now=NOW + timedelta(seconds=61))
    assert Drain.objects.count() == 0


def test_suspects_wake_no_drain_since_they_run_elsewhere(organization: Organization) -> None:
    make_group(organization)
    now = die(3)

    assert not sweep(now=now + timedelta(minutes=1)).woke
