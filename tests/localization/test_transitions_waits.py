"""A wait for a person ends once: by what comes first. Whoever comes second changes nothing."""

from datetime import timedelta

import pytest

from engines.pipeline_config import StageId
from foundation.lease import WorkStatus
from localization.models import Job, Step
from localization.outcomes import WaitEnd
from localization.queries import due_waits
from localization.transitions import cancel_group, end_waits, postpone_wait
from organizations.models import Organization
from tests.crashes import kill_everywhere
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import completed, job_state, jobs_of, make_group, settle, stages_of, start, waiting

DUE = NOW + timedelta(hours=48)


@pytest.fixture
def job(organization: Organization) -> Job:
    """A job whose translation waits for a person, with `postEdit` to come."""
    group = make_group(organization, stages=[StageId.HUMAN_EDIT, StageId.POST_EDIT])
    settle(*[completed(step) for step in start()])
    settle(*[waiting(step) for step in start()])
    return jobs_of(group)[0]


def wait_of(job: Job) -> Step:
    return job.steps.get(stage=StageId.HUMAN_EDIT)


def decided(job: Job, text: str = "Servus") -> WaitEnd:
    return WaitEnd(wait_of(job).pk, WorkStatus.COMPLETED, output=f'{{"title":"{text}"}}', detail='{"decision":"edit"}')


def timed_out(job: Job) -> WaitEnd:
    return WaitEnd(wait_of(job).pk, WorkStatus.SKIPPED, detail='{"reason":"timeout"}')


def test_a_decision_completes_the_step_and_the_next_stage_is_ready(job: Job) -> None:
    moved = end_waits([decided(job)], now=NOW)

    assert moved == {wait_of(job).pk}
    assert stages_of(job.id) == [("localize", "completed"), ("humanEdit", "completed"), ("postEdit", "ready")]
    [step] = start()
    assert (step.payload, step.needed) == ('{"title":"Servus"}', '{"title":"Hallo"}')


def test_after_a_timeout_there_is_no_human_output_to_work_on(job: Job) -> None:
    end_waits([timed_out(job)], now=NOW)

    [step] = start()
    assert (step.stage, step.payload, step.needed) == (StageId.POST_EDIT, '{"title":"Hallo"}', None)
    assert job_state(job.id)["warnings"] == []


def test_the_second_to_end_a_wait_changes_nothing(job: Job) -> None:
    end_waits([timed_out(job)], now=NOW)

    assert end_waits([decided(job)], now=NOW) == set()

    assert stages_of(job.id) == [("localize", "completed"), ("humanEdit", "skipped"), ("postEdit", "ready")]
    assert wait_of(job).output is None
    assert_consistent(job.group_id)


def test_a_cancelled_group_takes_no_decision(job: Job) -> None:
    cancel_group(job.group, now=NOW)

    assert end_waits([decided(job)], now=NOW) == set()
    assert job_state(job.id)["status"] == "failed"


def test_a_wait_that_failed_is_a_warning(job: Job) -> None:
    end_waits([WaitEnd(wait_of(job).pk, WorkStatus.FAILED, error="The provider has no credit.")], now=NOW)

    assert job_state(job.id)["warnings"] == ["humanEdit failed: The provider has no credit."]


def test_waits_are_due_when_their_time_has_come(job: Job) -> None:
    assert due_waits(now=DUE - timedelta(seconds=1), limit=10) == []
    assert due_waits(now=DUE, limit=10) == [wait_of(job).pk]


def test_a_wait_can_be_postponed_until_it_is_over(job: Job) -> None:
    step = wait_of(job).pk

    assert postpone_wait(step, due_at=DUE + timedelta(hours=1))
    assert due_waits(now=DUE, limit=10) == []

    end_waits([decided(job)], now=NOW)
    assert not postpone_wait(step, due_at=DUE + timedelta(hours=2))


def test_a_crash_after_any_write_of_a_decision_leaves_all_of_it_or_nothing(organization: Organization) -> None:
    def make() -> Job:
        group = make_group(organization, stages=[StageId.HUMAN_EDIT, StageId.POST_EDIT])
        settle(*[completed(step) for step in start()])
        settle(*[waiting(step) for step in start()])
        return jobs_of(group)[0]

    def check(job: Job) -> None:
        assert_consistent(job.group_id)
        assert len(stages_of(job.id)) == (3 if wait_of(job).status == WorkStatus.COMPLETED else 2)

    deaths = kill_everywhere(make=make, act=lambda job: end_waits([decided(job)], now=NOW), check=check)

    assert deaths > 3
