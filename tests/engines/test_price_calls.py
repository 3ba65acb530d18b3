"""What tokens cost."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from engines.layers import ModelChoice
from engines.prices import cost_of, price_of


@pytest.mark.parametrize("name", ["openai:gpt-5-mini", "anthropic:claude-haiku-4-5", "google:gemini-2.5-flash", "openai:anthropic/claude-sonnet-4-5"])
def test_well_known_models_have_a_price(name: str) -> None:
    price = price_of(ModelChoice(*name.split(":", 1)))

    assert price is not None
    assert 0 < price.cached < price.input < price.output


def test_a_model_that_nobody_knows_has_none() -> None:
    assert cost_of(ModelChoice("openai", "test-small"), 1000, 1000) is None


@pytest.mark.parametrize("provider", ["pseudo", "apertium"])
def test_what_needs_no_account_is_free(provider: str) -> None:
    assert cost_of(ModelChoice(provider, "any"), 0, 0) == 0


def test_the_operator_may_say_otherwise(settings: Settings) -> None:
    settings.MODEL_PRICES = {"openai:test-small": {"input": 0.5, "output": 4, "cached": 0.1}, "openai:*": {"input": "1", "output": "2"}}

    assert cost_of(ModelChoice("openai", "test-small"), 1_000_000, 500_000, 400_000) == Decimal("2.34")
    assert cost_of(ModelChoice("openai", "gpt-5-mini"), 1000, 1000, 1000) == Decimal("0.003")
    assert cost_of(ModelChoice("google", "gemini-none"), 1, 1) is None
