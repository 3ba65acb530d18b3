"""What one transaction changes about groups it has locked: counters, statuses, numbered events, deliveries.

`transitions` and `services` say what happened to a job; the recorder turns it into rows and writes each kind with one statement. A group's `seq` is
counted here, under the group's row lock, so that the order of events is the order of commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation.bulk import update_rows
from localization.messages import translation_message
from localization.models import Event, Job, JobGroup
from webhooks.models import Delivery
from webhooks.transitions import NewDelivery, insert_deliveries


@dataclass(frozen=True, slots=True)
class EndedJob:
    """A job's terminal state. `payload` is its result as JSON text, None where it failed."""

    job_id: str
    group_id: str
    target_locale: str
    status: Job.Status
    error: str = ""
    warnings: tuple[str, ...] = ()
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class DeliverySlots:
    """How many deliveries may be inserted as already claimed by this process, to be handed over in memory."""

    free: int = 0
    lease: timedelta = timedelta(0)


class Recorder:
    """Collects the changes of `groups`, which the caller has locked in id order (or is about to insert)."""

    def __init__(self, groups: Iterable[JobGroup], *, now: datetime) -> None:
        self.groups = {group.id: group for group in groups}
        self.now = now
        self.events: list[Event] = []
        self.deliveries: list[NewDelivery] = []

    def record(
        self, group_id: str, event_type: str, *, job_id: str = "", locale: str = "", stage: str = "", status: str = "", error: str = ""
    ) -> None:
        group = self.groups[group_id]
        group.seq += 1
        self.events.append(
            Event(
                group_id=group_id,
                seq=group.seq,
                type=event_type,
                job_id=job_id,
                locale=locale,
                stage=stage,
                status=status,
                error=error,
                at=self.now,
            )
        )

    def start_group(self, group_id: str) -> None:
        group = self.groups[group_id]
        if group.status == JobGroup.Status.PENDING:
            group.status = JobGroup.Status.PROCESSING

    def end_job(self, job: EndedJob) -> None:
        """Counts the job, records its event and its webhook, and ends its group with the last one."""
        group = self.groups[job.group_id]
        self.start_group(group.id)
        failed = job.status == Job.Status.FAILED
        if failed:
            group.failed_jobs += 1
        elif job.status == Job.Status.COMPLETED:
            group.completed_jobs += 1
        else:
            group.completed_with_warnings_jobs += 1
        event_type = "job.failed" if failed else "job.completed"
        self.record(group.id, event_type, job_id=job.job_id, locale=job.target_locale, status=job.status, error=job.error)
        if group.callback_url or group.organization.default_webhook_url:
            event_type, body = translation_message(group, job)
            self.deliveries.append(
                NewDelivery(organization_id=group.organization_id, url=group.callback_url, event_type=event_type, event_id=job.job_id, body=body)
            )
        self._end_group(group)

    def _end_group(self, group: JobGroup) -> None:
        if group.completed_jobs + group.completed_with_warnings_jobs + group.failed_jobs < group.total_jobs:
            return
        if not group.failed_jobs:
            group.status = JobGroup.Status.COMPLETED
        else:
            group.status = JobGroup.Status.FAILED if group.failed_jobs == group.total_jobs else JobGroup.Status.PARTIAL
        group.completed_at = self.now
        self.record(group.id, "group.completed", status=group.status)

    def write_groups(self) -> None:
        """Writes what the locked groups have become."""
        columns = ("id", "status", "completed_jobs", "completed_with_warnings_jobs", "failed_jobs", "seq", "cancelled_at", "completed_at")
        rows = [tuple(getattr(group, name) for name in columns) for group in self.groups.values()]
        update_rows(JobGroup, columns=columns, rows=rows, match=("id",), only={}, constants={})

    def write_events(self, slots: DeliverySlots = DeliverySlots()) -> Sequence[Delivery]:
        """Writes events and deliveries; returns the deliveries that were inserted as claimed by this process."""
        Event.objects.bulk_create(self.events)
        return insert_deliveries(self.deliveries, now=self.now, claimed=slots.free, lease=slots.lease)
