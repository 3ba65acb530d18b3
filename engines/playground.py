"""Trying an engine's models on a text, side by side: each alone, with the engine's layers and checks, under its limits, charged as any call is.

The memory is neither read nor written unless it is asked for, and nothing of the text is logged or kept. No database connection is held while models
answer: all of them are asked at once, each on a thread of its own.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime

from engines import memory, spending
from engines.checks import Finding, Severity
from engines.errors import TranslationFailed, Usage
from engines.layers import ModelChoice, StoredModel
from engines.locales import ANY_LOCALE
from engines.models import Engine
from engines.process.layers import layers_of
from engines.process.localize import SECONDS, detect_source, expected_tokens, locked_in, settle
from engines.translation.request import UNTRANSLATED, Translation, TranslationRequest
from engines.translation.segments import Segment, walk
from engines.translation.translate import translate
from engines.translation.work import Work, plan
from foundation.api_errors import BadRequest
from foundation.customer_json import JSONValue, Path, Problem, format_path
from organizations.models import Organization

MOST_MODELS = 4
MOST_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaygroundRequest:
    """What is tried. `models` are the engine's, at most MOST_MODELS."""

    organization: Organization
    engine: Engine
    source_locale: str | None  # None: to be detected
    target_locale: str
    data: JSONValue
    models: Sequence[ModelChoice]
    uses_memory: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """One call as it was sent; a repair is another."""

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class TriedText:
    """One text. `translation` is None where the model gave none that could be used; `findings` then say why."""

    path: str
    source: str
    translation: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one model made of the whole. `error` is a sentence where it failed altogether; there are no texts then."""

    model: ModelChoice
    seconds: float
    usage: Usage
    prompts: tuple[Prompt, ...]  # none for a model that reads no prompt
    texts: tuple[TriedText, ...] = ()
    data: JSONValue = None
    from_memory: int = 0  # texts
    learned: tuple[memory.NewEntry, ...] = ()  # nothing where the memory is not used
    error: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    source_locale: str
    target_locale: str
    outcomes: tuple[Outcome, ...]  # in the order of the models


@dataclass(frozen=True, slots=True)
class _Turn:
    """One model's. `prompts` grows while it is asked."""

    model: ModelChoice
    request: TranslationRequest
    work: Work
    prompts: list[Prompt]


def try_models(request: PlaygroundRequest, *, now: datetime, started: float, trace: str) -> Tried:
    """Asks every model at once. `started` is on time.monotonic(); `trace` names the calls at the providers.

    Raises CreditLimit and QuotaSpent before any call, and BadRequest where there is nothing to translate.
    """
    locked = locked_in(request.data)
    segments = walk(request.data, locked_keys=locked).segments
    texts = [segment.text for segment in segments]
    if not texts:
        raise BadRequest([Problem("data", "There is no text in it to translate.")])
    source = request.source_locale or detect_source(texts, request.engine)
    if source == request.target_locale:
        raise BadRequest([Problem("targetLocale", f"The text is in {source} already: it would be copied, and no model asked.")])
    with memory.connection_for_a_moment():
        spending.refuse_if_spent(request.organization, len(request.models) * expected_tokens(texts), now)
        wanted = TranslationRequest(
            layers=layers_of(request.engine),
            source_locale=source,
            target_locale=request.target_locale,
            data=request.data,
            deadline=started + SECONDS,
            trace=trace,
            locked_keys=locked,
            uses_memory=request.uses_memory,
        )
        turns = [_prepare(wanted, model) for model in request.models]
    outcomes = _take_turns(turns, segments)
    settle(request.engine, sum((outcome.usage for outcome in outcomes), Usage()), outcomes[0].learned, now)
    return Tried(source, request.target_locale, tuple(outcomes))


def _prepare(wanted: TranslationRequest, model: ModelChoice) -> _Turn:
    """With this model alone. What needs the database is done here, before any model is asked."""
    prompts: list[Prompt] = []
    alone = replace(wanted.layers, models=(StoredModel(ANY_LOCALE, ANY_LOCALE, model, 1),))
    request = replace(wanted, layers=alone, on_prompt=lambda system, user: prompts.append(Prompt(system, user)))
    return _Turn(model, request, plan(request), prompts)


def _take_turns(turns: Sequence[_Turn], segments: Sequence[Segment]) -> list[Outcome]:
    """All at the same time; in their order."""
    with ThreadPoolExecutor(len(turns), thread_name_prefix="playground") as pool:
        running = [pool.submit(copy_context().run, _take_turn, turn, segments) for turn in turns]
        return [one.result() for one in running]


def _take_turn(turn: _Turn, segments: Sequence[Segment]) -> Outcome:
    begun = time.monotonic()
    try:
        translation = translate(turn.request, work=turn.work)
    except TranslationFailed as exc:
        return Outcome(turn.model, time.monotonic() - begun, exc.usage, tuple(turn.prompts), learned=exc.learned, error=exc.reason)
    return Outcome(
        model=turn.model,
        seconds=time.monotonic() - begun,
        usage=translation.usage,
        prompts=tuple(turn.prompts),
        texts=tuple(_judge(segment, translation, turn.work) for segment in segments),
        data=translation.data,
        from_memory=translation.report["fromMemory"],
        learned=translation.learned,
    )


def _judge(segment: Segment, translation: Translation, work: Work) -> TriedText:
    """The text as it is now, with all that the checks say of it: also what is too small to be told in a warning."""
    path = format_path(segment.path)
    kept = [Finding(UNTRANSLATED, Severity.ERROR, one.message) for one in translation.warnings if one.path == path and one.code == UNTRANSLATED]
    if kept:
        return TriedText(path, segment.text, None, tuple(kept))
    text = _text_at(translation.data, segment.path)
    return TriedText(path, segment.text, text, work.verifier.judge(segment.text, text).findings)


def _text_at(data: JSONValue, path: Path) -> str:
    value: JSONValue = data
    for key in path:
        value = value[key]  # type: ignore[index]  # the path is one of this payload
    return str(value)
