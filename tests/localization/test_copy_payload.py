"""Jobs with nothing to translate: done at once, without a model, with `localize` as their only step."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from engines import model_loop
from engines.models import Engine, ModelConfig
from localization.models import Job, JobGroup, Step
from tests.localization.calls import JOBS, Api, count_rows, make_body, time_of
from tests.localization.work import run_due_steps
from tests.servers.model_server import ModelServer
from webhooks.models import Delivery


@pytest.fixture
def model(engine: Engine, model_server: ModelServer, settings: Settings) -> Iterator[ModelServer]:
    """The engine asks this server."""
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = model_server.base_url, "sk-test"
    ModelConfig.objects.filter(engine=engine).update(provider="openai", model="test-small")
    yield model_server
    model_loop.shutdown()


def copied_job(answer: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """`GET` of the one job of a submission that was copied."""
    group, job = JobGroup.objects.get(), Job.objects.get()
    at = time_of(group)
    step = {
        "stepId": "localize",
        "type": "action",
        "status": "completed",
        "errorMessage": None,
        "createdAt": at,
        "startedAt": at,
        "completedAt": at,
        "attempts": 0,
        "usage": {"model": "", "inputTokens": 0, "outputTokens": 0, "costUsd": 0.0},
        "detail": {"reason": "nothing to translate"},
    }
    return {
        "id": answer["jobs"][0]["id"],
        "groupId": answer["groupId"],
        "engineId": group.engine_id,
        "sourceLocale": "en",
        "targetLocale": job.target_locale,
        "status": "completed",
        "inputData": data,
        "outputData": data,
        "error": None,
        "warnings": [],
        "steps": [step],
        "usage": {"inputTokens": 0, "outputTokens": 0, "costUsd": 0.0},
        "createdAt": at,
        "startedAt": at,
        "completedAt": at,
    }


NOTHING_TO_TRANSLATE: dict[str, dict[str, Any]] = {
    "nothing": {"data": {}},
    "numbers": {"data": {"a": 1, "b": [2.5, {"c": -3}]}},
    "constants": {"data": {"a": True, "b": None, "c": [], "d": {}}},
    "empty strings": {"data": {"a": "", "b": " \n"}},
    "strings without words": {"data": {"a": "12", "b": "…!", "c": "https://example.com/a", "d": "{name}"}},
    "locked strings": {"data": {"id": "Hello", "meta": {"text": "Hello"}}, "lockedKeys": ["id", "meta.**"]},
    "its own locale": {"targetLocales": ["EN"], "data": {"title": "Hello"}},
    "its own locale spelt otherwise": {"sourceLocale": "EN_us", "targetLocales": ["en-US"], "data": {"title": "Hello"}},
}


@pytest.mark.parametrize("members", NOTHING_TO_TRANSLATE.values(), ids=NOTHING_TO_TRANSLATE)
def test_job_without_a_text_completes_at_once(api: Api, members: dict[str, Any]) -> None:
    # Stages that the engine has switched on have nothing to do either.
    Engine.objects.update(pipeline_config={"preEdit": {"enabled": True}, "humanEdit": {"enabled": True}, "backTranslation": {"enabled": True}})

    answer = api.submit(**members)

    assert (answer.status, answer.body["status"], answer.body["jobs"][0]["status"]) == (202, "completed", "completed")
    expected = copied_job(answer.body, members["data"]) | {"sourceLocale": JobGroup.objects.get().source_locale}
    assert api.get(f"{JOBS}/{answer.body['jobs'][0]['id']}").shown == (200, expected)
    assert not Step.objects.exclude(status="completed").exists()


def test_group_is_finished_with_its_submission(api: Api) -> None:
    answer = api.submit(targetLocales=["de", "fr"], data={"a": 1}, callbackUrl="https://hooks.example/in")

    group = JobGroup.objects.get(pk=answer.body["groupId"])
    assert (group.status, group.completed_jobs, group.completed_at) == ("completed", 2, group.created_at)
    events = list(group.events.order_by("seq").values_list("seq", "type", "locale"))
    assert events == [(1, "group.created", ""), (2, "job.completed", "de"), (3, "job.completed", "fr"), (4, "group.completed", "")]
    assert set(Delivery.objects.values_list("event_type", "event_id")) == {("translation.completed", job["id"]) for job in answer.body["jobs"]}


def test_only_the_source_locale_is_copied(api: Api) -> None:
    before = count_rows()

    answer = api.submit(targetLocales=["de", "en", "fr"], callbackUrl="https://hooks.example/in")

    assert answer.body["status"] == "processing"
    assert [(job["targetLocale"], job["status"]) for job in answer.body["jobs"]] == [("de", "queued"), ("en", "completed"), ("fr", "queued")]
    written = {name: count - before[name] for name, count in count_rows().items()}
    assert written == {"JobGroup": 1, "Job": 3, "Step": 3, "Event": 2, "Delivery": 1, "Endpoint": 0, "StreamTicket": 0, "OrmQ": 1}


def test_region_of_the_source_language_is_translated(api: Api) -> None:
    answer = api.submit(sourceLocale="en", targetLocales=["en-GB"])

    assert answer.body["jobs"][0]["status"] == "queued"


def test_copied_jobs_call_no_model(api: Api, model: ModelServer) -> None:
    copied = [api.submit(**members).body["jobs"][0]["id"] for members in NOTHING_TO_TRANSLATE.values()]
    answer = api.post(JOBS, make_body(targetLocales=["en", "de"]))

    run_due_steps()

    own, other = (job["id"] for job in answer.body["jobs"])
    assert model.counts()["byRequest"] == {f"{other}.localize.1": 1}
    assert set(Job.objects.values_list("id", "status")) == {(job_id, "completed") for job_id in (*copied, own, other)}
