"""Which reviews an actor sees: those of the engines whose translations the actor may review."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from engines.managers import on_engine
from engines.models import Engine
from organizations.access import Actor, holds

if TYPE_CHECKING:
    from reviews.models import ReviewItem  # noqa: F401 (in the bases of a class)


class ReviewItemQuerySet(models.QuerySet["ReviewItem"]):
    def visible_to(self, actor: Actor) -> "ReviewItemQuerySet":
        """The items that the actor may review; of an engine that was deleted only where the actor reviews every engine.

        The engines are asked for once: asked for at each of thousands of items, PostgreSQL takes the query for so dear that it compiles it (JIT).
        """
        engines = Engine.objects.filter(on_engine(actor, "review", engine_id="pk"), organization=actor.organization)
        reviewed = Q(holds(actor, "review_every_engine")) | Q(engine_id__in=engines.values("pk"))
        return self.filter(Q(organization=actor.organization) & reviewed)

    def manageable_by(self, actor: Actor) -> "ReviewItemQuerySet":
        """All items of the actor's organization: for those who hold `org:manage_reviews`, which the caller asks for."""
        return self.filter(organization=actor.organization)


ReviewItemManager = models.Manager.from_queryset(ReviewItemQuerySet)
