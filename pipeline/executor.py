"""Runs one claimed step on a thread and says what it came to. The only place that turns what a stage returns or raises into an outcome.

returns Produced    → completed, with its output
returns Skipped     → skipped, with its reason
returns Waiting     → waiting, until `due_at`
raises StageFailed  → failed
raises RetryLater   → ready again later, within RETRY_WINDOW of the step's first turn; failed after it
raises anything     → failed, and logged: a fault of ours, not of the job
"""

import json
import random
import time
import traceback
from collections.abc import Mapping
from concurrent.futures import CancelledError
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

import structlog
from django.conf import settings

from engines.layers import Layers
from engines.model_loop import Cancellation
from engines.translation.segments import walk
from engines.translation.words import count_words
from foundation.customer_json import JSONValue, dump, parse
from foundation.lease import WorkStatus
from localization.models import JobGroup
from localization.outcomes import ClaimedStep, Outcome
from pipeline.stages import STAGES
from pipeline.stages.base import Produced, RetryLater, Skipped, StageFailed, StageInput, Waiting

log = structlog.get_logger(__name__)

FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=5)


class GroupContent:
    """A group's payload, parsed once for all its jobs in this process."""

    def __init__(self, group: JobGroup) -> None:
        self.group = group
        self._cleaned: JSONValue = None

    @cached_property
    def source(self) -> JSONValue:
        return parse(self.group.source)

    def cleaned(self, text: str | None) -> JSONValue:
        """The source as `preEdit` left it, which is the same for all jobs of the group."""
        if text is None:
            return self.source
        if self._cleaned is None:
            self._cleaned = parse(text)
        return self._cleaned

    @cached_property
    def words(self) -> int:
        """Of the texts to be translated, as they were sent: what every stage of every job of the group is measured by."""
        return sum(count_words(segment.text) for segment in walk(self.source, locked_keys=self.group.locked_keys).segments)

    @cached_property
    def hints(self) -> Mapping[str, list[str]]:
        hints: Mapping[str, list[str]] = json.loads(self.group.hints)
        return hints


def run_step(step: ClaimedStep, content: GroupContent, layers: Layers, *, now: datetime, cancellation: Cancellation | None = None) -> Outcome:
    """Runs the stage; never raises. `now` is the time of the claim; `cancellation` ends its model calls from another thread."""
    started = time.monotonic()
    try:
        deadline = started + settings.STEP_DEADLINE.total_seconds()
        result = STAGES[step.stage](stage_input(step, content, layers, deadline=deadline, now=now, cancellation=cancellation))
        outcome = _outcome(step, result, content)
    except StageFailed as exc:
        outcome = Outcome(step=step, status=WorkStatus.FAILED, error=str(exc), usage=exc.usage, learned=exc.learned)
    except RetryLater as exc:
        outcome = _retry(step, exc, now=now + timedelta(seconds=time.monotonic() - started))
    except CancelledError:
        # The lease is lost, or the process is to stop: nobody waits for this outcome.
        outcome = Outcome(step=step, status=WorkStatus.FAILED, error="Cancelled.")
    except Exception as exc:
        # Without the exception's own text, which may quote what customers wrote.
        places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(exc.__traceback__)]
        log.error("stage_broke", job=step.job_id, stage=step.stage, attempt=step.attempt, error=type(exc).__name__, places=places)
        outcome = Outcome(step=step, status=WorkStatus.FAILED, error=f"Internal error in stage {step.stage}.")
    return replace(outcome, engine_version=layers.version)


def stage_input(
    step: ClaimedStep, content: GroupContent, layers: Layers, *, deadline: float, now: datetime, cancellation: Cancellation | None = None
) -> StageInput:
    group = step.group
    return StageInput(
        trace=f"{step.job_id}.{step.stage}.{step.attempt}",
        layers=layers,
        source_locale=group.source_locale,
        target_locale=step.target_locale,
        sent=content.source,
        source=content.cleaned(step.cleaned),
        payload=None if step.payload is None else parse(step.payload),
        before=None if step.needed is None else parse(step.needed),
        context=group.context,
        hints=content.hints,
        locked_keys=group.locked_keys,
        config=group.pipeline_config.get(step.stage, {}),
        known=json.loads(step.detail).get("known", {}),
        deadline=deadline,
        now=now,
        model=step.model,
        cancellation=cancellation,
    )


def _outcome(step: ClaimedStep, result: Produced | Skipped | Waiting, content: GroupContent) -> Outcome:
    match result:
        case Produced():
            return Outcome(
                step=step,
                status=WorkStatus.COMPLETED,
                output=dump(result.data),
                detail=dump(dict(result.detail)),
                usage=result.usage,
                warnings=result.warnings,
                learned=result.learned,
                words=content.words,
                terms=result.terms,
            )
        case Skipped():
            return Outcome(step=step, status=WorkStatus.SKIPPED, detail=dump({"reason": result.reason}))
        case Waiting():
            return Outcome(step=step, status=WorkStatus.WAITING, due_at=result.due_at, open=result.open, words=content.words)


def _retry(step: ClaimedStep, reason: RetryLater, *, now: datetime) -> Outcome:
    delay = retry_delay(step.attempt, reason.after)
    if now + delay > step.started_at + settings.RETRY_WINDOW:
        return Outcome(step=step, status=WorkStatus.FAILED, error=str(reason), usage=reason.usage, learned=reason.learned)
    detail = dump({"known": dict(reason.known), "lastError": str(reason)})
    return Outcome(step=step, status=WorkStatus.READY, detail=detail, usage=reason.usage, learned=reason.learned, run_after=now + delay)


def retry_delay(attempt: int, asked: timedelta | None) -> timedelta:
    """2 s, 4 s, 8 s … up to 5 min, each spread over ±20 % so that what failed together does not return together; never before what was asked."""
    exponential: timedelta = min(FIRST_RETRY * 2 ** min(attempt - 1, 20), LONGEST_RETRY) * random.uniform(0.8, 1.2)
    return exponential if asked is None else max(exponential, asked)
