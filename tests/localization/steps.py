"""Groups and steps in the states that tests begin with, reached as in production: submitted, started, settled.

Any stage can be enabled here, also one that cannot run yet: the transitions carry a job through all of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from engines.models import Engine
from engines.pipeline_config import Config, StageId, resolve
from foundation.customer_json import dump
from foundation.lease import WorkStatus
from localization.models import Event, Job, JobGroup, Step
from localization.outcomes import ClaimedStep, Outcome
from localization.services import Submission, submit_group
from localization.transitions import expire_leases, settle_steps, start_steps
from organizations.access import Actor
from organizations.models import Organization
from tests.factories import NOW, make_engine, organization_owner

LEASE = timedelta(seconds=30)
LATER = NOW + timedelta(seconds=10)
DATA = {"title": "Hello"}
HOOK = "https://hooks.example/in"
UNUSABLE = "The model gave no usable answer."


def configured(*stages: StageId) -> Config:
    """The effective configuration with these optional stages on."""
    return resolve({}, {stage: {"enabled": True} for stage in stages})


def make_group(
    organization: Organization,
    *locales: str,
    stages: Iterable[StageId] = (),
    data: dict[str, Any] | None = None,
    engine: Engine | None = None,
    callback_url: str = "",
    idempotency_key: str | None = None,
    now: datetime = NOW,
) -> JobGroup:
    """A group in German, or in these locales, submitted to the engine or to the organization's default one."""
    engine = engine or Engine.objects.filter(organization=organization, is_default=True).first() or make_engine(organization)
    submission = Submission(
        engine=engine,
        source_locale="en",
        target_locales=list(locales) or ["de"],
        data=DATA if data is None else data,
        context="",
        hints={},
        locked_keys=[],
        callback_url=callback_url,
        idempotency_key=idempotency_key,
        config=configured(*stages),
        request_digest="",
    )
    return submit_group(Actor(user=organization_owner(organization), organization=organization), submission, now=now)


def start(now: datetime = NOW, *, limit: int = 100, suspects: bool = False) -> list[ClaimedStep]:
    """Claims what is due, as a drain does; in the order of ids, which is that of submission."""
    steps = start_steps(limit=limit, per_organization=100, lease=LEASE, now=now, groups={}, suspects=suspects)
    return sorted(steps, key=lambda step: step.id)


def completed(step: ClaimedStep, text: str = "Hallo", **members: Any) -> Outcome:
    return Outcome(step=step, status=WorkStatus.COMPLETED, output=dump({"title": text}), **members)


def failed(step: ClaimedStep, error: str = UNUSABLE, **members: Any) -> Outcome:
    return Outcome(step=step, status=WorkStatus.FAILED, error=error, **members)


def skipped(step: ClaimedStep) -> Outcome:
    return Outcome(step=step, status=WorkStatus.SKIPPED, detail='{"reason":"nothing to do"}')


def waiting(step: ClaimedStep, **members: Any) -> Outcome:
    return Outcome(step=step, status=WorkStatus.WAITING, due_at=NOW + timedelta(hours=48), **members)


def retried(step: ClaimedStep, after: timedelta = timedelta(minutes=1), **members: Any) -> Outcome:
    return Outcome(step=step, status=WorkStatus.READY, run_after=NOW + after, **members)


def settle(*outcomes: Outcome, now: datetime = NOW) -> set[int]:
    """Returns the ids of the steps that moved."""
    return settle_steps(outcomes, now=now).steps


def die(times: int, *, now: datetime = NOW) -> datetime:
    """Claims what is due and loses it with its process, that often. Returns the time after."""
    for _ in range(times):
        assert start(now) or start(now, suspects=True)
        now += LEASE + timedelta(seconds=1)
        expire_leases(now=now)
    return now


# ---- what is there afterwards


def step_state(step_id: int) -> dict[str, Any]:
    """What a transition may change about the work row."""
    fields = ("status", "run_after", "attempts", "crashes", "fence", "lease_until", "due_at", "completed_at", "error")
    return Step.objects.values(*fields).get(pk=step_id)


def job_state(job_id: str) -> dict[str, Any]:
    return Job.objects.values("status", "error", "warnings", "started_at", "completed_at").get(pk=job_id)


def group_state(group_id: str) -> dict[str, Any]:
    fields = ("status", "completed_jobs", "completed_with_warnings_jobs", "failed_jobs", "cancelled_at", "completed_at")
    return JobGroup.objects.values(*fields).get(pk=group_id)


def stages_of(job_id: str) -> list[tuple[str, str]]:
    """(stage, status) in the order they ran."""
    return list(Step.objects.filter(job_id=job_id).order_by("id").values_list("stage", "status"))


def events_of(group_id: str, *, after: int = 0) -> list[tuple[Any, ...]]:
    """(seq, type, locale, stage, status) in order."""
    events = Event.objects.filter(group_id=group_id, seq__gt=after).order_by("seq")
    return list(events.values_list("seq", "type", "locale", "stage", "status"))


def event_types(group_id: str) -> list[str]:
    return [event[1] for event in events_of(group_id)]


def jobs_of(group: JobGroup) -> Sequence[Job]:
    return list(Job.objects.filter(group=group).order_by("id"))
