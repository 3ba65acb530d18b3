"""The messages that leave the product besides answers: what a webhook carries and what a socket is sent (contract §4, §5)."""

from typing import TYPE_CHECKING, Any

from foundation.rendering import RawJSON, encode
from localization.models import Event, Job, JobGroup

if TYPE_CHECKING:
    from localization.recorder import EndedJob


def translation_message(group: JobGroup, job: "EndedJob") -> tuple[str, str]:
    """The event type and the body of a job's webhook: serialised once, the same bytes at every attempt."""
    failed = job.status == Job.Status.FAILED
    body: dict[str, Any] = {
        "type": "translation.failed" if failed else "translation.completed",
        "jobId": job.job_id,
        "groupId": group.id,
        "sourceLocale": group.source_locale,
        "targetLocale": job.target_locale,
    }
    if failed:
        body |= {"error": job.error}
    else:
        body |= {"data": RawJSON(job.payload or "{}"), "status": job.status, "warnings": list(job.warnings)}
    return body["type"], encode(body).decode()


def snapshot(group: JobGroup) -> dict[str, Any]:
    """The state of a group and all its jobs (prefetched), which every message of a stream holds."""
    return {
        "groupId": group.id,
        "totalJobs": group.total_jobs,
        "completedJobs": group.completed_jobs,
        "completedWithWarningsJobs": group.completed_with_warnings_jobs,
        "failedJobs": group.failed_jobs,
        "jobs": {job.id: {"locale": job.target_locale, "status": job.status} for job in group.jobs.all()},
    }


def snapshot_message(seq: int, state: Any) -> str:
    """The first message of every stream; what comes after it has a higher `seq`."""
    return encode({"type": "snapshot", "seq": seq, "snapshot": state}).decode()


def event_message(event: Event, state: Any) -> str:
    """One event, with the state of now (`state`: a snapshot, or its JSON text)."""
    message: dict[str, Any] = {"type": event.type, "seq": event.seq}
    if event.type == "group.completed":
        message |= {"groupId": event.group_id, "status": event.status}
    else:
        message |= {"jobId": event.job_id, "locale": event.locale}
        if event.stage:
            message |= {"stepId": event.stage}
        if event.error:
            message |= {"error": event.error}
    return encode({**message, "snapshot": state}).decode()
