"""`/orgs/<id>/engines`: the engines that one may use, newest first, with what each has and when it was last used."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engines.access import EnginePage
from engines.models import Engine, ModelConfig
from engines.pages.chains import sort_chains
from engines.pages.contents import Contents, read_contents
from foundation.ids import is_id
from foundation.keyset import cut_keyset
from organizations.permissions import MANAGE_SETTINGS, may

PAGE_SIZE = 50
MODELS_NAMED = 2


@dataclass(frozen=True, slots=True)
class EngineRow:
    """A line of the list. `models` are the first that are asked, `more_models` how many others there are."""

    engine: Engine
    models: Sequence[str]
    more_models: int
    contents: Contents


class EnginesPage(EnginePage):
    """The list."""

    template_name = "engines/engines.html"
    title = "Engines"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        before, after = (self.request.GET.get(name, "") for name in ("before", "after"))
        page = cut_keyset(
            Engine.objects.visible_to(self.actor),
            before=before if is_id(before, "eng") else "",
            after=after if is_id(after, "eng") else "",
            size=PAGE_SIZE,
        )
        return {
            **super().get_context_data(**kwargs),
            "page": page,
            "rows": _rows(page.rows),
            "may_create": may(self.actor, MANAGE_SETTINGS),
        }


def _rows(engines: Sequence[Engine]) -> list[EngineRow]:
    """Two queries, however many engines."""
    ids = [engine.pk for engine in engines]
    models, contents = _models(ids), read_contents(ids)
    return [
        EngineRow(
            engine=engine,
            models=models[engine.pk][:MODELS_NAMED],
            more_models=max(0, len(models[engine.pk]) - MODELS_NAMED),
            contents=contents[engine.pk],
        )
        for engine in engines
        if engine.pk in contents  # else it was deleted in this moment
    ]


def _models(engine_ids: Sequence[str]) -> defaultdict[str, list[str]]:
    """Each engine's, without repeating one: what any pair may use first."""
    by_engine: defaultdict[str, list[ModelConfig]] = defaultdict(list)
    for item in ModelConfig.objects.filter(engine_id__in=engine_ids):
        by_engine[item.engine_id].append(item)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for engine_id, items in by_engine.items():
        found[engine_id] = list(dict.fromkeys(str(item) for chain in reversed(sort_chains(items)) for item in chain.items))
    return found
