"""Asks models: one call through limits, breaker, short waits and deadline; several calls to one model; the models of a chain in turn.

Translating, editing and judging ask here and nowhere else; each says what it wants as an `Inquiry` and talks to a model in a `Talk`. Everything but
`run_all` runs on the model loop. What calls cost is written into the `Ledger` as it arises, so that a failure or the deadline hides none of it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from engines import model_loop
from engines.breaker import Paused, Permit
from engines.errors import ModelUnavailable, ProviderRefused, TranslationCancelled, TranslationFailed, UnusableAnswers
from engines.guards import guards, place
from engines.layers import Layers, ModelChoice
from engines.limits import Saturated
from engines.model_loop import Cancellation
from engines.providers.base import Answer, CallFailed, Provider, Refused, Task, TaskKind, Unavailable
from engines.providers.registry import find_provider
from engines.translation.chunks import estimate_tokens
from engines.translation.ledger import Ledger

log = structlog.get_logger(__name__)

SHORT_WAIT_SECONDS = 2.0  # asked for by Retry-After: waited here; a longer one is the caller's
SHORT_WAITS = 2  # in a row
CALL_SECONDS = 120.0  # the longest call; shorter where the deadline leaves less to each model of the chain
TELLING_SECONDS = 10.0  # a call that was given less and did not answer says nothing of its provider
PATIENCE_SECONDS = 30.0  # for limits, and for calls that are under way to tell whether a model is well


class Unusable(CallFailed):
    """The model answered, and some text did not pass even after repairs."""


class NotBegun(Unavailable):
    """No call was made: the breaker is open, or the limits let none through."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What the calls for one chunk have in common."""

    layers: Layers
    chain: tuple[ModelChoice, ...]
    deadline: float  # on time.monotonic()
    trace: str
    ledger: Ledger
    on_prompt: Callable[[str, str], None] | None = None  # is shown system and user message of each call to a model that reads them


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the chain whose turn it is. `models_left` counts it and those after it: they share the time."""

    choice: ModelChoice
    provider: Provider
    asking: Asking
    models_left: int

    async def complete(self, task: Task) -> Answer:
        """One answer; short waits that the provider asks for happen here, without holding a slot. Raises Unavailable or Refused."""
        if self.asking.on_prompt and self.provider.learns:
            self.asking.on_prompt(task.system, task.user)
        waits = 0
        while True:
            try:
                answer = await _call(self, task)
            except NotBegun:
                raise
            except Unavailable as exc:
                waits += 1
                if exc.retry_after is None or exc.retry_after > SHORT_WAIT_SECONDS or waits > SHORT_WAITS:
                    raise
                await asyncio.sleep(exc.retry_after)
            else:
                self.asking.ledger.count(self.choice, answer)
                return answer


class Inquiry(Protocol):
    """What is wanted of the models of a chain."""

    @property
    def is_answered(self) -> bool: ...

    async def ask(self, model: Model) -> None:
        """Raises CallFailed where the model left something unanswered."""
        ...


class Talk(Protocol):
    """The calls to one model about what is still wanted."""

    @property
    def is_over(self) -> bool:
        """Whether another call to this model is of no use."""
        ...

    @property
    def is_answered(self) -> bool: ...

    @property
    def was_cut(self) -> bool:
        """Whether the last answer ended at its limit of tokens."""
        ...

    @property
    def complaint(self) -> str:
        """A sentence about what this model left unanswered."""
        ...

    def next_task(self, allowance: int) -> Task:
        """What is still wanted, with what was wrong so far. `allowance` multiplies the tokens for the answer."""
        ...

    def take(self, answer: Answer, *, is_last: bool) -> None: ...

    def close(self) -> None:
        """Called once, however the talk ends."""
        ...


async def converse(model: Model, talk: Talk, calls: int) -> None:
    """At most so many calls. After an answer that was cut the next may be twice as long. Raises CallFailed."""
    allowance = 1
    try:
        for number in range(1, calls + 1):
            answer = await model.complete(talk.next_task(allowance))
            talk.take(answer, is_last=number == calls)
            if talk.is_over:
                break
            if talk.was_cut:
                allowance *= 2
    finally:
        talk.close()
    if not talk.is_answered:
        raise Unusable(talk.complaint)


async def ask_in_turn(asking: Asking, inquiry: Inquiry) -> None:
    """Each model of the chain until nothing is left. Raises TranslationFailed (without `attempt`) when all have failed for something."""
    failures: list[CallFailed] = []
    for index, choice in enumerate(asking.chain):
        try:
            provider = find_provider(choice.provider, asking.layers.credential(choice.provider))
            if provider is None:
                raise Refused(f"{choice.provider} is not configured here.")
            await inquiry.ask(Model(choice, provider, asking, len(asking.chain) - index))
        except CallFailed as failure:
            failures.append(failure)
            log.info(
                "model_failed", provider=choice.provider, model=choice.model, kind=type(failure).__name__, reason=failure.reason, trace=asking.trace
            )
        if inquiry.is_answered:
            return
    raise _conclude(failures)


def run_all(chunks: Sequence[Callable[[], Awaitable[None]]], deadline: float, cancellation: Cancellation | None) -> list[TranslationFailed]:
    """Every chunk at once and to its end, so that the error of one loses nothing of the others; the errors. Not to be called on the loop.

    Raises TimeoutError at the deadline, and TranslationCancelled.
    """
    try:
        outcomes = model_loop.run(_gather(chunks), deadline - time.monotonic(), cancellation)
    except model_loop.Cancelled:
        raise TranslationCancelled from None
    return [outcome for outcome in outcomes if outcome is not None]


def able(layers: Layers, chain: Sequence[ModelChoice], kind: TaskKind) -> tuple[ModelChoice, ...]:
    """Those whose provider can do such a task. One that is not configured stays, so that asking it says so."""
    return tuple(choice for choice in chain if kind in _kinds(layers, choice, default=kind))


def name_unable(chain: Sequence[ModelChoice]) -> str:
    """The half of a sentence that says why none of these is able to do more."""
    names = list(dict.fromkeys(choice.provider for choice in chain))
    return f"{names[0]} only translates" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} only translate"


def _kinds(layers: Layers, choice: ModelChoice, default: TaskKind) -> frozenset[TaskKind]:
    try:
        provider = find_provider(choice.provider, layers.credential(choice.provider))
    except CallFailed:
        provider = None
    return provider.kinds if provider else frozenset({default})


async def _gather(chunks: Sequence[Callable[[], Awaitable[None]]]) -> list[TranslationFailed | None]:
    return await asyncio.gather(*(_outcome(chunk) for chunk in chunks))


async def _outcome(chunk: Callable[[], Awaitable[None]]) -> TranslationFailed | None:
    try:
        await chunk()
    except TranslationFailed as failure:
        return failure
    return None


async def _call(model: Model, task: Task) -> Answer:
    choice, asking, account = model.choice, model.asking, model.provider.account
    breaker = guards().breaker(account, choice.model) if account else None
    gates = guards().gates(choice, account.owner if account else "", asking.layers.engine_id)
    tokens = estimate_tokens(task.system) + estimate_tokens(task.user) + sum(map(estimate_tokens, task.texts.values()))
    while True:
        patience = min(PATIENCE_SECONDS, (asking.deadline - time.monotonic()) / model.models_left / 2)  # the other half is for the call
        if breaker and (paused := await breaker.wait(patience)):
            raise _not_begun(choice, paused)
        try:
            async with place(gates, tokens, patience) as meter:
                permit = breaker.admit() if breaker else None
                if isinstance(permit, Paused):
                    raise _not_begun(choice, permit)
                if permit or not breaker:
                    asking.ledger.calls += 1
                    answer = await _complete(model, task, permit)
                    meter.surplus = answer.input_tokens + answer.output_tokens - tokens
                    return answer
        except Saturated as exc:
            raise NotBegun(f"{choice} is asked as often as its limits allow.", retry_after=exc.seconds) from exc


async def _complete(model: Model, task: Task, permit: Permit | None) -> Answer:
    """One call, and what it tells the breaker. Raises Unavailable or Refused."""
    verdict: str | None = None  # why the provider is not well; empty: it is; None: the call tells nothing
    seconds = min(CALL_SECONDS, (model.asking.deadline - time.monotonic()) / model.models_left)
    try:
        async with asyncio.timeout(seconds):
            answer = await model.provider.complete(task, model=model.choice.model, timeout=seconds, trace=model.asking.trace)
        verdict = ""
        return answer
    except TimeoutError as exc:
        failure = Unavailable(f"{model.choice} did not answer within {seconds:.0f} s.")
        verdict = failure.reason if seconds >= TELLING_SECONDS else None
        raise failure from exc
    except Unavailable as exc:
        verdict = "" if exc.is_busy else exc.reason
        raise
    except Refused:
        verdict = ""
        raise
    finally:
        if permit:
            _tell(permit, verdict)


def _tell(permit: Permit, verdict: str | None) -> None:
    if verdict is None:
        permit.forget()
    elif verdict:
        permit.fail(verdict)
    else:
        permit.succeed()


def _not_begun(choice: ModelChoice, paused: Paused) -> NotBegun:
    return NotBegun(f"{choice} is not asked for a while after it failed: {paused.reason}", retry_after=paused.seconds)


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
