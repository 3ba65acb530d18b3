"""Gets one chunk judged: the models of the chain in turn, each with a repeat for an answer that cannot be read.

Runs on the model loop. What is judged is written into the `Progress` that all chunks of a request share, so a failure or the deadline loses none.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from engines.editing.judge_prompt import Remark, judge_user_message, read_issues
from engines.editing.judgement import IssueType, JudgeText, Severity
from engines.errors import Usage
from engines.layers import Term
from engines.providers.base import Answer, Task
from engines.translation.asking import Asking, Model, ask_in_turn, converse
from engines.translation.calls import MIN_OUTPUT_TOKENS
from engines.translation.ledger import Ledger
from engines.translation.objects import CUT, Flaw
from foundation.customer_json import JSONValue, MalformedJSON, dump, parse

CALLS = 2  # to one model: an answer that cannot be read is repeated once
OUTPUT_PER_TEXT = 80  # tokens: few texts have an issue, some have several


@dataclass(frozen=True, slots=True)
class Opinion:
    """What is said of one text. No remark: nothing is wrong with it."""

    remarks: tuple[Remark, ...]
    made_by: str  # provider:model, or "checks"

    def write(self) -> str:
        """As it is kept for the next attempt."""
        remarks: JSONValue = [[remark.severity.value, remark.type.value, remark.explanation] for remark in self.remarks]
        return dump([self.made_by, remarks])

    @classmethod
    def read(cls, written: str) -> "Opinion | None":
        """None where that is none."""
        try:
            match parse(written):
                case [str() as made_by, list() as listed]:
                    return cls(tuple(_read_remark(value) for value in listed), made_by)
        except (MalformedJSON, ValueError):
            return None
        return None


@dataclass(slots=True)
class Progress:
    """`judged` is by key."""

    judged: dict[str, Opinion] = field(default_factory=dict)
    flaws: Counter[str] = field(default_factory=Counter)  # of answers, by code
    ledger: Ledger = field(default_factory=Ledger)

    def verified(self) -> Mapping[str, str]:
        return {key: opinion.write() for key, opinion in self.judged.items()}

    def usage(self) -> Usage:
        return self.ledger.usage(opinion.made_by for opinion in self.judged.values())


@dataclass(frozen=True, slots=True)
class ChunkRequest:
    """One chunk and all that its calls need. `keys` and `texts` are by number."""

    asking: Asking
    source_locale: str
    target_locale: str
    keys: Mapping[str, str]
    texts: Mapping[str, JudgeText]
    system: str
    context: str
    glossary: tuple[Term, ...]


async def judge_chunk(request: ChunkRequest, progress: Progress) -> None:
    """Raises TranslationFailed (without `attempt`) when every model has failed."""
    await ask_in_turn(request.asking, _Chunk(request, progress))


@dataclass(slots=True)
class _Chunk:
    request: ChunkRequest
    progress: Progress
    is_answered: bool = False

    async def ask(self, model: Model) -> None:
        await converse(model, _Talk(self, model), CALLS if model.provider.learns else 1)


@dataclass(slots=True)
class _Talk:
    chunk: _Chunk
    model: Model
    flaw: Flaw | None = None

    @property
    def is_answered(self) -> bool:
        return self.chunk.is_answered

    @property
    def is_over(self) -> bool:
        return self.chunk.is_answered

    @property
    def was_cut(self) -> bool:
        return self.flaw == CUT

    @property
    def complaint(self) -> str:
        return f"{self.model.choice} gave no usable judgement of {len(self.chunk.request.texts)} texts. {self.flaw.sentence if self.flaw else ''}"

    def next_task(self, allowance: int) -> Task:
        request = self.chunk.request
        return Task(
            kind="judge",
            source_locale=request.source_locale,
            target_locale=request.target_locale,
            texts={number: text.back for number, text in request.texts.items()},
            sources={number: text.source for number, text in request.texts.items()},
            system=request.system,
            user=judge_user_message(
                request.texts,
                source=request.source_locale,
                target=request.target_locale,
                context=request.context,
                glossary=request.glossary,
                problem=self.flaw.sentence if self.flaw else "",
            ),
            max_output_tokens=max(MIN_OUTPUT_TOKENS, OUTPUT_PER_TEXT * len(request.texts)) * allowance,
        )

    def take(self, answer: Answer, *, is_last: bool) -> None:
        request, progress = self.chunk.request, self.chunk.progress
        issues = read_issues(answer, request.texts)
        if isinstance(issues, Flaw):
            self.flaw = issues
            progress.flaws[issues.code] += 1
            return
        made_by = str(self.model.choice)
        progress.judged.update({key: Opinion(tuple(issues.get(number, ())), made_by) for number, key in request.keys.items()})
        self.chunk.is_answered = True

    def close(self) -> None:
        """Nothing is held back."""


def _read_remark(value: JSONValue) -> Remark:
    """Raises ValueError."""
    match value:
        case [str() as severity, str() as kind, str() as explanation]:
            return Remark(Severity(severity), IssueType(kind), explanation)
    raise ValueError("no remark")
