"""`/orgs/<id>/engines/<eng>`: what an engine is made of, and how to use it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from engines.pages.chains import Chain, sort_chains
from engines.pages.contents import read_contents
from engines.pages.frame import EngineTab
from engines.pipeline_config import stages

CHAINS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Part:
    """What the engine has of one layer, and where it is shown."""

    title: str
    count: int
    address: str


class EngineOverview(EngineTab):
    """The first tab."""

    template_name = "engines/overview.html"
    is_active_tab = "engine"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chains: Sequence[Chain] = sort_chains(self.engine.model_configs.all())
        return {
            **super().get_context_data(**kwargs),
            "parts": self._parts(),
            "chains": chains[-CHAINS_SHOWN:],
            "more_chains": max(0, len(chains) - CHAINS_SHOWN),
            "more_stages": len(stages(self.engine.pipeline_config)) - 1,  # beside `localize`
            "public_url": settings.PUBLIC_URL,
            "target": next(iter(self.engine.target_locales), "de"),
            "source": next(iter(self.engine.source_locales), "en"),
        }

    def _parts(self) -> list[Part]:
        found = read_contents([self.engine.pk])[self.engine.pk]
        parts = [
            ("glossary terms", found.glossary, "engine-glossary"),
            ("instructions", found.instructions, "engine-instructions"),
            ("brand voices", found.voices, "engine-brand-voices"),
            ("texts in memory", found.memory, "engine-memory"),
        ]
        return [Part(title, count, self.address(name)) for title, count, name in parts]
