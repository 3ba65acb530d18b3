"""Which engines an actor reaches; the same condition filters what belongs to an engine (job groups, jobs)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from engines.grants import EngineGroupPermission, EngineUserPermission
from organizations.access import Actor, holds

if TYPE_CHECKING:
    from engines.models import Engine  # noqa: F401 (in the bases of a class)


class EngineQuerySet(models.QuerySet["Engine"]):
    def visible_to(self, actor: Actor) -> "EngineQuerySet":
        """The engines that the actor may use: all of the organization, or those granted one by one."""
        return self.filter(Q(organization=actor.organization) & on_engine(actor, "access", engine_id="pk"))


EngineManager = models.Manager.from_queryset(EngineQuerySet)


def on_engine(actor: Actor, what: str, *, engine_id: str) -> Q:
    """A condition on rows whose column `engine_id` names an engine: the actor may `access` or `review` it.

    It holds for an engine that was deleted only where the actor reaches every engine.
    """
    codename = {"access": "access_engine", "review": "review_translations"}[what]
    by_role = EngineGroupPermission.objects.filter(content_object_id=OuterRef(engine_id), permission__codename=codename, group__user=actor.user)
    directly = EngineUserPermission.objects.filter(content_object_id=OuterRef(engine_id), permission__codename=codename, user=actor.user)
    return Q(holds(actor, f"{what}_every_engine")) | Q(Exists(by_role)) | Q(Exists(directly))
