"""`localize` from the queue to the result, against a model server that plays scripts: waits, retries, what is kept, what is counted."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from engines.models import Engine
from foundation.clock import database_now
from foundation.customer_json import dump, parse
from localization.models import Event, Job, JobGroup, Step
from organizations.models import Organization
from tests.drain import drain_queue
from tests.factories import make_engine
from tests.localization.consistency import assert_consistent
from tests.localization.steps import jobs_of, make_group, step_state
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chat_engine")]

MANY = {f"key{number}": f"Text {number}" for number in range(250)}  # more than one call takes


@pytest.fixture
def now() -> datetime:
    return database_now()


def detail() -> dict[str, Any]:
    found: Any = parse(Step.objects.get().detail)
    return dict(found)


def later(moment: datetime) -> datetime:
    """Past every retry of the first few attempts."""
    return moment + timedelta(minutes=2)


def asked_texts(model: ModelServer, since: int) -> list[str]:
    """The texts of the calls after number `since`."""
    bodies = [call["body"]["messages"][-1]["content"] for call in model.requests(since)]
    found: list[Any] = [parse(body[body.index("{") :]) for body in bodies]
    return sorted(text if isinstance(text, str) else text["text"] for body in found for text in body["texts"].values())


def test_jobs_complete_with_what_the_model_answered(organization: Organization, now: datetime) -> None:
    group = make_group(organization, "de", "fr", now=now)

    drain_queue(now=now)

    assert list(Step.objects.order_by("id").values_list("status", "output", "model", "attempts", "engine_version")) == [
        ("completed", '{"title":"[de] Hello"}', "openai:openai", 1, 1),
        ("completed", '{"title":"[fr] Hello"}', "openai:openai", 1, 1),
    ]
    assert JobGroup.objects.get().status == "completed"
    assert_consistent(group.id)


def test_a_long_retry_after_goes_into_the_row(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    group = make_group(organization, now=now)
    chat_model.script(rule("status", status=429, retry_after=40))

    drain_queue(now=now)

    state = step_state(Step.objects.get().pk)
    assert (state["status"], state["attempts"], state["lease_until"]) == ("ready", 1, None)
    assert timedelta(seconds=40) <= state["run_after"] - now < timedelta(seconds=45)
    assert "429" in detail()["lastError"]
    assert jobs_of(group)[0].status == "processing"
    assert chat_model.counts()["total"] == 1


def test_the_next_attempt_completes_the_job(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    group = make_group(organization, now=now)
    chat_model.script(rule("status", status=429, retry_after=40, times=1))
    drain_queue(now=now)

    drain_queue(now=now + timedelta(seconds=30))
    assert step_state(Step.objects.get().pk)["attempts"] == 1
    drain_queue(now=now + timedelta(seconds=45))

    assert jobs_of(group)[0].status == "completed"
    assert sorted(chat_model.counts()["byRequest"]) == [f"{jobs_of(group)[0].id}.localize.{attempt}" for attempt in (1, 2)]
    assert "known" not in detail()
    assert_consistent(group.id)


def test_a_provider_that_stays_away_fails_the_job_with_its_reason(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    group = make_group(organization, now=now)
    chat_model.script(rule("status", status=503))

    for minutes in range(0, 90, 6):
        drain_queue(now=now + timedelta(minutes=minutes))

    [job] = jobs_of(group)
    assert job.status == "failed"
    assert "503" in job.error
    assert job.completed_at is not None
    assert timedelta(minutes=50) < job.completed_at - now <= timedelta(minutes=66)
    assert list(Event.objects.filter(type="job.failed").values_list("error", flat=True)) == [job.error]
    assert_consistent(group.id)


def test_verified_texts_are_not_sent_again(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    group = make_group(organization, data=MANY, now=now)
    chat_model.script(rule("status", status=503, match={"text": '"Text 249"'}, times=1))
    drain_queue(now=now)
    calls = chat_model.counts()["total"]
    kept = detail()["known"]
    assert 0 < len(kept) < 250

    drain_queue(now=later(now))

    assert asked_texts(chat_model, calls) == sorted(set(MANY.values()) - kept.keys())
    assert parse(Step.objects.get().output or "") == {key: f"[de] {text}" for key, text in MANY.items()}
    assert jobs_of(group)[0].status == "completed"


def test_what_is_kept_survives_further_failures(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    make_group(organization, data=MANY, now=now)
    chat_model.script(rule("status", status=503, match={"text": '"Text 249"'}, times=2))
    drain_queue(now=now)
    kept = detail()["known"]

    drain_queue(now=later(now))

    assert detail()["known"] == kept
    assert step_state(Step.objects.get().pk)["attempts"] == 2


def test_tokens_of_attempts_that_failed_are_counted(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    make_group(organization, data=MANY, now=now)
    chat_model.script(rule("status", status=503, match={"text": '"Text 249"'}, times=1))

    drain_queue(now=now)

    first = Step.objects.values_list("input_tokens", "output_tokens").get()
    assert min(first) > 0
    drain_queue(now=later(now))
    second = Step.objects.values_list("input_tokens", "output_tokens").get()
    assert second[0] > first[0]
    assert second[1] > first[1]


def test_tokens_of_a_job_that_failed_are_counted(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    make_group(organization, now=now)
    chat_model.script(rule("garbage"))

    drain_queue(now=now)

    status, tokens, error = Step.objects.values_list("status", "input_tokens", "error").get()
    assert (status, tokens > 0) == ("failed", True)
    assert "no usable translation" in error


def test_when_all_was_verified_before_no_model_is_named(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    group = make_group(organization, now=now)
    Step.objects.update(detail=dump({"known": {"Hello": "Hallo"}}))

    drain_queue(now=now)

    assert Step.objects.values_list("output", "model").get() == ('{"title":"Hallo"}', "")
    assert chat_model.counts()["total"] == 0
    assert jobs_of(group)[0].status == "completed"


def test_job_of_an_engine_that_is_gone_fails_with_a_sentence_and_others_go_on(organization: Organization, now: datetime) -> None:
    gone = make_group(organization, engine=make_engine(organization, name="Gone", is_default=False), now=now)
    other = make_group(organization, now=now)
    Engine.objects.filter(name="Gone").delete()

    drain_queue(now=now)

    assert [(job.status, job.error) for job in Job.objects.order_by("id")] == [("failed", "The engine has no model for en to de."), ("completed", "")]
    assert_consistent(gone.id)
    assert_consistent(other.id)


def test_texts_that_no_model_can_translate_keep_their_source_and_are_named(
    organization: Organization, chat_model: ModelServer, now: datetime
) -> None:
    group = make_group(organization, data={"a": "Hello {name}", "b": ["Save", "Hello {name}"], "c": "You have 3 files"}, now=now)
    chat_model.script(rule("lost_placeholder", only="Hello", times=3), rule("changed_numbers"))

    drain_queue(now=now)

    [job] = jobs_of(group)
    assert job.status == "completed_with_warnings"
    assert job.warnings == ["Not translated, the source text was kept: a, b[1]."]
    assert parse(Step.objects.get().output or "") == {"a": "Hello {name}", "b": ["[de] Save", "Hello {name}"], "c": "[de] You have 3 files"}
    structure = detail()["structure"]
    assert {name: getattr(structure[name], "text", structure[name]) for name in ("segments", "translated", "failed")} == {
        "segments": "4",
        "translated": "2",
        "failed": "2",
    }
    assert_consistent(group.id)


def test_a_translation_that_looks_wrong_is_named(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    group = make_group(organization, data={"c": "You have 3 files"}, now=now)
    chat_model.script(rule("changed_numbers"))

    drain_queue(now=now)

    [job] = jobs_of(group)
    assert job.status == "completed_with_warnings"
    assert [warning.rpartition(": ")[2] for warning in job.warnings] == ["c."]


def test_an_engine_may_rather_fail_than_keep_a_source_text(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    group = make_group(organization, data={"a": "Hello {name}", "b": "Save"}, now=now)
    Engine.objects.update(on_unverified="fail", layers_version=2)
    chat_model.script(rule("lost_placeholder", only="Hello"))

    drain_queue(now=now)

    [job] = jobs_of(group)
    assert (job.status, job.warnings) == ("failed", [])
    assert "no usable translation of 1 of 2 texts" in job.error
