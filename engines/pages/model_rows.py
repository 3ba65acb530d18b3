"""What the Models tab shows of each model: its place, account, price, limits, and how it stands in this process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engines.layers import ModelChoice
from engines.limits import find_limits
from engines.management.entity_tags import entity_tag
from engines.management.layer_kinds import MODELS
from engines.models import ANY_LOCALE, ModelConfig
from engines.pages.accounts import ProviderAccount
from engines.pages.chains import Chain
from engines.prices import Price, price_of
from engines.process.trial import Trial
from engines.standing import Standing, find_standings


@dataclass(frozen=True, slots=True)
class ShownTrial:
    """A trial and how long it took."""

    trial: Trial
    seconds: float


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model of a chain. `tag` is of the item; `price` is None where none is known, `limits` a sentence or empty."""

    item: ModelConfig
    place: int
    is_last: bool
    tag: str
    account: ProviderAccount | None
    price: Price | None
    limits: str
    standing: Standing | None
    shown_trial: ShownTrial | None

    @property
    def is_free(self) -> bool:
        return self.price is not None and not self.price.input and not self.price.output


@dataclass(frozen=True, slots=True)
class ChainView:
    """A chain with its rows. `number` tells the chains of a page apart."""

    chain: Chain
    number: int
    rows: Sequence[ModelRow]

    @property
    def title(self) -> str:
        source, target = ("any" if locale == ANY_LOCALE else locale for locale in (self.chain.source_locale, self.chain.target_locale))
        return "Any pair" if self.chain.is_for_any else f"{source} → {target}"


def view_chains(chains: Sequence[Chain], accounts: Sequence[ProviderAccount], trials: Mapping[str, ShownTrial]) -> list[ChainView]:
    """`trials` by the model's id."""
    by_name = {account.provider: account for account in accounts}
    items = [item for chain in chains for item in chain.items]
    standings = find_standings({_asked(item, by_name) for item in items if _needs_account(item, by_name)})
    return [
        ChainView(chain, number, [_row(item, place, chain, by_name, standings, trials) for place, item in enumerate(chain.items, start=1)])
        for number, chain in enumerate(chains, start=1)
    ]


def describe_limits(name: str) -> str:
    """Of a provider, a model or `engine`, as the operator set them; empty where there are none."""
    limits = find_limits(name)
    if limits is None:
        return ""
    parts = [
        (limits.concurrent, "at once"),
        (limits.requests_per_minute, "requests a minute"),
        (limits.tokens_per_minute, "tokens a minute"),
    ]
    return ", ".join(f"{most:,} {what}" for most, what in parts if most is not None)


def _row(
    item: ModelConfig,
    place: int,
    chain: Chain,
    accounts: Mapping[str, ProviderAccount],
    standings: Mapping[tuple[str, str, str], Standing],
    trials: Mapping[str, ShownTrial],
) -> ModelRow:
    choice = ModelChoice(item.provider, item.model)
    return ModelRow(
        item=item,
        place=place,
        is_last=place == len(chain.items),
        tag=entity_tag(MODELS.show(item)),
        account=accounts.get(item.provider),
        price=price_of(choice),
        limits="; ".join(filter(None, (describe_limits(str(choice)), describe_limits(item.provider)))),
        standing=standings.get(_asked(item, accounts)),
        shown_trial=trials.get(item.pk),
    )


def _asked(item: ModelConfig, accounts: Mapping[str, ProviderAccount]) -> tuple[str, str, str]:
    account = accounts.get(item.provider)
    return (item.provider, account.owner if account else "", item.model)


def _needs_account(item: ModelConfig, accounts: Mapping[str, ProviderAccount]) -> bool:
    """What runs on this machine has no breaker."""
    account = accounts.get(item.provider)
    return account is not None and account.needs_account
