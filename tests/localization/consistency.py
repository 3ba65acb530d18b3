"""What must be true of a group at every moment between two transactions, whatever happened before."""

from collections import Counter

from foundation.lease import WorkStatus
from localization.models import Event, Job, JobGroup, Step
from webhooks.models import Delivery

LIVE = {WorkStatus.READY, WorkStatus.RUNNING, WorkStatus.WAITING}


def assert_consistent(group_id: str) -> None:
    """Counters, statuses, events, steps and deliveries of the group agree."""
    group = JobGroup.objects.get(pk=group_id)
    jobs = list(Job.objects.filter(group=group))
    _assert_counted(group, jobs)
    _assert_events(group, jobs)
    for job in jobs:
        _assert_steps(job)
    delivered = Counter(Delivery.objects.filter(event_id__in=[job.id for job in jobs]).values_list("event_id", flat=True))
    assert delivered == Counter(job.id for job in jobs if job.status in Job.FINAL and group.callback_url)


def _assert_counted(group: JobGroup, jobs: list[Job]) -> None:
    counted = Counter(job.status for job in jobs)
    assert group.total_jobs == len(jobs)
    assert group.completed_jobs == counted[Job.Status.COMPLETED]
    assert group.completed_with_warnings_jobs == counted[Job.Status.COMPLETED_WITH_WARNINGS]
    assert group.failed_jobs == counted[Job.Status.FAILED]
    is_finished = all(job.status in Job.FINAL for job in jobs)
    assert (group.status in JobGroup.FINAL) == (group.completed_at is not None) == is_finished
    assert (group.status == JobGroup.Status.PENDING) == (counted[Job.Status.QUEUED] == len(jobs))


def _assert_events(group: JobGroup, jobs: list[Job]) -> None:
    events = list(Event.objects.filter(group=group).order_by("seq"))
    assert [event.seq for event in events] == list(range(1, group.seq + 1))
    ends = Counter(event.job_id for event in events if event.type in {"job.completed", "job.failed"})
    assert ends == Counter(job.id for job in jobs if job.status in Job.FINAL)
    starts = Counter(event.job_id for event in events if event.type == "job.started")
    assert all(count == 1 for count in starts.values())
    assert [event.type for event in events].count("group.completed") == (1 if group.completed_at else 0)
    assert (events[-1].type == "group.completed") == (group.completed_at is not None)
    stage_ends = Counter((event.job_id, event.stage) for event in events if event.type in {"step.completed", "step.failed", "step.skipped"})
    ended = Step.objects.filter(group_id=group.id, status__in=Step.FINAL).exclude(detail='{"reason":"nothing to translate"}')
    assert stage_ends == Counter(ended.values_list("job_id", "stage"))


def _assert_steps(job: Job) -> None:
    steps = list(Step.objects.filter(job=job).order_by("id"))
    live = [step for step in steps if step.status in LIVE]
    assert len(live) == (0 if job.status in Job.FINAL else 1)
    assert all(step.completed_at is not None for step in steps if step.status in Step.FINAL)
    assert all(step.lease_until is None for step in steps if step.status != WorkStatus.RUNNING)
    assert (job.completed_at is not None) == (job.status in Job.FINAL)
