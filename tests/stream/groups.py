"""Job groups whose jobs a test moves by hand, through the use cases that move them in production."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engines.models import Engine
from engines.pipeline_config import resolve
from foundation.lease import WorkStatus
from localization.models import JobGroup
from localization.outcomes import ClaimedStep, Outcome
from localization.services import Submission, submit_group
from localization.transitions import settle_steps, start_steps
from organizations.access import Actor
from organizations.models import Organization
from tests.factories import NOW, organization_owner


@dataclass
class Work:
    """A group and the steps that run. Its jobs are named by their locales."""

    group: JobGroup
    running: dict[str, ClaimedStep] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.group.id

    @property
    def jobs(self) -> dict[str, str]:
        return {job.target_locale: job.id for job in self.group.jobs.all()}

    def start(self) -> None:
        """Starts every step that is ready."""
        steps = start_steps(limit=100, per_organization=400, lease=timedelta(seconds=30), now=NOW, groups={})
        self.running |= {step.target_locale: step for step in steps}

    def complete(self, *locales: str) -> None:
        self._settle([Outcome(self.running[locale], WorkStatus.COMPLETED, output="{}") for locale in locales])

    def fail(self, locale: str, error: str) -> None:
        self._settle([Outcome(self.running[locale], WorkStatus.FAILED, error=error)])

    def _settle(self, outcomes: list[Outcome]) -> None:
        assert len(settle_steps(outcomes, now=NOW).steps) == len(outcomes)

    def state(self, counts: tuple[int, int, int] = (0, 0, 0), **statuses: str) -> dict[str, Any]:
        """The snapshot with these counts (completed, with warnings, failed) and statuses by locale, `processing` where none is named."""
        jobs = {job_id: {"locale": locale, "status": statuses.get(locale, "processing")} for locale, job_id in self.jobs.items()}
        completed, with_warnings, failed = counts
        return {
            "groupId": self.id,
            "totalJobs": len(jobs),
            "completedJobs": completed,
            "completedWithWarningsJobs": with_warnings,
            "failedJobs": failed,
            "jobs": jobs,
        }


def submit(engine: Engine, *locales: str, pipeline: Mapping[str, Any] | None = None) -> Work:
    """A group with a job for each locale, none of which has started: its `seq` is 1."""
    organization: Organization = engine.organization
    submission = Submission(
        engine=engine,
        source_locale="en",
        target_locales=list(locales),
        data={"title": "Hello"},
        context="",
        hints={},
        locked_keys=[],
        callback_url="",
        idempotency_key=None,
        config=resolve({}, pipeline or {}),
        request_digest="",
    )
    return Work(submit_group(Actor(organization_owner(organization), organization), submission, now=NOW))


def begin(engine: Engine, *locales: str, pipeline: Mapping[str, Any] | None = None) -> Work:
    """A group whose jobs have all started: `job.started` and `step.started` of each, so its `seq` is 1 and two for each job."""
    work = submit(engine, *locales, pipeline=pipeline)
    work.start()
    return work
