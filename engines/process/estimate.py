"""What a translation would cost, from numbers of characters alone (contract §6): nothing is translated, stored or charged.

Tokens are reckoned as UTF-8 bytes ÷ 4, as for the chunks of a translation. The table was measured on 50,654 human translations of interface texts
from English into 17 languages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from langcodes import Language

from engines.defaults import default_models
from engines.layers import ModelChoice, load_layers
from engines.models import Engine
from engines.prices import Price, price_of
from organizations.access import Actor

# Output tokens of a character of source text, by the script that the target is written in.
OUTPUT_TOKENS = {
    "Latn": Decimal("0.31"),
    "Cyrl": Decimal("0.52"),
    "Grek": Decimal("0.52"),
    "Arab": Decimal("0.40"),
    "Hebr": Decimal("0.36"),
    "Hans": Decimal("0.24"),
    "Hant": Decimal("0.24"),
    "Jpan": Decimal("0.38"),
    "Kore": Decimal("0.34"),
}
OTHER_SCRIPT = Decimal("0.75")  # three bytes a character
INPUT_TOKENS = Decimal("0.4")  # of a character of source text: the text and the prompt around it
# Clients format a number, so a model without a known price is reckoned as one of the middle of the market.
STAND_IN = Price(input=Decimal("0.50"), output=Decimal("2.00"), cached=Decimal("0.50"))


@dataclass(frozen=True, slots=True)
class LocaleEstimate:
    """One target locale's. Costs in USD."""

    target_locale: str
    source_chars: int
    output_tokens: int
    llm_cost: Decimal

    @property
    def localization_cost(self) -> Decimal:
        """What the service itself charges: nothing, it is your own."""
        return Decimal(0)

    @property
    def total_cost(self) -> Decimal:
        return self.llm_cost + self.localization_cost


def estimate(actor: Actor, items: Iterable[tuple[str, int]]) -> list[LocaleEstimate]:
    """For (target locale, characters of source text); repeated locales are summed, in the order of their first appearance."""
    characters: dict[str, int] = {}
    for locale, count in items:
        characters[locale] = characters.get(locale, 0) + count
    price_for = _Prices(actor)
    found = []
    for locale, count in characters.items():
        tokens = round(count * _output_tokens(locale))
        found.append(LocaleEstimate(locale, count, tokens, price_for(locale).of(round(count * INPUT_TOKENS), tokens)))
    return found


def _output_tokens(locale: str) -> Decimal:
    return OUTPUT_TOKENS.get(Language.get(locale).maximize().script or "Latn", OTHER_SCRIPT)


class _Prices:
    """The price of the first model that the actor's engine asks for a target locale."""

    def __init__(self, actor: Actor) -> None:
        engines = Engine.objects.visible_to(actor).filter(enabled=True)
        engine = engines.order_by("-is_default", "id").first()
        self._layers = load_layers([engine.pk])[engine.pk] if engine else None
        self._source = next(iter(engine.source_locales), "en") if engine else "en"

    def __call__(self, target: str) -> Price:
        if self._layers is not None:
            chain = self._layers.chain(self._source, target)
        else:
            chain = tuple(ModelChoice(provider, model) for *_, provider, model in default_models())
        return next((price for price in map(price_of, chain[:1]) if price is not None), STAND_IN)
