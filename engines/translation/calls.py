"""Gets one chunk translated: the models of the chain in turn, each with repairs for what does not pass.

Runs on the model loop. What passed is written into the `Progress` that all chunks of a payload share, so a failure or the deadline loses none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engines.checks import Finding
from engines.layers import Term
from engines.providers.base import Answer, Task
from engines.translation.answers import CUT, Flaw, judge
from engines.translation.asking import Asking, Model, ask_in_turn, converse
from engines.translation.chunks import Unit, estimate_tokens
from engines.translation.progress import Progress
from engines.translation.prompt import user_message
from engines.translation.verify import Verdict, Verifier

REPAIRS = 2  # further calls of a model for the texts that did not pass
MIN_OUTPUT_TOKENS = 256
OUTPUT_PER_INPUT = 4  # tokens: other languages are longer, and other scripts take more tokens
OUTPUT_PER_TEXT = 12  # tokens for number, quotes and comma


@dataclass(frozen=True, slots=True)
class ChunkRequest:
    """One chunk and all that its calls need."""

    asking: Asking
    source_locale: str
    target_locale: str
    units: Mapping[str, Unit]
    system: str
    context: str
    glossary: tuple[Term, ...]
    examples: tuple[tuple[str, str], ...]


async def translate_chunk(request: ChunkRequest, progress: Progress) -> None:
    """Raises TranslationFailed (without `attempt`) when every model has failed for some text."""
    await ask_in_turn(request.asking, _Chunk(request, progress, dict(request.units)))


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What of the chunk is still to be translated."""

    request: ChunkRequest
    progress: Progress
    pending: dict[str, Unit]

    @property
    def is_answered(self) -> bool:
        return not self.pending

    async def ask(self, model: Model) -> None:
        request = self.request
        verifier = Verifier(request.source_locale, request.target_locale, request.glossary, model.provider.excused)
        await converse(model, _Talk(request, self.pending, verifier, model, self.progress), 1 + REPAIRS if model.provider.learns else 1)


@dataclass(slots=True)
class _Talk:
    """The state between the calls to one model: what is still wanted, and why; and doubtful texts in hand, for want of better ones."""

    request: ChunkRequest
    pending: dict[str, Unit]
    verifier: Verifier
    model: Model
    progress: Progress
    flaws: dict[str, Flaw] = field(default_factory=dict)
    in_hand: dict[str, tuple[str, Verdict]] = field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        return not self.pending

    @property
    def is_over(self) -> bool:
        return not self.pending

    @property
    def was_cut(self) -> bool:
        return CUT in self.flaws.values()

    @property
    def complaint(self) -> str:
        first = next(iter(self.flaws.values()))
        return f"{self.model.choice} gave no usable translation of {len(self.pending)} of {len(self.request.units)} texts. {first.sentence}"

    def next_task(self, allowance: int) -> Task:
        request = self.request
        texts = {number: unit.text for number, unit in self.pending.items()}
        expected = OUTPUT_PER_INPUT * sum(map(estimate_tokens, texts.values())) + OUTPUT_PER_TEXT * len(texts)
        return Task(
            kind="translate",
            source_locale=request.source_locale,
            target_locale=request.target_locale,
            texts=texts,
            system=request.system,
            user=user_message(
                self.pending,
                source=request.source_locale,
                target=request.target_locale,
                context=request.context,
                glossary=request.glossary,
                examples=request.examples,
                problems={number: flaw.sentence for number, flaw in self.flaws.items()},
            ),
            max_output_tokens=max(MIN_OUTPUT_TOKENS, expected) * allowance,
        )

    def take(self, answer: Answer, *, is_last: bool) -> None:
        """Accepts what may be used. A doubtful text goes back once, unless this was the last call; then what comes is taken."""
        sources = {number: unit.text for number, unit in self.pending.items()}
        judgement = judge(answer, sources)
        verdicts = self.verifier.judge_answer(sources, judgement.texts)
        flaws = judgement.flaws | {number: explain(verdict.errors) for number, verdict in verdicts.items() if verdict.errors}
        self._count(judgement.flaws, verdicts)
        for number in sources:
            if number in flaws:
                if number in self.in_hand:
                    self._accept(number, *self.in_hand[number])
            elif verdicts[number].doubts and number not in self.in_hand and not is_last:
                self.in_hand[number] = (judgement.texts[number], verdicts[number])
                flaws[number] = explain(verdicts[number].doubts)
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
        self.progress.accept(self.pending.pop(number).key, text, self.model.choice, verdict.warnings)

    def _count(self, flaws: Mapping[str, Flaw], verdicts: Mapping[str, Verdict]) -> None:
        self.progress.objections.update(flaw.code for flaw in flaws.values())
        self.progress.objections.update(finding.code for verdict in verdicts.values() for finding in verdict.findings)


def explain(findings: Sequence[Finding]) -> Flaw:
    """What a model is told of them."""
    return Flaw(findings[0].code, " ".join(dict.fromkeys(finding.message for finding in findings)))
