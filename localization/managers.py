"""Which job groups and jobs an actor sees: those of the engines that the actor may use."""

from typing import TYPE_CHECKING

from django.db import models

from engines.managers import on_engine
from organizations.access import Actor

if TYPE_CHECKING:
    from localization.models import Job, JobGroup  # noqa: F401 (in the bases of classes)


class JobGroupQuerySet(models.QuerySet["JobGroup"]):
    def visible_to(self, actor: Actor) -> "JobGroupQuerySet":
        return self.filter(models.Q(organization=actor.organization) & on_engine(actor, "access", engine_id="engine_id"))


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, actor: Actor) -> "JobQuerySet":
        own = models.Q(organization_id=actor.organization.id)
        return self.filter(own & on_engine(actor, "access", engine_id="group__engine_id"))


JobGroupManager = models.Manager.from_queryset(JobGroupQuerySet)
JobManager = models.Manager.from_queryset(JobQuerySet)
