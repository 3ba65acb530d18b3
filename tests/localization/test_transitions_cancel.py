"""Cancelling a group, whatever its jobs are doing: nothing further starts, what runs ends by itself."""

import pytest
from django.db import connection

from engines.pipeline_config import StageId
from foundation.lease import WorkStatus
from localization.errors import GroupFinished
from localization.models import JobGroup, Step
from localization.outcomes import ClaimedStep
from localization.transitions import cancel_group, end_cancelled
from organizations.models import Organization
from pipeline.sweep import sweep
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import (
    HOOK,
    LATER,
    UNUSABLE,
    completed,
    event_types,
    events_of,
    failed,
    group_state,
    job_state,
    jobs_of,
    make_group,
    retried,
    settle,
    stages_of,
    start,
    waiting,
)
from tests.rivals import together
from webhooks.models import Delivery

only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
CANCELLED = {"status": "failed", "error": "Cancelled", "warnings": [], "started_at": None, "completed_at": LATER}


def running_job(organization: Organization, *stages: StageId) -> ClaimedStep:
    make_group(organization, stages=stages, callback_url=HOOK)
    return start()[0]


def test_unstarted_jobs_fail_at_once(organization: Organization) -> None:
    group = make_group(organization, "de", "fr", callback_url=HOOK)

    cancel_group(group, now=LATER)

    assert [job_state(job.id) for job in jobs_of(group)] == [CANCELLED, CANCELLED]
    assert group_state(group.id) == {
        "status": "failed",
        "completed_jobs": 0,
        "completed_with_warnings_jobs": 0,
        "failed_jobs": 2,
        "cancelled_at": LATER,
        "completed_at": LATER,
    }
    assert [event[1:] for event in events_of(group.id, after=1)] == [
        ("step.skipped", "de", "localize", "skipped"),
        ("job.failed", "de", "", "failed"),
        ("step.skipped", "fr", "localize", "skipped"),
        ("job.failed", "fr", "", "failed"),
        ("group.completed", "", "", "failed"),
    ]
    assert Delivery.objects.filter(event_type="translation.failed", status="ready").count() == 2
    assert start(LATER) == []
    assert_consistent(group.id)


def test_waiting_job_fails_at_once(organization: Organization) -> None:
    step = running_job(organization)
    settle(waiting(step))

    cancel_group(step.group, now=LATER)

    assert job_state(step.job_id) == {**CANCELLED, "started_at": NOW}
    assert stages_of(step.job_id) == [("localize", "skipped")]
    assert_consistent(step.group.id)


def test_job_between_two_attempts_fails_at_once(organization: Organization) -> None:
    step = running_job(organization)
    settle(retried(step))

    cancel_group(step.group, now=LATER)

    assert job_state(step.job_id)["error"] == "Cancelled"
    assert_consistent(step.group.id)


def test_job_that_is_cancelled_keeps_the_warnings_it_had(organization: Organization) -> None:
    step = running_job(organization, StageId.PRE_EDIT)
    settle(failed(step))

    cancel_group(step.group, now=LATER)

    assert job_state(step.job_id)["warnings"] == [f"preEdit failed: {UNUSABLE}"]


def test_running_step_ends_by_itself_and_its_job_fails_where_a_stage_would_follow(organization: Organization) -> None:
    step = running_job(organization, StageId.REPHRASE)
    cancel_group(step.group, now=LATER)
    assert job_state(step.job_id)["status"] == "processing"

    settle(completed(step), now=LATER)

    assert stages_of(step.job_id) == [("localize", "completed")]
    assert job_state(step.job_id) == {**CANCELLED, "started_at": NOW}
    assert_consistent(step.group.id)


def test_running_last_stage_completes_its_job(organization: Organization) -> None:
    step = running_job(organization)
    cancel_group(step.group, now=LATER)

    settle(completed(step), now=LATER)

    assert job_state(step.job_id)["status"] == "completed"
    assert group_state(step.group.id)["status"] == "completed"
    assert_consistent(step.group.id)


def test_running_step_that_fails_fails_its_job_in_its_own_words(organization: Organization) -> None:
    step = running_job(organization, StageId.REPHRASE)
    cancel_group(step.group, now=LATER)

    settle(failed(step), now=LATER)

    assert job_state(step.job_id)["error"] == UNUSABLE


@pytest.mark.parametrize("make", [waiting, retried])
def test_running_step_that_would_wait_is_ended_by_the_sweep(organization: Organization, make: type) -> None:
    step = running_job(organization)
    cancel_group(step.group, now=NOW)
    settle(make(step))

    assert sweep(now=LATER).cancelled == 1

    assert job_state(step.job_id) == {**CANCELLED, "started_at": NOW}
    assert sweep(now=LATER).cancelled == 0
    assert_consistent(step.group.id)


def test_jobs_in_every_state_end_each_in_its_way(organization: Organization) -> None:
    group = make_group(organization, "de", "fr", "it", "es", "pl", stages=[StageId.REPHRASE])
    done, running, wait, retry = start(limit=4)
    settle(failed(done), waiting(wait), retried(retry))

    cancel_group(group, now=LATER)

    assert [job.status for job in jobs_of(group)] == ["failed", "processing", "failed", "failed", "failed"]
    assert [job.error for job in jobs_of(group)] == [UNUSABLE, "", "Cancelled", "Cancelled", "Cancelled"]
    settle(completed(running), now=LATER)
    assert group_state(group.id)["failed_jobs"] == 5
    assert_consistent(group.id)


def test_cancelling_twice_changes_nothing_more(organization: Organization) -> None:
    step = running_job(organization, StageId.REPHRASE)
    cancel_group(step.group, now=NOW)
    before = (group_state(step.group.id), event_types(step.group.id))

    cancel_group(step.group, now=LATER)

    assert (group_state(step.group.id), event_types(step.group.id)) == before


def test_finished_group_cannot_be_cancelled(organization: Organization) -> None:
    step = running_job(organization)
    settle(completed(step))
    before = group_state(step.group.id)

    with pytest.raises(GroupFinished):
        cancel_group(step.group, now=LATER)
    assert group_state(step.group.id) == before


def test_crash_after_the_mark_is_finished_by_the_sweep(organization: Organization) -> None:
    group = make_group(organization, "de", "fr")
    JobGroup.objects.update(cancelled_at=NOW)  # the first of the two transactions

    sweep(now=LATER)

    assert group_state(group.id)["status"] == "failed"
    assert [job.error for job in jobs_of(group)] == ["Cancelled", "Cancelled"]
    assert_consistent(group.id)


def test_other_groups_go_on(organization: Organization) -> None:
    other, group = make_group(organization), make_group(organization)

    cancel_group(group, now=LATER)

    assert [step.group.id for step in start(LATER)] == [other.id]


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_cancelling_while_steps_start_and_end_leaves_no_job_behind(organization: Organization) -> None:
    for limit in range(3, 9):
        group = make_group(organization, *(f"de-x-{number:03}" for number in range(12)), stages=[StageId.REPHRASE])
        _cancel_in_the_rush(group, start(limit=6), limit=limit)


def _cancel_in_the_rush(group: JobGroup, held: list[ClaimedStep], *, limit: int) -> None:
    """At the same moment: one process settles what it holds, another starts up to `limit` steps, a third cancels."""
    started: list[ClaimedStep] = []

    def settle_held() -> None:
        for step in held:
            settle(completed(step))

    together(settle_held, lambda: started.extend(start(limit=limit)), lambda: cancel_group(group, now=LATER))

    settle(*map(completed, started), now=LATER)
    end_cancelled(group.id, now=LATER)
    assert not Step.objects.filter(status__in=[WorkStatus.READY, WorkStatus.RUNNING]).exists()
    assert group_state(group.id)["completed_at"] is not None
    assert_consistent(group.id)
