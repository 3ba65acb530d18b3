"""`GET /jobs/localization/:jobId`: a job whole, in each of its states."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engines.errors import UnusableAnswers
from engines.pipeline_config import StageId
from foundation.clock import database_now
from localization.models import Job, Step
from localization.outcomes import Usage
from organizations.models import Organization
from tests.localization.calls import JOBS, Api, time_of
from tests.localization.steps import completed, failed, jobs_of, make_group, retried, settle, skipped, start, waiting
from tests.localization.work import finish_steps, start_due_steps

DATA = {"title": "Hello", "n": [1, None]}
NO_USAGE = {"model": "", "inputTokens": 0, "outputTokens": 0, "costUsd": 0.0}


def shown_step(step: Step, **members: Any) -> dict[str, Any]:
    return {
        "stepId": step.stage,
        "type": "action",
        "status": "pending",
        "errorMessage": None,
        "createdAt": time_of(step),
        "startedAt": time_of(step, "started_at"),
        "completedAt": time_of(step, "completed_at"),
        "attempts": 0,
        "usage": NO_USAGE,
        "detail": {},
        **members,
    }


def shown_job(job_id: str, steps: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
    """The answer about a job of `DATA` from `en` to `de`."""
    job = Job.objects.select_related("group").get(pk=job_id)
    return {
        "id": job_id,
        "groupId": job.group_id,
        "engineId": job.group.engine_id,
        "sourceLocale": "en",
        "targetLocale": "de",
        "status": "queued",
        "inputData": DATA,
        "outputData": None,
        "error": None,
        "warnings": [],
        "steps": steps,
        "usage": {name: steps[-1]["usage"][name] for name in ("inputTokens", "outputTokens", "costUsd")},
        "createdAt": time_of(job),
        "startedAt": time_of(job, "started_at"),
        "completedAt": time_of(job, "completed_at"),
        **members,
    }


@pytest.fixture
def job_id(api: Api) -> str:
    job_id: str = api.submit(data=DATA).body["jobs"][0]["id"]
    return job_id


def read(api: Api, job_id: str) -> dict[str, Any]:
    answer = api.get(f"{JOBS}/{job_id}")
    assert answer.status == 200
    body: dict[str, Any] = answer.body
    return body


def test_job_that_waits_for_its_turn_is_queued(api: Api, job_id: str) -> None:
    step = Step.objects.get()

    body = read(api, job_id)

    assert body == shown_job(job_id, [shown_step(step)])
    assert (body["startedAt"], body["completedAt"], body["steps"][0]["startedAt"]) == (None, None, None)


def test_job_whose_step_runs_is_processing(api: Api, job_id: str) -> None:
    start_due_steps()

    body = read(api, job_id)

    assert body == shown_job(job_id, [shown_step(Step.objects.get(), status="running", attempts=1)], status="processing")
    assert body["startedAt"] == body["steps"][0]["startedAt"] is not None


def test_completed_job_shows_its_output_and_what_it_cost(api: Api, job_id: str) -> None:
    finish_steps(start_due_steps())

    body = read(api, job_id)

    structure = {
        "segments": 1,
        "translated": 1,
        "fromMemory": 0,
        "fromKnown": 0,
        "repaired": 0,
        "failed": 0,
        "checks": {},
        "setAside": {"locked": 0, "empty": 0, "untranslatable": 0},
        "chunks": 1,
    }
    usage = {**NO_USAGE, "model": "pseudo:pseudo"}
    step = shown_step(Step.objects.get(), status="completed", attempts=1, usage=usage, detail={"structure": structure})
    assert body == shown_job(job_id, [step], status="completed", outputData={"title": "[de] Ĥééļļóó", "n": [1, None]})
    assert None not in (body["startedAt"], body["completedAt"], body["steps"][0]["completedAt"])


def test_usage_of_a_step_tells_model_tokens_and_cost(api: Api, job_id: str) -> None:
    settle(completed(start_due_steps()[0], usage=Usage("openai:test-large", 11, 2, cost_usd=Decimal("0.012345"))))

    body = read(api, job_id)

    assert body["steps"][0]["usage"] == {"model": "openai:test-large", "inputTokens": 11, "outputTokens": 2, "costUsd": 0.012345}


def test_cost_of_all_attempts_is_added(api: Api, job_id: str) -> None:
    settle(retried(start_due_steps()[0], after=timedelta(0), usage=Usage("openai:test-small", 100, 20, calls=1, cost_usd=Decimal("0.002"))))
    settle(completed(start_due_steps()[0], usage=Usage("openai:test-large", 11, 2, calls=1, cost_usd=Decimal("0.01"))))

    assert read(api, job_id)["steps"][0]["usage"]["costUsd"] == 0.012


def test_tokens_of_all_attempts_are_added(api: Api, job_id: str) -> None:
    settle(retried(start_due_steps()[0], after=timedelta(0), usage=Usage("openai:test-small", 100, 20)))
    settle(completed(start_due_steps()[0], usage=Usage("openai:test-large", 11, 2)))

    body = read(api, job_id)

    assert body["steps"][0]["attempts"] == 2
    assert body["steps"][0]["usage"] == {"model": "openai:test-large", "inputTokens": 111, "outputTokens": 22, "costUsd": None}


def test_failed_job_says_why_and_has_no_output(api: Api, job_id: str) -> None:
    reason = str(UnusableAnswers("No model gave a usable answer."))
    settle(failed(start_due_steps()[0], reason), now=database_now())

    body = read(api, job_id)

    step = shown_step(Step.objects.get(), status="failed", attempts=1, errorMessage=reason)
    assert body == shown_job(job_id, [step], status="failed", error=reason)


def test_step_that_is_tried_again_later_is_pending(api: Api, job_id: str) -> None:
    settle(retried(start_due_steps()[0], detail=json.dumps({"known": {"Hello": "Hallo"}, "lastError": "No model answers."})))

    body = read(api, job_id)

    step = shown_step(Step.objects.get(), attempts=1, detail={"lastError": "No model answers."})
    assert body == shown_job(job_id, [step], status="processing")


def test_steps_are_listed_in_the_order_they_ran(api: Api, organization: Organization) -> None:
    stages = (StageId.PRE_EDIT, StageId.HUMAN_EDIT, StageId.POST_EDIT, StageId.REPHRASE, StageId.BACK_TRANSLATION)
    group = make_group(organization, stages=stages, data=DATA)
    settle(completed(start()[0], "Hello, cleaned"))
    settle(completed(start()[0]))
    settle(skipped(start()[0]))
    settle(skipped(start()[0]))
    settle(failed(start()[0], "No model answers."))
    settle(completed(start()[0], "Hallo, corrected"))

    body = read(api, jobs_of(group)[0].id)

    assert [(step["stepId"], step["type"], step["status"], step["errorMessage"]) for step in body["steps"]] == [
        ("preEdit", "action", "completed", None),
        ("localize", "action", "completed", None),
        ("humanEdit", "wait", "skipped", None),
        ("postEdit", "action", "skipped", None),
        ("rephrase", "action", "failed", "No model answers."),
        ("backTranslation", "action", "completed", None),
    ]
    assert body["steps"][2]["detail"] == {"reason": "nothing to do"}
    assert (body["status"], body["warnings"]) == ("completed_with_warnings", ["rephrase failed: No model answers."])
    assert body["outputData"] == {"title": "Hallo, corrected"}


def test_job_that_waits_for_a_person_shows_no_output_yet(api: Api, organization: Organization) -> None:
    group = make_group(organization, stages=[StageId.HUMAN_EDIT], data=DATA)
    settle(completed(start()[0]))
    settle(waiting(start()[0]))

    body = read(api, jobs_of(group)[0].id)

    assert (body["status"], body["outputData"]) == ("processing", None)
    assert [(step["stepId"], step["type"], step["status"]) for step in body["steps"]] == [
        ("localize", "action", "completed"),
        ("humanEdit", "wait", "waiting"),
    ]


def test_output_of_pre_edit_alone_is_no_translation(api: Api, organization: Organization) -> None:
    group = make_group(organization, stages=[StageId.PRE_EDIT], data=DATA)
    settle(completed(start()[0], "Hello, cleaned"))
    settle(failed(start()[0]))

    body = read(api, jobs_of(group)[0].id)

    assert (body["status"], body["inputData"], body["outputData"]) == ("failed", DATA, None)
