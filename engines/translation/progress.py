"""What the calls for a payload have reached: shared by all its chunks, written on the model loop, read when they have ended."""

from collections import Counter
from dataclasses import dataclass, field

from engines.checks import Finding
from engines.errors import Usage
from engines.layers import ModelChoice
from engines.translation.answers import Flaw
from engines.translation.ledger import Ledger


@dataclass(slots=True)
class Progress:
    """Keys are those of units."""

    verified: dict[str, str] = field(default_factory=dict)  # translations
    made_by: dict[str, str] = field(default_factory=dict)  # provider:model of what is verified
    warnings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)  # of what is verified, where there are some
    flaws: dict[str, Flaw] = field(default_factory=dict)  # the last of what a model could not mend
    repaired: set[str] = field(default_factory=set)  # whose first answer did not pass
    objections: Counter[str] = field(default_factory=Counter)  # by code: how often a check objected to a text of an answer
    ledger: Ledger = field(default_factory=Ledger)

    def accept(self, key: str, text: str, choice: ModelChoice, warnings: tuple[Finding, ...]) -> None:
        self.verified[key] = text
        self.made_by[key] = str(choice)
        if warnings:
            self.warnings[key] = warnings

    def usage(self) -> Usage:
        return self.ledger.usage(self.made_by.values())
