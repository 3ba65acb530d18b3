"""Pages of reviewers: for whoever may review every engine, or at least one of them; the rows are then cut down by `visible_to(actor)`."""

from engines.managers import on_engine
from engines.models import Engine
from organizations.access import Actor
from organizations.pages.base import OrganizationPage
from organizations.permissions import REVIEW_TRANSLATIONS, require


def reviews_an_engine(actor: Actor) -> bool:
    """Whether the actor may review the translations of any engine. Somebody who may review all may, also while there is none."""
    chosen = Engine.objects.filter(on_engine(actor, "review", engine_id="pk"), organization=actor.organization)
    return chosen.exists() or "review_every_engine" in actor.permissions()


class ReviewPage(OrganizationPage):
    """A page that needs `engine:review_translations` on some engine."""

    def check(self) -> None:
        if not reviews_an_engine(self.actor):
            require(self.actor, REVIEW_TRANSLATIONS)
