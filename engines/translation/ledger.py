"""What model calls used: counted call by call on the model loop, read as a `Usage` when they have ended."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from engines.errors import Usage
from engines.layers import ModelChoice
from engines.prices import cost_of
from engines.providers.base import Answer


@dataclass(slots=True)
class Ledger:
    """One for all chunks of a request. `calls` counts every call begun, the failed ones too."""

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

    def usage(self, made_by: Iterable[str]) -> Usage:
        """`made_by` names the model (`provider:model`) of each text that was delivered."""
        delivered = Counter(made_by).most_common(1)
        return Usage(
            model=delivered[0][0] if delivered else None,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            calls=self.calls,
            cost_usd=None if self.unpriced_calls else self.priced_usd,
            priced_usd=self.priced_usd,
            unpriced_calls=self.unpriced_calls,
        )
