"""Use cases of an API integration: submit a group, cancel it, get a ticket for its stream."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from engines.management.locking import hold_engine
from engines.models import Engine
from engines.pipeline_config import RULES, Config, StageId, first_stage
from engines.spending import refuse_if_spent
from engines.translation.segments import has_translatable_text
from foundation.api_errors import NotFound
from foundation.customer_json import JSONValue, dump
from foundation.dispatch import wake
from foundation.ids import new_ids
from foundation.lease import WorkStatus
from localization.errors import IdempotencyKeyReused
from localization.models import Job, JobGroup, Step, StreamTicket
from localization.queries import expected_tokens, with_jobs
from localization.recorder import EndedJob, Recorder
from organizations.access import Actor

TICKET_LIFETIME = timedelta(seconds=60)
CHARACTERS_PER_TOKEN = 4
TOKENS_PER_TOKEN = 3  # of a source's token: itself in the prompt, the prompt around it, its translation


@dataclass(frozen=True, slots=True)
class Submission:
    """A valid request (contract §2.1): locales canonical and distinct, `data` within the limits, `config` the effective one."""

    engine: Engine
    source_locale: str
    target_locales: list[str]
    data: dict[str, JSONValue]
    context: str
    hints: dict[str, list[str]]
    locked_keys: list[str]
    callback_url: str
    idempotency_key: str | None
    config: Config
    request_digest: str  # of the whole request as parsed JSON


def digest_of(request: JSONValue) -> str:
    """SHA-256 of a request as parsed JSON: white space and escapes do not count, key order and the spelling of numbers do."""
    return hashlib.sha256(dump(request).encode()).hexdigest()


def submit_group(actor: Actor, submission: Submission, *, now: datetime) -> JobGroup:
    """Stores the group with its jobs and first steps in one transaction and wakes the workers; returns it with its jobs.

    A repeat of an idempotency key returns the group that is there. Raises IdempotencyKeyReused where that had another body, and CreditLimit or
    QuotaSpent where the organization's budget is spent, NotFound for an engine that was deleted in the meantime.
    """
    if actor.organization.has_budget:
        refuse_if_spent(actor.organization, expected_tokens(actor.organization.id), now)
    try:
        with transaction.atomic():
            if not hold_engine(submission.engine.pk):
                raise NotFound("engine", submission.engine.pk)
            return _insert_group(actor, submission, now=now)
    except IntegrityError:
        existing = find_repeat(actor, submission.idempotency_key, submission.request_digest)
        if existing is None:
            raise
        return existing


def find_repeat(actor: Actor, idempotency_key: str | None, request_digest: str) -> JobGroup | None:
    """The group that the key names already, with its jobs. Raises IdempotencyKeyReused, also where the actor may not see that group."""
    if idempotency_key is None:
        return None
    groups = JobGroup.objects.filter(organization=actor.organization, idempotency_key=idempotency_key)
    existing = with_jobs(groups).first()
    if existing is not None and (existing.request_digest != request_digest or not groups.visible_to(actor).exists()):
        raise IdempotencyKeyReused(existing.id)
    return existing


def _insert_group(actor: Actor, submission: Submission, *, now: datetime) -> JobGroup:
    group = _new_group(actor, submission, now=now)
    source_locale, targets = submission.source_locale, submission.target_locales
    if has_translatable_text(submission.data, submission.locked_keys):
        copied = {locale for locale in targets if locale == source_locale}
    else:
        copied = set(targets)
    jobs = [_new_job(group, job_id, locale, now=now) for job_id, locale in zip(new_ids("ljb", len(targets)), targets, strict=True)]
    recorder = Recorder([group], now=now)
    recorder.record(group.id, "group.created")
    for job in jobs:
        if job.target_locale in copied:
            job.status, job.started_at, job.completed_at = Job.Status.COMPLETED, now, now
            recorder.end_job(EndedJob(job.id, group.id, job.target_locale, Job.Status.COMPLETED, payload=group.source))
    group.save(force_insert=True)
    Job.objects.bulk_create(jobs)
    Step.objects.bulk_create([*_copied_steps(jobs, group, now=now), *_first_steps(jobs, group, now=now)])
    recorder.write_events()
    wake()
    _set_prefetched(group, jobs)
    return group


def _new_group(actor: Actor, submission: Submission, *, now: datetime) -> JobGroup:
    return JobGroup(
        organization=actor.organization,
        engine=submission.engine,
        engine_name=submission.engine.name,
        source_locale=submission.source_locale,
        source=dump(submission.data),
        context=submission.context,
        hints=dump(submission.hints),
        locked_keys=submission.locked_keys,
        callback_url=submission.callback_url,
        pipeline_config=submission.config,
        idempotency_key=submission.idempotency_key,
        request_digest=submission.request_digest,
        total_jobs=len(submission.target_locales),
        created_at=now,
    )


def _new_job(group: JobGroup, job_id: str, locale: str, *, now: datetime) -> Job:
    return Job(id=job_id, group=group, organization_id=group.organization_id, target_locale=locale, created_at=now)


def _first_steps(jobs: Sequence[Job], group: JobGroup, *, now: datetime) -> list[Step]:
    """Of the jobs that are to be done: ready, or for a stage that is done once for the group, one ready and the others waiting for it."""
    stage = first_stage(group.pipeline_config)
    steps = [_new_step(job, group, stage, now=now) for job in jobs if not job.completed_at]
    for step in steps[1:] if RULES[stage].is_per_group else ():
        step.status = WorkStatus.WAITING
    return steps


def _copied_steps(jobs: Sequence[Job], group: JobGroup, *, now: datetime) -> list[Step]:
    """`localize` of the jobs with nothing to translate: done at once, the source as it is, without a model."""
    steps = [_new_step(job, group, StageId.LOCALIZE, now=now) for job in jobs if job.completed_at]
    for step in steps:
        step.status, step.output, step.detail = WorkStatus.COMPLETED, group.source, '{"reason":"nothing to translate"}'
        step.started_at = step.completed_at = now
    return steps


def _new_step(job: Job, group: JobGroup, stage: StageId, *, now: datetime) -> Step:
    return Step(
        organization_id=job.organization_id,
        job=job,
        group_id=job.group_id,
        stage=stage,
        run_after=now,
        expected_tokens=TOKENS_PER_TOKEN * len(group.source) // CHARACTERS_PER_TOKEN,
        created_at=now,
    )


def _set_prefetched(group: JobGroup, jobs: list[Job]) -> None:
    """The jobs just inserted are what a read would bring."""
    read = group.jobs.all()
    read._result_cache = jobs  # as a read fills it
    read._prefetch_done = True  # type: ignore[attr-defined]
    cache: dict[str, Any] = {"jobs": read}
    group._prefetched_objects_cache = cache  # type: ignore[attr-defined]  # Django's own name for it


@dataclass(frozen=True, slots=True)
class Ticket:
    """A single-use pass to a stream: its text, which is stored nowhere, and when it ends."""

    text: str
    expires_at: datetime


def issue_ticket(actor: Actor, group: JobGroup, *, now: datetime) -> Ticket:
    """A ticket for one handshake with the group's stream within a minute."""
    assert actor.key is not None, "tickets are given to API keys"
    ticket = Ticket(text=secrets.token_urlsafe(32), expires_at=now + TICKET_LIFETIME)
    StreamTicket.objects.filter(expires_at__lt=now - TICKET_LIFETIME).delete()
    StreamTicket.objects.create(digest=digest_of_ticket(ticket.text), group=group, key=actor.key, expires_at=ticket.expires_at)
    return ticket


def redeem_ticket(text: str, group_id: str, *, now: datetime) -> StreamTicket | None:
    """The ticket, used up by this call; None where it is unknown, used, too old or for another group."""
    tickets = StreamTicket.objects.filter(digest=digest_of_ticket(text), group_id=group_id, used_at=None, expires_at__gt=now)
    if not tickets.update(used_at=now):
        return None
    return StreamTicket.objects.select_related("key__user", "key__organization").get(digest=digest_of_ticket(text))


def digest_of_ticket(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
