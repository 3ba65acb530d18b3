"""What the tabs of one engine have in common: the engine, found among those that one may use, its head, and the row of tabs.

A tab sets `is_active_tab` to its URL name and extends `engines/tab.html`, where it fills `body` (and `actions`, for the one next thing). A view that
acts inherits too, with `http_method_names = ["post"]`, and finds `self.engine`.
"""

from typing import Any, ClassVar

from django.urls import reverse

from engines.access import EnginePage
from engines.management.locking import find_engine
from engines.models import Engine

TABS = (
    ("Overview", "engine"),
    ("Models", "engine-models"),
    ("Glossary", "engine-glossary"),
    ("Instructions", "engine-instructions"),
    ("Brand voices", "engine-brand-voices"),
    ("Pipeline", "engine-pipeline"),
    ("Playground", "engine-playground"),
    ("Memory", "engine-memory"),
    ("Settings", "engine-settings"),
)


class EngineTab(EnginePage):
    """A page, or a POST, of the engine that the address names. An engine that one may not use is 404."""

    title = "Engine"
    is_active_tab: ClassVar[str]

    engine: Engine

    def check(self) -> None:
        super().check()
        self.engine = find_engine(self.actor, self.kwargs["engine_id"])

    def address(self, url_name: str, *args: object) -> str:
        """Of a page of this engine; `args` are what its address names beside organization and engine."""
        return reverse(url_name, args=[self.actor.organization.pk, self.engine.pk, *args])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "engine": self.engine,
            "tabs": [(title, self.address(url_name), url_name == self.is_active_tab) for title, url_name in TABS],
            "trail": [("Engines", reverse("engines", args=[self.actor.organization.pk]))],
        }
