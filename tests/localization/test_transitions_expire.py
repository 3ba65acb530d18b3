"""Leases that ran out: their steps run again, and a step that kills whoever runs it is failed at last."""

from datetime import timedelta

import pytest

from engines.pipeline_config import StageId
from localization.models import JobGroup, Step
from localization.outcomes import ClaimedStep
from localization.transitions import expire_leases
from organizations.models import Organization
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import (
    HOOK,
    LEASE,
    completed,
    die,
    event_types,
    group_state,
    job_state,
    jobs_of,
    make_group,
    settle,
    stages_of,
    start,
    step_state,
)
from webhooks.models import Delivery

DEAD = NOW + LEASE + timedelta(microseconds=1)
DIED = "The worker died four times while it ran this stage, the last time with nothing else running."


@pytest.fixture
def group(organization: Organization) -> JobGroup:
    return make_group(organization, callback_url=HOOK)


@pytest.fixture
def step(group: JobGroup) -> ClaimedStep:
    return start()[0]


def test_step_whose_lease_ran_out_is_ready_and_counted_as_a_crash(step: ClaimedStep) -> None:
    assert expire_leases(now=DEAD) == 1

    assert step_state(step.id) == {
        "status": "ready",
        "run_after": DEAD,
        "attempts": 1,
        "crashes": 1,
        "fence": 2,
        "lease_until": None,
        "due_at": None,
        "completed_at": None,
        "error": "",
    }


def test_step_under_its_lease_is_left_alone(step: ClaimedStep) -> None:
    before = step_state(step.id)

    assert expire_leases(now=NOW + LEASE) == 0
    assert step_state(step.id) == before


def test_two_sweeps_count_a_death_once(step: ClaimedStep) -> None:
    expire_leases(now=DEAD)

    assert expire_leases(now=DEAD) == 0
    assert step_state(step.id)["crashes"] == 1


def test_late_result_of_the_dead_is_refused(step: ClaimedStep) -> None:
    expire_leases(now=DEAD)

    assert settle(completed(step), now=DEAD) == set()

    [again] = start(DEAD)
    assert settle(completed(step), now=DEAD) == set()
    assert settle(completed(again), now=DEAD) == {step.id}
    assert_consistent(step.group.id)


def test_death_tells_nobody(step: ClaimedStep) -> None:
    before = event_types(step.group.id)

    expire_leases(now=DEAD)

    assert event_types(step.group.id) == before


def test_three_deaths_set_a_step_apart_and_a_success_there_completes_it(group: JobGroup) -> None:
    now = die(3)

    assert start(now) == []
    [step] = start(now, suspects=True)
    settle(completed(step), now=now)

    assert jobs_of(group)[0].status == "completed"
    assert_consistent(group.id)


def test_fourth_death_fails_the_step_with_a_sentence_and_its_job_with_it(group: JobGroup) -> None:
    now = die(4)

    [job] = jobs_of(group)
    assert stages_of(job.id) == [("localize", "failed")]
    assert Step.objects.get().error == DIED
    assert job_state(job.id) == {"status": "failed", "error": DIED, "warnings": [], "started_at": NOW, "completed_at": now}
    assert group_state(group.id)["status"] == "failed"
    assert list(Delivery.objects.values_list("event_type", "event_id", "status")) == [("translation.failed", job.id, "ready")]
    assert start(now + timedelta(hours=1)) == start(now + timedelta(hours=1), suspects=True) == []
    assert_consistent(group.id)


def test_optional_stage_that_kills_costs_a_warning_only(organization: Organization) -> None:
    group = make_group(organization, stages=[StageId.REPHRASE, StageId.BACK_TRANSLATION])
    settle(completed(start()[0]))
    now = die(4)

    [step] = start(now)
    assert step.stage == "backTranslation"
    settle(completed(step), now=now)

    assert jobs_of(group)[0].status == "completed_with_warnings"
    assert jobs_of(group)[0].warnings == [f"rephrase failed: {DIED}"]
    assert_consistent(group.id)


def test_innocent_neighbours_of_a_death_lose_only_time(organization: Organization) -> None:
    group = make_group(organization, "de", "fr", "it")
    start()
    expire_leases(now=DEAD)

    settle(*map(completed, start(DEAD)), now=DEAD)

    assert group_state(group.id)["status"] == "completed"
    assert_consistent(group.id)


def test_healthy_steps_are_counted_with_the_failed_ones(organization: Organization, group: JobGroup) -> None:
    now = die(3)
    other = make_group(organization, now=now)
    start(now)
    start(now, suspects=True)
    now += LEASE + timedelta(seconds=1)

    assert expire_leases(now=now) == 2

    assert [group_state(each.id)["status"] for each in (group, other)] == ["failed", "processing"]
