"""What a group's page shows: a row for each locale, a cell for each stage, and what the whole came to. Read anew at every look."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engines.pipeline_config import StageId, stages
from foundation.lease import WorkStatus
from localization.models import Job, JobGroup, Step
from localization.pages.stages import STAGE_NAMES
from localization.queries import TotalUsage, usage_of_group
from webhooks.models import Delivery

FOLLOWED_AFTER_END = timedelta(minutes=1)  # a webhook that is not through by then is retried for days
LOOKS = (("completed", "completed_jobs"), ("warnings", "completed_with_warnings_jobs"), ("failed", "failed_jobs"))


@dataclass(frozen=True, slots=True)
class Cell:
    """One stage of one job. `status` is empty where its turn has not come, and will not where the job has ended."""

    stage: StageId
    name: str
    status: str = ""
    took: timedelta | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    job: Job
    cells: Sequence[Cell]
    took: timedelta | None
    webhook: str  # status of its latest delivery; empty without one

    @property
    def is_with_a_person(self) -> bool:
        """Whether nothing goes on until somebody has reviewed it."""
        return any(cell.stage == StageId.HUMAN_EDIT and cell.status == WorkStatus.WAITING for cell in self.cells)

    @property
    def remarks(self) -> Sequence[str]:
        """What a person should know: why it failed, what it warns of."""
        return [*([self.job.error] if self.job.error else []), *self.job.warnings]


@dataclass(frozen=True, slots=True)
class ProgressPart:
    """A piece of a bar, in percent, as texts that SVG reads."""

    look: str
    begin: str
    width: str


@dataclass(frozen=True, slots=True)
class GroupView:
    group: JobGroup
    stages: Sequence[tuple[StageId, str]]
    width: int  # columns of the table
    rows: Sequence[Row]
    usage: TotalUsage
    progress: Sequence[ProgressPart]
    progress_label: str
    ended: int
    failed_locales: Sequence[str]
    has_webhooks: bool
    is_final: bool
    is_live: bool  # whether another look may show something new
    took: timedelta | None
    tag: str  # changes with whatever the page shows, but for the passing of time


def view_group(group: JobGroup, *, now: datetime) -> GroupView:
    """Of a group with its jobs. Three queries."""
    jobs = list(group.jobs.all())
    steps = _steps(group)
    deliveries = _deliveries(group, jobs)
    columns = [stage for stage in StageId if stage in stages(group.pipeline_config) or any(stage in found for found in steps.values())]
    is_final = group.status in JobGroup.FINAL
    is_sending = any(status in (WorkStatus.READY, WorkStatus.RUNNING) for status in deliveries.values())
    ended = group.completed_jobs + group.completed_with_warnings_jobs + group.failed_jobs
    return GroupView(
        group=group,
        stages=[(stage, STAGE_NAMES[stage]) for stage in columns],
        width=len(columns) + (4 if deliveries else 3),
        rows=[_row(job, columns, steps.get(job.id, {}), deliveries.get(job.id, "")) for job in jobs],
        usage=usage_of_group(group),
        progress=_progress(group),
        progress_label=f"{ended} of {group.total_jobs} jobs ended",
        ended=ended,
        failed_locales=[job.target_locale for job in jobs if job.status == Job.Status.FAILED],
        has_webhooks=bool(deliveries),
        is_final=is_final,
        is_live=group.completed_at is None or (is_sending and now - group.completed_at < FOLLOWED_AFTER_END),
        took=group.completed_at - group.created_at if group.completed_at else None,
        tag=_tag(group, steps, deliveries),
    )


def _steps(group: JobGroup) -> dict[str, dict[StageId, dict[str, Any]]]:
    """By job and stage, without their outputs and details."""
    found: defaultdict[str, dict[StageId, dict[str, Any]]] = defaultdict(dict)
    rows = Step.objects.filter(job__group=group).order_by("id")
    for row in rows.values("job_id", "stage", "status", "attempts", "error", "started_at", "completed_at"):
        found[row["job_id"]][StageId(row["stage"])] = {**row}
    return found


def _deliveries(group: JobGroup, jobs: Sequence[Job]) -> dict[str, str]:
    """The status of each job's latest webhook."""
    rows = Delivery.objects.filter(organization_id=group.organization_id, event_id__in=[job.id for job in jobs]).order_by("id")
    return dict(rows.values_list("event_id", "status"))


def _row(job: Job, columns: Sequence[StageId], steps: Mapping[StageId, dict[str, Any]], webhook: str) -> Row:
    took = job.completed_at - job.started_at if job.completed_at and job.started_at else None
    return Row(job, [_cell(stage, steps.get(stage)) for stage in columns], took, webhook)


def _cell(stage: StageId, step: dict[str, Any] | None) -> Cell:
    if step is None:
        return Cell(stage, STAGE_NAMES[stage])
    took = step["completed_at"] - step["started_at"] if step["completed_at"] and step["started_at"] else None
    is_timed = step["status"] == WorkStatus.COMPLETED and took  # a stage that another job did took this one no time
    return Cell(stage, STAGE_NAMES[stage], step["status"], took if is_timed else None, step["error"])


def _progress(group: JobGroup) -> list[ProgressPart]:
    parts, begin = [], 0.0
    for look, column in LOOKS:
        width = 100 * getattr(group, column) / group.total_jobs
        parts.append(ProgressPart(look, f"{begin:.3f}", f"{width:.3f}"))
        begin += width
    return [part for part in parts if part.width != "0.000"]


def _tag(group: JobGroup, steps: Mapping[str, Any], deliveries: Mapping[str, str]) -> str:
    """An entity tag."""
    shown = [group.seq, group.cancelled_at, *((job, stage, row["status"], row["attempts"]) for job in steps for stage, row in steps[job].items())]
    return f'"{hashlib.sha256(repr((shown, sorted(deliveries.items()))).encode()).hexdigest()[:20]}"'
