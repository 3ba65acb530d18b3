"""The only writer of the statuses of steps, jobs and groups.

    step    ready ──start──► running ──settle──► completed | failed | skipped
              ▲                 │ │
              └──retry, expire──┘ └──wait──► waiting ──end──► completed | failed | skipped

    A stage that is done once for a group runs in one job's step; the others' are inserted waiting and end with it, alike.
    job     queued ─► processing ─► completed | completed_with_warnings | failed
    group   pending ─► processing ─► completed | partial | failed

Each arrow of a step is a conditional UPDATE under its fence, for many steps at once: the rows that come back are the answer, what does not come back
was taken over and is dropped. The transaction that ends a step inserts the next one or ends the job, and writes the group's counters and events.

Locks: steps, then groups in id order. A job's row is written only by whoever holds its one live step, so it needs no lock of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from engines import spending
from engines.pipeline_config import RULES, StageId, next_stage
from engines.spending import Expense
from foundation.bulk import update_rows
from foundation.customer_json import dump
from foundation.dispatch import wake
from foundation.lease import SUSPECT_CRASHES, WorkStatus, claim
from localization.errors import GroupFinished
from localization.models import Job, JobGroup, Step
from localization.nudges import nudge
from localization.outcomes import ClaimedStep, Outcome, WaitEnd
from localization.queries import load_claimed, lock_groups
from localization.recorder import DeliverySlots, EndedJob, Recorder
from webhooks.models import Delivery

log = structlog.get_logger(__name__)

CANCELLED = "Cancelled"
DIED = "The worker died four times while it ran this stage, the last time with nothing else running."

STEP_EVENTS = {
    WorkStatus.COMPLETED: "step.completed",
    WorkStatus.FAILED: "step.failed",
    WorkStatus.SKIPPED: "step.skipped",
    WorkStatus.WAITING: "step.waiting",
}


@dataclass(slots=True)
class Settled:
    """What `settle_steps` wrote: the ids of the steps that were still held, and deliveries to hand over."""

    steps: set[int] = field(default_factory=set)
    deliveries: Sequence[Delivery] = ()


def start_steps(
    *, limit: int, per_organization: int, lease: timedelta, now: datetime, groups: dict[str, JobGroup], suspects: bool = False
) -> list[ClaimedStep]:
    """Ready → running for up to `limit` due steps, fair over organizations. `groups` are those already at hand, by id; what is missing is loaded."""
    with transaction.atomic(savepoint=False):
        keys = claim(Step, limit=limit, per_organization=per_organization, now=now, lease=lease, suspects=suspects)
        if not keys:
            return []
        steps = load_claimed(keys, groups, now=now)
        first = [step for step in steps if step.attempt == 1]
        if first:
            _start_jobs(first, now=now)
        transaction.on_commit(nudge)
    return steps


def _start_jobs(steps: Sequence[ClaimedStep], *, now: datetime) -> None:
    Step.objects.filter(id__in=[step.id for step in steps]).update(started_at=now)
    started = update_rows(
        Job,
        columns=("id",),
        rows=[(step.job_id,) for step in steps],
        match=("id",),
        only={"status": [Job.Status.QUEUED]},
        constants={"status": Job.Status.PROCESSING, "started_at": now},
    )
    recorder = Recorder(lock_groups({step.group.id for step in steps}), now=now)
    for step in steps:
        recorder.start_group(step.group.id)
        if step.job_id in started:
            recorder.record(step.group.id, "job.started", job_id=step.job_id, locale=step.target_locale, status=Job.Status.PROCESSING)
        recorder.record(step.group.id, "step.started", job_id=step.job_id, locale=step.target_locale, stage=step.stage, status=WorkStatus.RUNNING)
    recorder.write_groups()
    recorder.write_events()


def settle_steps(outcomes: Sequence[Outcome], *, now: datetime, slots: DeliverySlots = DeliverySlots()) -> Settled:  # noqa: B008 (frozen)
    """Running → what each run came to, in one transaction. An outcome whose fence is gone is thrown away and logged.

    Inserts the steps that follow but wakes nobody: the drain that settles is awake and claims them next.
    """
    with transaction.atomic():
        held = _write_steps(outcomes, of=WorkStatus.RUNNING, now=now)
        settled = Settled(steps=held)
        # In the order of groups: what is inserted once for a group would have two processes wait for each other.
        for outcome in sorted(outcomes, key=lambda outcome: outcome.step.group.id):
            if outcome.open is not None and outcome.step.id in held:
                outcome.open(outcome.step, now)
        events = [outcome for outcome in outcomes if outcome.step.id in held and outcome.status != WorkStatus.READY]
        if events:
            settled.deliveries = _advance(events, now=now, slots=slots)
        spending.add([Expense.of(outcome.step.organization_id, outcome.usage) for outcome in outcomes if outcome.step.id in held], now)
    for outcome in outcomes:
        if outcome.step.id not in held:
            log.warning("late_result_refused", step=outcome.step.id, job=outcome.step.job_id, fence=outcome.step.fence)
    return settled


def end_waits(ends: Sequence[WaitEnd], *, now: datetime) -> set[int]:
    """Waiting → what each wait came to; returns the ids of the steps that moved. A wait ends once, by whoever is first: a decision, the timeout,
    a cancellation. Inserts the steps that follow, or ends the jobs, and wakes the workers.
    """
    with transaction.atomic():
        waiting = load_claimed([end.step_id for end in ends], {}, now=now)
        found = {end.step_id: end for end in ends}
        outcomes = [
            Outcome(step, end.status, output=end.output, error=end.error, detail=end.detail, terms=end.terms)
            for step in waiting
            for end in [found[step.id]]
        ]
        ended = _write_steps(outcomes, of=WorkStatus.WAITING, now=now)
        if ended:
            _advance([outcome for outcome in outcomes if outcome.step.id in ended], now=now, slots=DeliverySlots())
            wake()
    return ended


def postpone_wait(step_id: int, *, due_at: datetime) -> bool:
    """Moves the end of a wait; False where it is over."""
    return bool(Step.objects.filter(pk=step_id, status=WorkStatus.WAITING).update(due_at=due_at))


def _write_steps(outcomes: Sequence[Outcome], *, of: WorkStatus, now: datetime) -> set[int]:
    """The steps of this status whose fence still holds."""
    columns = (
        "id",
        "fence",
        "status",
        "output",
        "error",
        "detail",
        "model",
        "input_tokens",
        "output_tokens",
        "cost_usd",
        "words",
        "terms",
        "terms_missed",
        "engine_version",
        "run_after",
        "due_at",
        "completed_at",
    )
    rows = [
        (
            outcome.step.id,
            outcome.step.fence,
            outcome.status,
            outcome.output,
            outcome.error,
            outcome.detail,
            outcome.usage.model or "",
            outcome.usage.input_tokens,
            outcome.usage.output_tokens,
            outcome.cost_usd,
            outcome.words,
            outcome.terms.seen,
            outcome.terms.missed,
            outcome.engine_version,
            outcome.run_after or now,
            outcome.due_at,
            now if outcome.status in Step.FINAL else None,
        )
        for outcome in outcomes
    ]
    return update_rows(
        Step,
        columns=columns,
        rows=rows,
        match=("id", "fence"),
        only={"status": [of]},
        constants={"lease_until": None},
        add=("input_tokens", "output_tokens", "cost_usd", "words", "terms", "terms_missed"),
    )


def _advance(outcomes: Sequence[Outcome], *, now: datetime, slots: DeliverySlots) -> Sequence[Delivery]:
    """Records the steps' events, inserts the next steps, ends the jobs that have none."""
    recorder = Recorder(lock_groups({outcome.step.group.id for outcome in outcomes}), now=now)
    outcomes = [*outcomes, *_share(outcomes, now=now)]
    following: list[Step] = []
    ended: list[EndedJob] = []
    for outcome in outcomes:
        step = outcome.step
        event = STEP_EVENTS[outcome.status]
        recorder.record(
            step.group.id, event, job_id=step.job_id, locale=step.target_locale, stage=step.stage, status=outcome.status, error=outcome.error
        )
        if outcome.status == WorkStatus.WAITING:
            continue
        after = _what_follows(outcome, recorder.groups[step.group.id])
        if isinstance(after, EndedJob):
            ended.append(after)
        else:
            following.append(new_step(step, stage=after, now=now))
    _write_jobs(outcomes, ended, now=now)
    for job in ended:
        recorder.end_job(job)
    if following:
        Step.objects.bulk_create(following)
    recorder.write_groups()
    deliveries = recorder.write_events(slots)
    transaction.on_commit(nudge)
    return deliveries


def _share(outcomes: Sequence[Outcome], *, now: datetime) -> list[Outcome]:
    """The outcomes of the steps that waited for one of these to do a stage for their whole group; they end with it, alike."""
    leaders = {outcome.step.group.id: outcome for outcome in outcomes if RULES[outcome.step.stage].is_per_group}
    if not leaders:
        return []
    shared: list[Outcome] = []
    for group_id, leader in leaders.items():
        followers = Step.objects.filter(job__group_id=group_id, stage=leader.step.stage, status=WorkStatus.WAITING)
        ids = list(followers.order_by("id").values_list("id", flat=True))
        steps = load_claimed(ids, {group_id: leader.step.group}, now=now)
        detail = dump({"sharedWith": leader.step.job_id})
        shared += [Outcome(step, leader.status, error=leader.error, detail=detail, engine_version=leader.engine_version) for step in steps]
    ended = _write_steps(shared, of=WorkStatus.WAITING, now=now)
    Step.objects.filter(id__in=ended, started_at=None).update(started_at=now)
    return [outcome for outcome in shared if outcome.step.id in ended]


def _what_follows(outcome: Outcome, group: JobGroup) -> StageId | EndedJob:
    """The stage whose turn it is after this outcome, or the end of the job."""
    step = outcome.step
    warnings = job_warnings(outcome)
    following = next_stage(group.pipeline_config, step.stage)
    if outcome.status == WorkStatus.FAILED and RULES[step.stage].is_critical:
        return EndedJob(step.job_id, group.id, step.target_locale, Job.Status.FAILED, outcome.error, warnings)
    if following is None:
        status = Job.Status.COMPLETED_WITH_WARNINGS if warnings else Job.Status.COMPLETED
        return EndedJob(step.job_id, group.id, step.target_locale, status, "", warnings, outcome.payload)
    if group.cancelled_at is not None:
        return EndedJob(step.job_id, group.id, step.target_locale, Job.Status.FAILED, CANCELLED, warnings)
    return following


def job_warnings(outcome: Outcome) -> tuple[str, ...]:
    """The job's warnings after this outcome: what the stage itself warns of, and one sentence for an optional stage that failed."""
    warnings = (*outcome.step.warnings, *outcome.warnings)
    if outcome.status == WorkStatus.FAILED and not RULES[outcome.step.stage].is_critical:
        return (*warnings, f"{outcome.step.stage} failed: {outcome.error}")
    return warnings


def new_step(step: ClaimedStep, *, stage: StageId, now: datetime) -> Step:
    return Step(
        organization_id=step.organization_id,
        job_id=step.job_id,
        group_id=step.group.id,
        stage=stage,
        run_after=now,
        expected_tokens=step.expected_tokens,
        created_at=now,
    )


def _write_jobs(outcomes: Sequence[Outcome], ended: Sequence[EndedJob], *, now: datetime) -> None:
    """Ends the jobs in `ended`; gives the others the warnings their stages left."""
    rows: list[tuple[Any, ...]] = [(job.job_id, job.status, job.error, list(job.warnings), now) for job in ended]
    final = {job.job_id for job in ended}
    rows += [
        (outcome.step.job_id, Job.Status.PROCESSING, "", list(job_warnings(outcome)), None)
        for outcome in outcomes
        if outcome.step.job_id not in final and job_warnings(outcome) != outcome.step.warnings
    ]
    columns = ("id", "status", "error", "warnings", "completed_at")
    update_rows(Job, columns=columns, rows=rows, match=("id",), only={"status": [Job.Status.QUEUED, Job.Status.PROCESSING]}, constants={})


def cancel_group(group: JobGroup, *, now: datetime) -> None:
    """No further stage of the group starts; unstarted and waiting steps end and fail their jobs; what runs ends by itself.

    Raises GroupFinished where all jobs have ended. Two transactions: once the mark is committed no settling inserts another step, so the second
    sees all there are, and takes its locks in the usual order. Between them a crash leaves work for the sweep (`end_cancelled`).
    """
    marked = JobGroup.objects.filter(pk=group.pk, completed_at=None).update(cancelled_at=Coalesce("cancelled_at", now))
    if not marked:
        raise GroupFinished(group.id)
    end_cancelled(group.id, now=now)


def end_cancelled(group_id: str, *, now: datetime) -> None:
    """Ready, waiting → skipped for every step of a cancelled group, and their jobs → failed."""
    with transaction.atomic():
        steps = Step.objects.select_for_update(of=("self",)).filter(group_id=group_id, status__in=[WorkStatus.READY, WorkStatus.WAITING])
        unstarted = list(steps.order_by("id").values_list("id", "job_id", "stage", "job__target_locale", "job__warnings"))
        Step.objects.filter(id__in=[row[0] for row in unstarted]).update(
            status=WorkStatus.SKIPPED, fence=F("fence") + 1, completed_at=now, detail='{"reason":"cancelled"}'
        )
        ended = [EndedJob(job_id, group_id, locale, Job.Status.FAILED, CANCELLED, tuple(warnings)) for _, job_id, _, locale, warnings in unstarted]
        _write_jobs((), ended, now=now)
        recorder = Recorder(lock_groups({group_id}), now=now)
        for (_, job_id, stage, locale, _), job in zip(unstarted, ended, strict=True):
            recorder.record(group_id, "step.skipped", job_id=job_id, locale=locale, stage=stage, status=WorkStatus.SKIPPED)
            recorder.end_job(job)
        recorder.write_groups()
        recorder.write_events()
        transaction.on_commit(nudge)
    if unstarted:
        wake()


def expire_leases(*, now: datetime) -> int:
    """Running → ready for every step whose process died, counted as a crash; returns how many.

    A step that died even when it ran alone is failed instead: it would kill every worker in turn.
    """
    dead = Step.objects.filter(status=WorkStatus.RUNNING, lease_until__lt=now)
    with transaction.atomic():
        poison = list(dead.filter(crashes__gte=SUSPECT_CRASHES).values_list("id", flat=True))
        count = dead.exclude(id__in=poison).update(
            status=WorkStatus.READY, crashes=F("crashes") + 1, fence=F("fence") + 1, lease_until=None, run_after=now
        )
        if count:
            wake()
    if poison:
        with transaction.atomic():
            held = [Outcome(step=step, status=WorkStatus.FAILED, error=DIED) for step in load_claimed(poison, {}, now=now)]
            count += len(settle_steps(held, now=now).steps)
            wake()
    return count


def release_steps(steps: Iterable[ClaimedStep], *, now: datetime) -> None:
    """Running → ready at once, not counted as a crash: what a process that is told to stop does with what it cannot finish."""
    released = update_rows(
        Step,
        columns=("id", "fence"),
        rows=[step.key for step in steps],
        match=("id", "fence"),
        only={"status": [WorkStatus.RUNNING]},
        constants={"status": WorkStatus.READY, "lease_until": None, "run_after": now},
    )
    if released:  # a drain that ends with empty hands must not call the next one
        wake()
