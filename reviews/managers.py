"""Which reviews an actor sees: those of the engines whose translations the actor may review."""

from typing import TYPE_CHECKING

from django.db import models

from engines.managers import on_engine
from organizations.access import Actor

if TYPE_CHECKING:
    from reviews.models import ReviewItem  # noqa: F401 (in the bases of a class)


class ReviewItemQuerySet(models.QuerySet["ReviewItem"]):
    def visible_to(self, actor: Actor) -> "ReviewItemQuerySet":
        """The items that the actor may review."""
        return self.filter(models.Q(organization=actor.organization) & on_engine(actor, "review", engine_id="engine_id"))

    def manageable_by(self, actor: Actor) -> "ReviewItemQuerySet":
        """All items of the actor's organization: for those who hold `org:manage_reviews`, which the caller asks for."""
        return self.filter(organization=actor.organization)


ReviewItemManager = models.Manager.from_queryset(ReviewItemQuerySet)
