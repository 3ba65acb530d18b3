"""Gets one chunk edited: the models of the chain in turn, each with a repeat for an answer that cannot be read and for changes that break a check.

Runs on the model loop. What is decided is written into the `Progress` that all chunks of a request share, so a failure or the deadline loses none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engines.editing.answers import Reading, read_changes
from engines.editing.progress import Objection, Progress
from engines.editing.prompt import edit_user_message
from engines.editing.request import Kind
from engines.editing.units import EditUnit
from engines.editing.verify import Examiner
from engines.layers import Term
from engines.providers.base import Answer, Task
from engines.translation.asking import Asking, Model, ask_in_turn, converse
from engines.translation.calls import MIN_OUTPUT_TOKENS, explain
from engines.translation.chunks import estimate_tokens
from engines.translation.objects import CUT, Flaw
from engines.translation.verify import Verifier

CALLS = 3  # to one model: an answer that cannot be read is repeated once, and so is a change that breaks a check
OUTPUT_PER_INPUT = 2  # tokens: the language is the same, and few texts change
OUTPUT_PER_TEXT = 40  # tokens for the reason and the syntax


@dataclass(frozen=True, slots=True)
class ChunkRequest:
    """One chunk and all that its calls need."""

    asking: Asking
    kind: Kind
    source_locale: str
    target_locale: str
    units: Mapping[str, EditUnit]
    system: str
    context: str
    glossary: tuple[Term, ...]
    names: tuple[str, ...]  # CLEAN: of the glossary


async def edit_chunk(request: ChunkRequest, progress: Progress) -> None:
    """Raises TranslationFailed (without `attempt`) when every model has failed for some text."""
    await ask_in_turn(request.asking, _Chunk(request, progress, dict(request.units)))


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What of the chunk is still to be decided."""

    request: ChunkRequest
    progress: Progress
    pending: dict[str, EditUnit]

    @property
    def is_answered(self) -> bool:
        return not self.pending

    async def ask(self, model: Model) -> None:
        talk = _Talk(self.request, self.pending, model, make_examiner(self.request, model.provider.excused), self.progress)
        await converse(model, talk, CALLS if model.provider.learns else 1)


def make_examiner(request: ChunkRequest, excused: frozenset[str]) -> Examiner:
    """A source text is not excused from anything: whoever corrects it has to leave it as whole as it was."""
    if request.kind is Kind.CLEAN:
        return Examiner(request.kind, Verifier(request.source_locale, request.target_locale), request.names)
    return Examiner(request.kind, Verifier(request.source_locale, request.target_locale, request.glossary, excused))


@dataclass(slots=True)
class _Talk:
    """The state between the calls to one model. `given_up` holds what it answered unreadably twice: that is for the next model."""

    request: ChunkRequest
    pending: dict[str, EditUnit]
    model: Model
    examiner: Examiner
    progress: Progress
    flaw: Flaw | None = None  # of the last answer as a whole
    flaws: dict[str, Flaw] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    objected: dict[str, Objection] = field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        return not self.pending

    @property
    def is_over(self) -> bool:
        return self.pending.keys() <= self.given_up

    @property
    def was_cut(self) -> bool:
        return self.flaw == CUT

    @property
    def complaint(self) -> str:
        flaw = self.flaw or next(iter(self.flaws.values()))
        return f"{self.model.choice} gave no usable answer about {len(self.pending)} of {len(self.request.units)} texts. {flaw.sentence}"

    @property
    def asked(self) -> dict[str, EditUnit]:
        return {number: unit for number, unit in self.pending.items() if number not in self.given_up}

    def next_task(self, allowance: int) -> Task:
        request, asked = self.request, self.asked
        texts = {number: unit.current for number, unit in asked.items()}
        expected = OUTPUT_PER_INPUT * sum(map(estimate_tokens, texts.values())) + OUTPUT_PER_TEXT * len(texts)
        return Task(
            kind="edit",
            edit=request.kind.value,
            source_locale=request.source_locale,
            target_locale=request.target_locale,
            texts=texts,
            sources={number: unit.source for number, unit in asked.items()},
            system=request.system,
            user=edit_user_message(
                request.kind,
                asked,
                source=request.source_locale,
                target=request.target_locale,
                context=request.context,
                glossary=request.glossary,
                names=request.names,
                problem=self.flaw.sentence if self.flaw else "",
                problems={number: flaw.sentence for number, flaw in self.flaws.items() if number in asked},
            ),
            max_output_tokens=max(MIN_OUTPUT_TOKENS, expected) * allowance,
        )

    def take(self, answer: Answer, *, is_last: bool) -> None:
        asked = self.asked
        reading = read_changes(answer, asked)
        self.flaw = reading.flaw
        stand = self.given_up | (self.objected.keys() if reading.flaw else set())
        self.flaws = {number: flaw for number, flaw in self.flaws.items() if number in stand} | reading.flaws
        self.progress.objections.update(flaw.code for flaw in (reading.flaw, *reading.flaws.values()) if flaw)
        for number in asked if reading.flaw else reading.flaws:
            self._repeat_or_give_up(number)
        if not reading.flaw:
            self._judge(asked, reading, is_last)

    def close(self) -> None:
        """Nothing is held back: a change that broke a check and got no second answer is left to the next model."""

    def _judge(self, asked: Mapping[str, EditUnit], reading: Reading, is_last: bool) -> None:
        proposals = reading.proposals
        against = self.examiner.object_to(asked, {number: proposal.text for number, proposal in proposals.items()})
        self.progress.objections.update(finding.code for findings in against.values() for finding in findings)
        for number in [number for number in asked if number not in reading.flaws]:
            findings = against.get(number)
            if findings:
                went_back = number in self.objected
                self.flaws[number] = explain(findings)
                self.objected[number] = Objection(proposals[number].text, self.flaws[number])
                if went_back or is_last:
                    self._refuse(number)
            elif number in self.objected and number not in proposals:
                self._refuse(number)  # taken back by the model itself
            else:
                self.progress.decide(self.pending.pop(number).key, self.model.choice, proposals.get(number))

    def _repeat_or_give_up(self, number: str) -> None:
        if number not in self.unread:
            self.unread.add(number)
        elif number in self.objected:
            self._refuse(number)
        else:
            self.given_up.add(number)

    def _refuse(self, number: str) -> None:
        self.progress.refuse(self.pending.pop(number).key, self.model.choice, self.objected[number])
