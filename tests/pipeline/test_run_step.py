"""The executor: what a stage returns or raises becomes one outcome, whatever it is."""

import time
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from engines.pipeline_config import StageId
from foundation.lease import WorkStatus
from localization.models import JobGroup
from localization.outcomes import ClaimedStep, Outcome, Usage
from pipeline.executor import GroupContent, retry_delay, run_step
from pipeline.stages import STAGES
from pipeline.stages.base import Produced, RetryLater, Skipped, Stage, StageFailed, StageInput, Waiting
from tests.engines.factories import make_layers
from tests.factories import NOW
from tests.pipeline.drains import playing

USED = Usage("openai:small", 10, 5, Decimal("0.01"))
TOMORROW = NOW + timedelta(days=1)


def make_step(**members: Any) -> ClaimedStep:
    group = JobGroup(
        source_locale="en",
        source='{"b":1.50,"a":"Hello"}',
        context="A shop.",
        hints='{"a":["greeting"]}',
        locked_keys=["id"],
        pipeline_config={"rephrase": {"enabled": True, "tone": "warm"}},
    )
    defaults: dict[str, Any] = {
        "id": 1,
        "fence": 1,
        "attempt": 1,
        "stage": StageId.REPHRASE,
        "organization_id": "org_1",
        "group": group,
        "job_id": "ljb_1",
        "target_locale": "de",
        "payload": '{"b":1.50,"a":"Hallo"}',
        "cleaned": None,
        "needed": None,
        "model": "openai:small",
        "warnings": (),
        "started_at": NOW,
        "detail": "{}",
    }
    return ClaimedStep(**defaults | members)


def run(monkeypatch: pytest.MonkeyPatch, stage: Stage, step: ClaimedStep | None = None) -> Outcome:
    step = step or make_step()
    monkeypatch.setitem(STAGES, step.stage, stage)  # type: ignore[arg-type]  # a dict, declared read-only
    return run_step(step, GroupContent(step.group), make_layers(), now=NOW)


def open_nothing(step: ClaimedStep, now: datetime) -> None:
    return None


STEP = make_step()
OUTCOMES: list[tuple[Any, dict[str, Any]]] = [
    (
        Produced(data={"a": "Servus"}, usage=USED, detail={"structure": {"segments": 1}}),
        {"status": WorkStatus.COMPLETED, "output": '{"a":"Servus"}', "detail": '{"structure":{"segments":1}}', "usage": USED, "words": 1},
    ),
    (Skipped("The reviewer gave no output."), {"status": WorkStatus.SKIPPED, "detail": '{"reason":"The reviewer gave no output."}'}),
    (Waiting(due_at=TOMORROW, open=open_nothing), {"status": WorkStatus.WAITING, "due_at": TOMORROW, "open": open_nothing, "words": 1}),
    (StageFailed("No model gave a usable answer.", USED), {"status": WorkStatus.FAILED, "error": "No model gave a usable answer.", "usage": USED}),
    (ZeroDivisionError("secret payload"), {"status": WorkStatus.FAILED, "error": "Internal error in stage rephrase."}),
    (Produced(data=object()), {"status": WorkStatus.FAILED, "error": "Internal error in stage rephrase."}),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("play", "expected"), OUTCOMES)
def test_what_a_stage_does_becomes_an_outcome(monkeypatch: pytest.MonkeyPatch, play: Any, expected: dict[str, Any]) -> None:
    assert run(monkeypatch, playing(play), STEP) == Outcome(step=STEP, engine_version=1, **expected)


def test_stage_gets_all_it_may_know(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[StageInput] = []
    step = make_step(attempt=3, detail='{"known":{"Hello":"Hallo"},"lastError":"x"}')

    def look(stage_input: StageInput) -> Produced:
        seen.append(stage_input)
        return Produced(data={})

    run(monkeypatch, look, step)

    content = GroupContent(step.group)
    assert seen == [
        StageInput(
            trace="ljb_1.rephrase.3",
            layers=make_layers(),
            source_locale="en",
            target_locale="de",
            sent=content.source,
            source=content.source,
            before=None,
            payload={"b": content.source["b"], "a": "Hallo"},  # type: ignore[index,call-overload]
            context="A shop.",
            hints={"a": ["greeting"]},
            locked_keys=["id"],
            config={"enabled": True, "tone": "warm"},
            known={"Hello": "Hallo"},
            deadline=seen[0].deadline,
            now=NOW,
            model="openai:small",
        )
    ]
    assert 590 < seen[0].deadline - time.monotonic() <= 600


def test_internal_error_is_logged_by_name_without_what_it_said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    run(monkeypatch, playing(ZeroDivisionError("x")))

    [record] = caplog.records
    assert isinstance(record.msg, dict)
    assert {key: record.msg[key] for key in ("event", "job", "stage", "attempt")} == {
        "event": "stage_broke",
        "job": "ljb_1",
        "stage": "rephrase",
        "attempt": 1,
    }


def test_stage_that_is_not_there_is_a_recorded_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(STAGES, StageId.BACK_TRANSLATION)  # type: ignore[arg-type]  # a dict, declared read-only
    step = make_step(stage=StageId.BACK_TRANSLATION)

    outcome = run_step(step, GroupContent(step.group), make_layers(), now=NOW)

    assert (outcome.status, outcome.error) == (WorkStatus.FAILED, "Internal error in stage backTranslation.")


def test_numbers_keep_the_spelling_they_were_sent_in(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run(monkeypatch, lambda stage_input: Produced(data=stage_input.payload))

    assert outcome.output == '{"b":1.50,"a":"Hallo"}'


def test_retry_goes_back_to_the_queue_with_what_was_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run(monkeypatch, playing(RetryLater("openai:small answered 503.", known={"Hello": "Hallo"}, usage=USED)), STEP)

    assert outcome == Outcome(
        step=STEP,
        status=WorkStatus.READY,
        detail='{"known":{"Hello":"Hallo"},"lastError":"openai:small answered 503."}',
        usage=USED,
        run_after=outcome.run_after,
        engine_version=1,
    )
    assert outcome.run_after is not None
    assert timedelta(seconds=1.6) <= outcome.run_after - NOW <= timedelta(seconds=2.5)


def test_retry_is_not_before_what_the_provider_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run(monkeypatch, playing(RetryLater("x", after=timedelta(minutes=9))))

    assert outcome.run_after is not None
    assert timedelta(minutes=9) <= outcome.run_after - NOW < timedelta(minutes=9, seconds=1)


@pytest.mark.parametrize(("age", "status"), [(timedelta(minutes=59, seconds=50), WorkStatus.READY), (timedelta(hours=1), WorkStatus.FAILED)])
def test_retries_end_with_their_reason_an_hour_after_the_first_turn(monkeypatch: pytest.MonkeyPatch, age: timedelta, status: WorkStatus) -> None:
    step = make_step(started_at=NOW - age, attempt=2)

    outcome = run(monkeypatch, playing(RetryLater("openai:small answered 503.", usage=USED)), step)

    assert (outcome.status, outcome.usage) == (status, USED)
    assert outcome.error == ("openai:small answered 503." if status == WorkStatus.FAILED else "")


def test_a_wait_beyond_the_window_fails_at_once(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.RETRY_WINDOW = timedelta(minutes=5)

    assert run(monkeypatch, playing(RetryLater("x", after=timedelta(minutes=6)))).status == WorkStatus.FAILED


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 2), (2, 4), (3, 8), (7, 128), (8, 256), (9, 300), (40, 300), (30_000, 300)])
def test_delays_double_up_to_five_minutes_with_jitter(attempt: int, seconds: float) -> None:
    delays = {retry_delay(attempt, None).total_seconds() for _ in range(50)}

    assert seconds * 0.8 <= min(delays) < max(delays) <= seconds * 1.2
