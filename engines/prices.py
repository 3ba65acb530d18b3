"""What a model's tokens cost. Asked after each call, and for estimates before any.

In this order: `settings.MODEL_PRICES`, what needs no account (free), and the table that comes with pydantic-ai (its price for short prompts, of the
day the process first asked). A price that is in none of them is unknown: None, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings

from engines.layers import ModelChoice

TOKENS = 1_000_000  # that a price is for
MICRO = Decimal("0.000001")  # what is stored
FREE = frozenset({"apertium", "pseudo"})


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens. `cached`: of input tokens that the provider had in its cache."""

    input: Decimal
    output: Decimal
    cached: Decimal

    def of(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> Decimal:
        """USD to the millionth. `cached_tokens` are among `input_tokens`."""
        fresh = max(0, input_tokens - cached_tokens)
        return ((fresh * self.input + cached_tokens * self.cached + output_tokens * self.output) / TOKENS).quantize(MICRO)


def price_of(choice: ModelChoice) -> Price | None:
    """None where no price is known."""
    override = _overridden(choice)
    if override is not None:
        return override
    if choice.provider in FREE:
        return Price(Decimal(0), Decimal(0), Decimal(0))
    return _listed(choice.provider, choice.model)


def cost_of(choice: ModelChoice, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> Decimal | None:
    """USD of one call, or None where the model has no known price."""
    price = price_of(choice)
    return None if price is None else price.of(input_tokens, output_tokens, cached_tokens)


def _overridden(choice: ModelChoice) -> Price | None:
    """From `{"openai:gpt-x": {"input": 0.25, "output": 2, "cached": 0.025}, "openai:*": …}`; `cached` is `input` where it is left out."""
    prices: Mapping[str, Mapping[str, float | str]] = getattr(settings, "MODEL_PRICES", {})
    found = prices.get(str(choice)) or prices.get(f"{choice.provider}:*")
    if found is None:
        return None
    return Price(Decimal(str(found["input"])), Decimal(str(found["output"])), Decimal(str(found.get("cached", found["input"]))))


@lru_cache(maxsize=256)
def _listed(provider: str, model: str) -> Price | None:
    # By name: the table is heavy, and loaded already where a provider with an account is configured.
    table = import_module("genai_prices.data_snapshot").get_snapshot()
    # A server of one's own names models as OpenRouter does: `anthropic/claude-sonnet-5`.
    owner, _, name = model.rpartition("/")
    try:
        _, listed = table.find_provider_model(name, None, owner or provider, None)
    except LookupError:
        return None
    prices = listed.get_prices(datetime.now(UTC))
    first, output = _base(prices.input_mtok), _base(prices.output_mtok)
    if first is None or output is None:
        return None
    cached = _base(prices.cache_read_mtok)
    return Price(first, output, first if cached is None else cached)


def _base(price: Any) -> Decimal | None:
    """The price below the first tier, which begins beyond any prompt of ours."""
    tierless = getattr(price, "base", price)
    return None if tierless is None else Decimal(tierless)
