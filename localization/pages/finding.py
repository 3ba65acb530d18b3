"""What the pages about jobs stand on: one's own group or job by its id, or 404."""

from foundation.api_errors import NotFound
from foundation.ids import is_id
from localization.models import Job, JobGroup
from localization.queries import with_jobs, with_steps
from organizations.access import Actor


def find_group(actor: Actor, group_id: str) -> JobGroup:
    """With its jobs in the order of submission, without its payload. Raises NotFound."""
    groups = with_jobs(JobGroup.objects.visible_to(actor))
    group = groups.filter(pk=group_id).first() if is_id(group_id, "ljg") else None
    if group is None:
        raise NotFound("jobGroup", group_id)
    return group


def find_job(actor: Actor, job_id: str) -> Job:
    """With its group, payload included, and its steps in the order they ran. Raises NotFound."""
    jobs = with_steps(Job.objects.visible_to(actor))
    job = jobs.filter(pk=job_id).first() if is_id(job_id, "ljb") else None
    if job is None:
        raise NotFound("job", job_id)
    return job
