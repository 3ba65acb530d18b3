"""Gets one chunk translated: asks the models of the chain in turn, has each repair what does not pass, and says why when all have failed.

Runs on the model loop. What passed is written into the `Progress` that all chunks of a payload share, so a failure or the deadline loses none of it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from engines.errors import Attempt, ModelUnavailable, ProviderRefused, TranslationFailed, UnusableAnswers, Usage
from engines.layers import ModelChoice, Term
from engines.model_loop import slot
from engines.providers.base import Answer, CallFailed, Provider, Refused, Task, Unavailable
from engines.providers.registry import find_provider
from engines.translation.answers import CUT, Flaw, Judgement, judge
from engines.translation.chunks import Unit, estimate_tokens
from engines.translation.prompt import user_message

log = structlog.get_logger(__name__)

REPAIRS = 2  # further calls of a model for the texts that did not pass
SHORT_WAIT_SECONDS = 2.0  # asked for by Retry-After: waited here; a longer one is the caller's
SHORT_WAITS = 2  # in a row
CALL_SECONDS = 120.0  # the longest call; shorter where the deadline leaves less to each model of the chain
MIN_OUTPUT_TOKENS = 256
OUTPUT_PER_INPUT = 4  # tokens: other languages are longer, and other scripts take more tokens
OUTPUT_PER_TEXT = 12  # tokens for number, quotes and comma


class Unusable(CallFailed):
    """The model answered, and some text did not pass even after repairs."""


@dataclass(slots=True)
class Progress:
    """Of all chunks of a payload."""

    verified: dict[str, str] = field(default_factory=dict)  # unit key → translation
    repaired: set[str] = field(default_factory=set)  # keys whose first answer did not pass
    delivered: Counter[str] = field(default_factory=Counter)  # texts by model
    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0

    def usage(self) -> Usage:
        model = max(self.delivered, key=lambda name: self.delivered[name]) if self.delivered else None
        return Usage(model, self.input_tokens, self.output_tokens, self.calls)

    def attempt(self, known: Mapping[str, str]) -> Attempt:
        return Attempt({**known, **self.verified}, self.usage())


@dataclass(frozen=True, slots=True)
class ChunkRequest:
    """One chunk and all that its calls need."""

    chain: tuple[ModelChoice, ...]
    source_locale: str
    target_locale: str
    units: Mapping[str, Unit]
    system: str
    context: str
    glossary: tuple[Term, ...]
    deadline: float  # on time.monotonic()
    trace: str


@dataclass(slots=True)
class _Round:
    """The state between the calls to one model: what is still wanted, and why."""

    pending: dict[str, Unit]
    flaws: dict[str, Flaw] = field(default_factory=dict)

    def take(self, judgement: Judgement, choice: ModelChoice, progress: Progress) -> None:
        for number, text in judgement.texts.items():
            progress.verified[self.pending.pop(number).key] = text
            progress.delivered[str(choice)] += 1
        self.flaws = judgement.flaws
        progress.repaired.update(unit.key for unit in self.pending.values())


async def translate_chunk(request: ChunkRequest, progress: Progress) -> None:
    """Raises TranslationFailed (without `attempt`) when every model has failed for some text."""
    pending = dict(request.units)
    failures: list[CallFailed] = []
    for index, choice in enumerate(request.chain):
        try:
            await _ask_model(request, choice, pending, progress, models_left=len(request.chain) - index)
        except CallFailed as failure:
            failures.append(failure)
            log.info(
                "model_failed", provider=choice.provider, model=choice.model, kind=type(failure).__name__, reason=failure.reason, trace=request.trace
            )
        else:
            return
    raise _conclude(failures)


async def _ask_model(request: ChunkRequest, choice: ModelChoice, pending: dict[str, Unit], progress: Progress, *, models_left: int) -> None:
    """Removes from `pending` what passes. Raises CallFailed unless nothing is left."""
    provider = find_provider(choice.provider)
    if provider is None:
        raise Refused(f"{choice.provider} is not configured here.")
    state = _Round(pending)
    allowance = 1
    for _ in range(1 + REPAIRS if provider.learns else 1):
        task = _make_task(request, state, allowance)
        answer = await _call(request, choice, provider, task, progress, models_left=models_left)
        progress.input_tokens += answer.input_tokens
        progress.output_tokens += answer.output_tokens
        state.take(judge(answer, task.texts), choice, progress)
        if not pending:
            return
        if CUT in state.flaws.values():
            allowance *= 2
    first = next(iter(state.flaws.values()))
    raise Unusable(f"{choice} gave no usable translation of {len(pending)} of {len(request.units)} texts. {first.sentence}")


async def _call(request: ChunkRequest, choice: ModelChoice, provider: Provider, task: Task, progress: Progress, *, models_left: int) -> Answer:
    """One answer; short waits that the provider asks for happen here, without holding a slot. Raises Unavailable or Refused."""
    waits = 0
    while True:
        async with slot():
            progress.calls += 1
            seconds = min(CALL_SECONDS, (request.deadline - time.monotonic()) / models_left)
            try:
                async with asyncio.timeout(seconds):
                    return await provider.complete(task, model=choice.model, timeout=seconds, trace=request.trace)
            except TimeoutError as exc:
                raise Unavailable(f"{choice} did not answer within {seconds:.0f} s.") from exc
            except Unavailable as exc:
                waits += 1
                if exc.retry_after is None or exc.retry_after > SHORT_WAIT_SECONDS or waits > SHORT_WAITS:
                    raise
                seconds = exc.retry_after
        await asyncio.sleep(seconds)


def _make_task(request: ChunkRequest, state: _Round, allowance: int) -> Task:
    texts = {number: unit.text for number, unit in state.pending.items()}
    expected = OUTPUT_PER_INPUT * sum(map(estimate_tokens, texts.values())) + OUTPUT_PER_TEXT * len(texts)
    return Task(
        kind="translate",
        source_locale=request.source_locale,
        target_locale=request.target_locale,
        texts=texts,
        system=request.system,
        user=user_message(
            state.pending,
            source=request.source_locale,
            target=request.target_locale,
            context=request.context,
            glossary=request.glossary,
            problems={number: flaw.sentence for number, flaw in state.flaws.items()},
        ),
        max_output_tokens=max(MIN_OUTPUT_TOKENS, expected) * allowance,
    )


def _conclude(failures: list[CallFailed]) -> TranslationFailed:
    """One model that may come back makes the whole worth another attempt."""
    reason = " ".join(dict.fromkeys(failure.reason for failure in failures))
    away = [failure for failure in failures if isinstance(failure, Unavailable)]
    if away:
        waits = [failure.retry_after for failure in away if failure.retry_after is not None]
        return ModelUnavailable(reason, retry_after=min(waits, default=None))
    if any(isinstance(failure, Unusable) for failure in failures):
        return UnusableAnswers(reason)
    return ProviderRefused(reason)
