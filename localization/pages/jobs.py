"""`/orgs/<id>/jobs`: the jobs of the engines that one may use, newest first, those of one group together. The filters live in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import Count, Q

from engines.access import EnginePage
from engines.models import Engine
from foundation.ids import is_id
from foundation.keyset import KeysetPage, cut_keyset
from localization.managers import JobQuerySet
from localization.models import Job, JobGroup
from localization.pages.forms import JobFilter
from organizations.zones import zone_of

PAGE_SIZE = 50
COUNTED = 10_000  # of the newest jobs: counting all of a large organization takes longer than reading the page


@dataclass(frozen=True, slots=True)
class JobRow:
    """A line of the list. `took` is from its start to its end."""

    job: Job
    took: timedelta | None


@dataclass(frozen=True, slots=True)
class Band:
    """Neighbouring jobs of one group."""

    group: JobGroup
    rows: Sequence[JobRow]

    @property
    def ended(self) -> int:
        return self.group.completed_jobs + self.group.completed_with_warnings_jobs + self.group.failed_jobs


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many jobs have a status, under the other filters; `status` is empty for all."""

    status: str
    count: str
    is_shown: bool


class JobsPage(EnginePage):
    """The list."""

    template_name = "localization/jobs.html"
    title = "Jobs"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        engines = list(Engine.objects.visible_to(self.actor).order_by("name", "id").only("id", "name"))
        form = JobFilter(self.request.GET, engines=engines, zone=zone_of(self.actor.organization))
        jobs = Job.objects.visible_to(self.actor).filter(form.condition())
        page = self._page(jobs, form.status_chosen)
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "page": page,
            "is_narrowed": form.is_filtering or any(name in self.request.GET for name in ("before", "after")),
            "bands": _bands(page.rows),
            "counts": _counts(jobs, form.status_chosen),
            "public_url": settings.PUBLIC_URL,
        }

    def _page(self, jobs: JobQuerySet, status: str) -> KeysetPage[Job]:
        chosen = jobs.filter(status=status) if status else jobs
        before, after = (self.request.GET.get(name, "") for name in ("before", "after"))
        large = [f"group__{name}" for name in ("source", "hints", "context", "locked_keys", "pipeline_config")]
        return cut_keyset(
            chosen.select_related("group").defer(*large),
            before=before if is_id(before, "ljb") else "",
            after=after if is_id(after, "ljb") else "",
            size=PAGE_SIZE,
        )


def _bands(jobs: Sequence[Job]) -> list[Band]:
    """Jobs of one group have neighbouring ids; within it they are shown in the order of submission."""
    by_group = groupby(jobs, key=lambda job: job.group_id)
    return [Band(rows[0].group, [_row(job) for job in sorted(rows, key=lambda job: job.id)]) for _, found in by_group for rows in [list(found)]]


def _row(job: Job) -> JobRow:
    return JobRow(job, job.completed_at - job.started_at if job.completed_at and job.started_at else None)


def _counts(jobs: JobQuerySet, shown: str) -> list[StatusCount]:
    """Of all jobs and of each status. One query over the newest ones."""
    newest = jobs.order_by("-id").values("id", "status")[:COUNTED]
    found = newest.aggregate(all=Count("id"), **{status: Count("id", filter=Q(status=status)) for status in Job.Status.values})
    more = "+" if found["all"] == COUNTED else ""
    counts = [("", found["all"]), *((status, found[status]) for status in Job.Status.values)]
    return [StatusCount(status, f"{count:,}{more}", status == shown) for status, count in counts]
