"""Pages about engines and their jobs: for whoever may use every engine, or at least one of them.

`engine:access` can be held on chosen engines only. Such a person sees the pages; their rows are then cut down by `visible_to(actor)`.
"""

from engines.models import Engine
from organizations.access import Actor
from organizations.pages.base import OrganizationPage
from organizations.permissions import ACCESS_ENGINES, require


def reaches_an_engine(actor: Actor) -> bool:
    """Whether the actor may use any engine. Somebody who may use all may, also while there is none."""
    return "access_every_engine" in actor.permissions or Engine.objects.visible_to(actor).exists()


class EnginePage(OrganizationPage):
    """A page that needs `engine:access` on some engine."""

    def check(self) -> None:
        if not reaches_an_engine(self.actor):
            require(self.actor, ACCESS_ENGINES)
