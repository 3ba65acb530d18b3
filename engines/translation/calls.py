"""Gets one chunk translated: asks the models of the chain in turn, has each repair what does not pass, and says why when all have failed.

Runs on the model loop. What passed is written into the `Progress` that all chunks of a payload share, so a failure or the deadline loses none of it.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from engines.breaker import Paused, Permit
from engines.checks import Finding
from engines.errors import ModelUnavailable, ProviderRefused, TranslationFailed, UnusableAnswers
from engines.guards import guards, place
from engines.layers import Layers, ModelChoice, Term
from engines.limits import Saturated
from engines.providers.base import Answer, CallFailed, Provider, Refused, Task, Unavailable
from engines.providers.registry import find_provider
from engines.translation.answers import CUT, Flaw, judge
from engines.translation.chunks import Unit, estimate_tokens
from engines.translation.progress import Progress
from engines.translation.prompt import user_message
from engines.translation.verify import Verdict, Verifier

log = structlog.get_logger(__name__)

REPAIRS = 2  # further calls of a model for the texts that did not pass
SHORT_WAIT_SECONDS = 2.0  # asked for by Retry-After: waited here; a longer one is the caller's
SHORT_WAITS = 2  # in a row
CALL_SECONDS = 120.0  # the longest call; shorter where the deadline leaves less to each model of the chain
TELLING_SECONDS = 10.0  # a call that was given less and did not answer says nothing of its provider
PATIENCE_SECONDS = 30.0  # for limits, and for calls that are under way to tell whether a model is well
MIN_OUTPUT_TOKENS = 256
OUTPUT_PER_INPUT = 4  # tokens: other languages are longer, and other scripts take more tokens
OUTPUT_PER_TEXT = 12  # tokens for number, quotes and comma


class Unusable(CallFailed):
    """The model answered, and some text did not pass even after repairs."""


class NotBegun(Unavailable):
    """No call was made: the breaker is open, or the limits let none through."""


@dataclass(frozen=True, slots=True)
class ChunkRequest:
    """One chunk and all that its calls need."""

    layers: Layers
    chain: tuple[ModelChoice, ...]
    source_locale: str
    target_locale: str
    units: Mapping[str, Unit]
    system: str
    context: str
    glossary: tuple[Term, ...]
    examples: tuple[tuple[str, str], ...]
    deadline: float  # on time.monotonic()
    trace: str


@dataclass(slots=True)
class _Round:
    """The state between the calls to one model: what is still wanted, and why; and doubtful texts in hand, for want of better ones."""

    pending: dict[str, Unit]
    verifier: Verifier
    choice: ModelChoice
    progress: Progress
    flaws: dict[str, Flaw] = field(default_factory=dict)
    in_hand: dict[str, tuple[str, Verdict]] = field(default_factory=dict)

    def take(self, answer: Answer, *, is_last: bool) -> None:
        """Accepts what may be used. A doubtful text goes back once, unless this was the last call; then what comes is taken."""
        sources = {number: unit.text for number, unit in self.pending.items()}
        judgement = judge(answer, sources)
        verdicts = self.verifier.judge_answer(sources, judgement.texts)
        flaws = judgement.flaws | {number: _explain(verdict.errors) for number, verdict in verdicts.items() if verdict.errors}
        self._count(judgement.flaws, verdicts)
        for number in sources:
            if number in flaws:
                if number in self.in_hand:
                    self._accept(number, *self.in_hand[number])
            elif verdicts[number].doubts and number not in self.in_hand and not is_last:
                self.in_hand[number] = (judgement.texts[number], verdicts[number])
                flaws[number] = _explain(verdicts[number].doubts)
            else:
                self._accept(number, judgement.texts[number], verdicts[number])
        self.flaws = {number: flaw for number, flaw in flaws.items() if number in self.pending}
        self.progress.repaired.update(unit.key for unit in self.pending.values())

    def close(self) -> None:
        """Takes what is in hand and records why the rest is missing."""
        for number in list(self.pending):
            if number in self.in_hand:
                self._accept(number, *self.in_hand[number])
            elif number in self.flaws:
                self.progress.flaws[self.pending[number].key] = self.flaws[number]

    def _accept(self, number: str, text: str, verdict: Verdict) -> None:
        self.progress.accept(self.pending.pop(number).key, text, self.choice, verdict.warnings)

    def _count(self, flaws: Mapping[str, Flaw], verdicts: Mapping[str, Verdict]) -> None:
        self.progress.objections.update(flaw.code for flaw in flaws.values())
        self.progress.objections.update(finding.code for verdict in verdicts.values() for finding in verdict.findings)


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
        if not pending:
            return
    raise _conclude(failures)


async def _ask_model(request: ChunkRequest, choice: ModelChoice, pending: dict[str, Unit], progress: Progress, *, models_left: int) -> None:
    """Removes from `pending` what passes. Raises CallFailed unless nothing is left."""
    provider = find_provider(choice.provider, request.layers.credential(choice.provider))
    if provider is None:
        raise Refused(f"{choice.provider} is not configured here.")
    verifier = Verifier(request.source_locale, request.target_locale, request.glossary, provider.excused)
    state = _Round(pending, verifier, choice, progress)
    allowance = 1
    calls = 1 + REPAIRS if provider.learns else 1
    try:
        for number in range(1, calls + 1):
            task = _make_task(request, state, allowance)
            answer = await _call(request, choice, provider, task, progress, models_left=models_left)
            progress.count(choice, answer)
            state.take(answer, is_last=number == calls)
            if not pending:
                return
            if CUT in state.flaws.values():
                allowance *= 2
    finally:
        state.close()
    first = next(iter(state.flaws.values()))
    raise Unusable(f"{choice} gave no usable translation of {len(pending)} of {len(request.units)} texts. {first.sentence}")


async def _call(request: ChunkRequest, choice: ModelChoice, provider: Provider, task: Task, progress: Progress, *, models_left: int) -> Answer:
    """One answer; short waits that the provider asks for happen here, without holding a slot. Raises Unavailable or Refused."""
    waits = 0
    while True:
        try:
            return await _call_once(request, choice, provider, task, progress, models_left)
        except NotBegun:
            raise
        except Unavailable as exc:
            waits += 1
            if exc.retry_after is None or exc.retry_after > SHORT_WAIT_SECONDS or waits > SHORT_WAITS:
                raise
            await asyncio.sleep(exc.retry_after)


async def _call_once(request: ChunkRequest, choice: ModelChoice, provider: Provider, task: Task, progress: Progress, models_left: int) -> Answer:
    account = provider.account
    breaker = guards().breaker(account, choice.model) if account else None
    gates = guards().gates(choice, account.owner if account else "", request.layers.engine_id)
    tokens = estimate_tokens(task.system) + estimate_tokens(task.user) + sum(map(estimate_tokens, task.texts.values()))
    while True:
        patience = min(PATIENCE_SECONDS, (request.deadline - time.monotonic()) / models_left / 2)  # the other half is for the call
        if breaker and (paused := await breaker.wait(patience)):
            raise _not_begun(choice, paused)
        try:
            async with place(gates, tokens, patience) as meter:
                permit = breaker.admit() if breaker else None
                if isinstance(permit, Paused):
                    raise _not_begun(choice, permit)
                if permit or not breaker:
                    progress.calls += 1
                    seconds = min(CALL_SECONDS, (request.deadline - time.monotonic()) / models_left)
                    answer = await _complete(provider, task, choice, permit, seconds, request.trace)
                    meter.surplus = answer.input_tokens + answer.output_tokens - tokens
                    return answer
        except Saturated as exc:
            raise NotBegun(f"{choice} is asked as often as its limits allow.", retry_after=exc.seconds) from exc


async def _complete(provider: Provider, task: Task, choice: ModelChoice, permit: Permit | None, seconds: float, trace: str) -> Answer:
    """One call, and what it tells the breaker. Raises Unavailable or Refused."""
    verdict: str | None = None  # why the provider is not well; empty: it is; None: the call tells nothing
    try:
        async with asyncio.timeout(seconds):
            answer = await provider.complete(task, model=choice.model, timeout=seconds, trace=trace)
        verdict = ""
        return answer
    except TimeoutError as exc:
        failure = Unavailable(f"{choice} did not answer within {seconds:.0f} s.")
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


def _explain(findings: Sequence[Finding]) -> Flaw:
    return Flaw(findings[0].code, " ".join(dict.fromkeys(finding.message for finding in findings)))


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
            examples=request.examples,
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
