"""Pages of reviewers: for whoever may review every engine, or at least one of them; the rows are then cut down by `visible_to(actor)`."""

from engines.managers import EngineQuerySet, on_engine
from engines.models import Engine
from organizations.access import Actor
from organizations.pages.base import OrganizationPage
from organizations.permissions import REVIEW_TRANSLATIONS, require


def reviewed_engines(actor: Actor) -> EngineQuerySet:
    """The engines whose translations the actor may review."""
    return Engine.objects.filter(on_engine(actor, "review", engine_id="pk"), organization=actor.organization)


def reviews_an_engine(actor: Actor) -> bool:
    """Whether the actor may review the translations of any engine. Somebody who may review all may, also while there is none."""
    return "review_every_engine" in actor.permissions or reviewed_engines(actor).exists()


class ReviewPage(OrganizationPage):
    """A page that needs `engine:review_translations` on some engine."""

    def check(self) -> None:
        if not reviews_an_engine(self.actor):
            require(self.actor, REVIEW_TRANSLATIONS)
