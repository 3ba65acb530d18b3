"""Which job groups, jobs and figures an actor sees: those of the engines that the actor may use."""

from typing import TYPE_CHECKING

from django.db import models

from engines.managers import on_engine
from engines.models import Engine
from organizations.access import Actor

if TYPE_CHECKING:
    from localization.models import DailyFigures, Job, JobGroup  # noqa: F401 (in the bases of classes)


class JobGroupQuerySet(models.QuerySet["JobGroup"]):
    def visible_to(self, actor: Actor) -> "JobGroupQuerySet":
        return self.filter(models.Q(organization=actor.organization) & on_engine(actor, "access", engine_id="engine_id"))


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Actor) -> "JobQuerySet":
        own = models.Q(organization_id=actor.organization.id)
        return self.filter(own & on_engine(actor, "access", engine_id="group__engine_id"))


class DailyFiguresQuerySet(models.QuerySet["DailyFigures"]):
    def visible_to(self, actor: Actor) -> "DailyFiguresQuerySet":
        """Those of the engines that the actor may use; all, where the actor `sees_all_figures`."""
        rows = self.filter(organization=actor.organization)
        # The engines are looked up once, not for each of many rows.
        return rows if sees_all_figures(actor) else rows.filter(engine_id__in=Engine.objects.visible_to(actor).values("pk"))


def sees_all_figures(actor: Actor) -> bool:
    """Whoever may use every engine, or runs the organization; also of an engine that was deleted."""
    return not actor.permissions.isdisjoint({"access_every_engine", "manage_settings", "manage_team"})


JobGroupManager = models.Manager.from_queryset(JobGroupQuerySet)
JobManager = models.Manager.from_queryset(JobQuerySet)
DailyFiguresManager = models.Manager.from_queryset(DailyFiguresQuerySet)
