"""What the calls for a payload have reached: shared by all its chunks, written on the model loop, read when they have ended."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from engines.checks import Finding
from engines.errors import Usage
from engines.layers import ModelChoice
from engines.prices import cost_of
from engines.providers.base import Answer
from engines.translation.answers import Flaw


@dataclass(slots=True)
class Progress:
    """Keys are those of units."""

    verified: dict[str, str] = field(default_factory=dict)  # translations
    made_by: dict[str, str] = field(default_factory=dict)  # provider:model of what is verified
    warnings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)  # of what is verified, where there are some
    flaws: dict[str, Flaw] = field(default_factory=dict)  # the last of what a model could not mend
    repaired: set[str] = field(default_factory=set)  # whose first answer did not pass
    objections: Counter[str] = field(default_factory=Counter)  # by code: how often a check objected to a text of an answer
    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    priced_usd: Decimal = Decimal(0)
    unpriced_calls: int = 0

    def count(self, choice: ModelChoice, answer: Answer) -> None:
        self.input_tokens += answer.input_tokens
        self.output_tokens += answer.output_tokens
        cost = cost_of(choice, answer.input_tokens, answer.output_tokens, answer.cached_tokens)
        if cost is None:
            self.unpriced_calls += 1
        else:
            self.priced_usd += cost

    def accept(self, key: str, text: str, choice: ModelChoice, warnings: tuple[Finding, ...]) -> None:
        self.verified[key] = text
        self.made_by[key] = str(choice)
        if warnings:
            self.warnings[key] = warnings

    def usage(self) -> Usage:
        delivered = Counter(self.made_by.values()).most_common(1)
        return Usage(
            model=delivered[0][0] if delivered else None,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            calls=self.calls,
            cost_usd=None if self.unpriced_calls else self.priced_usd,
            priced_usd=self.priced_usd,
            unpriced_calls=self.unpriced_calls,
        )
