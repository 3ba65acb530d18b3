"""What the calls for an edit have reached: shared by all its chunks, written on the model loop, read when they have ended."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from engines.editing.answers import Proposal
from engines.errors import Usage
from engines.layers import ModelChoice
from engines.translation.ledger import Ledger
from engines.translation.objects import Flaw
from foundation.customer_json import MalformedJSON, dump, parse


@dataclass(frozen=True, slots=True)
class Decision:
    """What a model decided about a text. `text` is None where it stays as it is."""

    text: str | None = None
    reason: str = ""
    made_by: str = ""  # provider:model

    def write(self) -> str:
        """As it is kept for the next attempt."""
        return dump([self.text, self.reason, self.made_by])

    @classmethod
    def read(cls, written: str) -> "Decision | None":
        """None where that is none."""
        try:
            value = parse(written)
        except MalformedJSON:
            return None
        match value:
            case [str() | None as text, str() as reason, str() as made_by]:
                return cls(text, reason, made_by)
        return None


@dataclass(frozen=True, slots=True)
class Objection:
    """A change that was dropped, and what a check says against it."""

    text: str
    flaw: Flaw


@dataclass(slots=True)
class Progress:
    """Keys are those of units."""

    decided: dict[str, Decision] = field(default_factory=dict)
    refused: dict[str, Objection] = field(default_factory=dict)
    deciders: Counter[str] = field(default_factory=Counter)  # provider:model → texts, of what stays and of what was refused too
    objections: Counter[str] = field(default_factory=Counter)  # by code: how often a check objected, or an answer had a flaw
    ledger: Ledger = field(default_factory=Ledger)

    def decide(self, key: str, choice: ModelChoice, proposal: Proposal | None) -> None:
        made_by = str(choice)
        self.decided[key] = Decision(proposal.text, proposal.reason, made_by) if proposal else Decision(made_by=made_by)
        self.deciders[made_by] += 1

    def refuse(self, key: str, choice: ModelChoice, objection: Objection) -> None:
        self.refused[key] = objection
        self.deciders[str(choice)] += 1

    def verified(self) -> Mapping[str, str]:
        """For the next attempt. What was refused is asked for again."""
        return {key: decision.write() for key, decision in self.decided.items()}

    def usage(self) -> Usage:
        return self.ledger.usage(self.deciders.elements())
