"""A job's way through its stages: what follows what, what a failure costs, and how the job ends."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from engines.pipeline_config import StageId
from foundation.customer_json import dump, parse
from localization.models import Job
from localization.outcomes import ClaimedStep, Outcome
from organizations.models import Organization
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import (
    HOOK,
    UNUSABLE,
    completed,
    events_of,
    failed,
    job_state,
    jobs_of,
    make_group,
    retried,
    settle,
    skipped,
    stages_of,
    start,
    waiting,
)
from webhooks.models import Delivery

OPTIONAL = [stage for stage in StageId if stage != StageId.LOCALIZE]
Play = Callable[[ClaimedStep], Outcome]


def play(organization: Organization, **plays: Play) -> Job:
    """A job whose stages are those named, each with what it comes to; all others complete."""
    group = make_group(organization, stages=[StageId(name) for name in plays if name != StageId.LOCALIZE], callback_url=HOOK)
    while steps := start():
        [step] = steps
        settle(plays.get(step.stage, completed)(step))
    assert_consistent(group.id)
    return jobs_of(group)[0]


def text(value: str) -> Play:
    return lambda step: completed(step, value)


def sent() -> dict[str, Any]:
    """The body of the one webhook."""
    body: Any = parse(Delivery.objects.get().body)
    return dict(body)


def test_stages_run_in_their_order_each_when_its_turn_comes(organization: Organization) -> None:
    group = make_group(organization, stages=OPTIONAL)
    [job] = jobs_of(group)

    for number, stage in enumerate(StageId):
        now = NOW + timedelta(seconds=number)
        assert stages_of(job.id) == [*((done, "completed") for done in list(StageId)[:number]), (stage, "ready")]
        settle(completed(start(now)[0], stage), now=now + timedelta(seconds=1))

    assert job_state(job.id) == {
        "status": "completed",
        "error": "",
        "warnings": [],
        "started_at": NOW,
        "completed_at": NOW + timedelta(seconds=6),
    }
    assert [event[1:4] for event in events_of(group.id, after=2) if event[1].startswith("step")] == [
        (event, "de", stage) for stage in StageId for event in ("step.started", "step.completed")
    ]
    assert list(job.steps.order_by("id").values_list("created_at", flat=True)) == [NOW + timedelta(seconds=number) for number in range(6)]
    assert_consistent(group.id)


def test_stage_that_is_off_leaves_no_record(organization: Organization) -> None:
    job = play(organization, backTranslation=completed)

    assert stages_of(job.id) == [("localize", "completed"), ("backTranslation", "completed")]


def test_result_is_the_output_of_the_last_stage(organization: Organization) -> None:
    job = play(organization, preEdit=text("Hello, corrected"), localize=text("Hallo"), rephrase=text("Servus"))

    assert sent() == {
        "type": "translation.completed",
        "jobId": job.id,
        "groupId": job.group_id,
        "sourceLocale": "en",
        "targetLocale": "de",
        "data": {"title": "Servus"},
        "status": "completed",
        "warnings": [],
    }


@pytest.mark.parametrize("stage", OPTIONAL)
def test_failed_optional_stage_is_a_warning_and_the_last_good_output_stands(organization: Organization, stage: StageId) -> None:
    job = play(organization, localize=text("Hallo"), **{stage: failed})

    assert stages_of(job.id) == [(each, "failed" if each == stage else "completed") for each in StageId if each in {"localize", stage}]
    state = job_state(job.id)
    assert (state["status"], state["error"], state["warnings"]) == ("completed_with_warnings", "", [f"{stage} failed: {UNUSABLE}"])
    assert (sent()["type"], sent()["status"], sent()["warnings"]) == ("translation.completed", "completed_with_warnings", state["warnings"])
    assert dump(sent()["data"]) == '{"title":"Hallo"}'


def test_each_failed_stage_gives_one_sentence_in_their_order(organization: Organization) -> None:
    job = play(organization, preEdit=failed, localize=completed, humanEdit=skipped, rephrase=failed, backTranslation=failed)

    assert job_state(job.id)["warnings"] == [f"{stage} failed: {UNUSABLE}" for stage in ("preEdit", "rephrase", "backTranslation")]


def test_skipped_stage_is_no_warning(organization: Organization) -> None:
    job = play(organization, humanEdit=skipped, postEdit=skipped)

    assert job_state(job.id)["status"] == "completed"
    assert sent()["warnings"] == []


def test_stage_without_output_carries_the_last_one_forward(organization: Organization) -> None:
    play(organization, localize=text("Hallo"), humanEdit=skipped, postEdit=lambda step: Outcome(step=step, status=completed(step).status))

    assert dump(sent()["data"]) == '{"title":"Hallo"}'


def test_failed_localize_fails_the_job_and_nothing_follows(organization: Organization) -> None:
    job = play(organization, preEdit=completed, localize=failed, rephrase=completed)

    assert stages_of(job.id) == [("preEdit", "completed"), ("localize", "failed")]
    assert (job_state(job.id)["status"], job_state(job.id)["error"]) == ("failed", UNUSABLE)
    assert sent() == {
        "type": "translation.failed",
        "jobId": job.id,
        "groupId": job.group_id,
        "sourceLocale": "en",
        "targetLocale": "de",
        "error": UNUSABLE,
    }


def test_job_that_fails_keeps_the_warnings_it_had(organization: Organization) -> None:
    job = play(organization, preEdit=failed, localize=failed)

    assert job_state(job.id)["warnings"] == [f"preEdit failed: {UNUSABLE}"]


def test_warnings_survive_retries_and_waits(organization: Organization) -> None:
    group = make_group(organization, stages=[StageId.PRE_EDIT, StageId.HUMAN_EDIT])
    settle(failed(start()[0]))
    settle(retried(start()[0], timedelta(0)))
    settle(completed(start()[0]))

    settle(waiting(start()[0]))

    assert jobs_of(group)[0].warnings == [f"preEdit failed: {UNUSABLE}"]
    assert_consistent(group.id)


def test_no_webhook_without_anybody_to_tell(organization: Organization) -> None:
    make_group(organization)

    settle(completed(start()[0]))

    assert not Delivery.objects.exists()
