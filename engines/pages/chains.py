"""An engine's models as the chains that they are stored in: one for each locale pair, in the order in which its models are asked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engines.management.model_services import tag_of_chain
from engines.models import ANY_LOCALE, ModelConfig


@dataclass(frozen=True, slots=True)
class Chain:
    """The models of one pair. `*` is any locale."""

    source_locale: str
    target_locale: str
    items: Sequence[ModelConfig]

    @property
    def is_for_any(self) -> bool:
        return self.source_locale == self.target_locale == ANY_LOCALE

    @property
    def tag(self) -> str:
        """Of its members and their order."""
        return tag_of_chain(self.items)


def sort_chains(items: Iterable[ModelConfig]) -> list[Chain]:
    """As they are looked at: specific pairs before those with `*`."""
    by_pair: defaultdict[tuple[str, str], list[ModelConfig]] = defaultdict(list)
    for item in sorted(items, key=lambda item: (item.rank, item.pk)):
        by_pair[item.source_locale, item.target_locale].append(item)
    pairs = sorted(by_pair, key=lambda pair: (pair.count(ANY_LOCALE), pair))
    return [Chain(*pair, by_pair[pair]) for pair in pairs]
