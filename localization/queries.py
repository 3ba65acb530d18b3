"""Reads that transitions, the API and the stream share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery, Sum

from engines.pipeline_config import RULES, StageId, stages
from foundation.lease import WorkStatus
from localization.managers import JobGroupQuerySet, JobQuerySet
from localization.models import Job, JobGroup, Step
from localization.outcomes import ClaimedStep

OF_SOURCE = [stage for stage, rule in RULES.items() if rule.edits_source]

# Large texts that a counter's change does not need.
_PAYLOAD_COLUMNS = ("source", "hints", "context", "locked_keys")


def lock_groups(group_ids: Iterable[str]) -> list[JobGroup]:
    """The groups, with their organizations, locked in id order until the transaction ends. Their payloads are not loaded."""
    groups = JobGroup.objects.select_for_update(of=("self",)).select_related("organization")
    return list(groups.filter(id__in=sorted(group_ids)).order_by("id").defer(*_PAYLOAD_COLUMNS))


def load_claimed(step_ids: Sequence[int], groups: dict[str, JobGroup], *, now: datetime) -> list[ClaimedStep]:
    """Steps just claimed, with their jobs and groups. `groups` gains the groups that it lacked. Two queries, and one more for each of `preEdit` and
    `postEdit` where the pipeline has them."""
    earlier = Step.objects.filter(job_id=OuterRef("job_id"), output__isnull=False, id__lt=OuterRef("id")).exclude(stage__in=OF_SOURCE)
    localized = Step.objects.filter(job_id=OuterRef("job_id"), stage=StageId.LOCALIZE)
    rows = list(
        Step.objects.filter(id__in=step_ids)
        .annotate(payload=Subquery(earlier.order_by("-id").values("output")[:1]), translator=Subquery(localized.values("model")[:1]))
        .values(
            "id",
            "fence",
            "attempts",
            "stage",
            "organization_id",
            "group_id",
            "job_id",
            "job__target_locale",
            "payload",
            "translator",
            "job__warnings",
            "started_at",
            "detail",
            "expected_tokens",
        )
    )
    missing = {row["group_id"] for row in rows} - groups.keys()
    if missing:
        groups.update(JobGroup.objects.in_bulk(missing))
    cleaned = _load_cleaned([groups[row["group_id"]] for row in rows])
    needed = _load_needed([(row["job_id"], StageId(row["stage"])) for row in rows])
    return [
        ClaimedStep(
            id=row["id"],
            fence=row["fence"],
            attempt=row["attempts"],
            stage=StageId(row["stage"]),
            organization_id=row["organization_id"],
            group=groups[row["group_id"]],
            job_id=row["job_id"],
            target_locale=row["job__target_locale"],
            payload=row["payload"],
            cleaned=cleaned.get(row["group_id"]),
            needed=needed.get(row["job_id"]),
            model=row["translator"] or "",
            warnings=tuple(row["job__warnings"]),
            started_at=row["started_at"] or now,
            detail=row["detail"],
            expected_tokens=row["expected_tokens"],
        )
        for row in rows
    ]


def _load_cleaned(groups: Iterable[JobGroup]) -> dict[str, str]:
    """The source as `preEdit` left it, by group, of those whose pipeline has it and where it has."""
    wanted = {group.id for group in groups if StageId.PRE_EDIT in stages(group.pipeline_config)}
    if not wanted:
        return {}
    cleaned = Step.objects.filter(job__group_id__in=wanted, stage=StageId.PRE_EDIT, output__isnull=False)
    return {group_id: output for group_id, output in cleaned.values_list("group_id", "output") if output is not None}


def _load_needed(steps: Iterable[tuple[str, StageId]]) -> dict[str, str]:
    """By job, of steps whose stage works on another stage's output (`Rule.needs`): what that stage started from, where it gave an output."""
    needs = {job: need for job, stage in steps if (need := RULES[stage].needs)}
    if not needs:
        return {}
    found: dict[str, str] = {}
    rows = Step.objects.filter(job_id__in=needs, output__isnull=False).exclude(stage__in=OF_SOURCE).order_by("id")
    before: dict[str, str] = {}
    for job, stage, output in rows.values_list("job_id", "stage", "output"):
        if stage == needs[job] and job in before:
            found[job] = before[job]
        before[job] = output or ""
    return found


def expected_tokens(organization_id: str) -> int:
    """What the organization's running steps are expected to use."""
    running = Step.objects.filter(organization_id=organization_id, status=WorkStatus.RUNNING)
    return int(running.aggregate(total=Sum("expected_tokens", default=0))["total"])


def with_jobs(groups: JobGroupQuerySet) -> JobGroupQuerySet:
    """The groups with their jobs in the order of submission, and nothing of their payloads."""
    return groups.defer(*_PAYLOAD_COLUMNS).prefetch_related(Prefetch("jobs", queryset=Job.objects.order_by("id")))


def with_steps(jobs: JobQuerySet) -> JobQuerySet:
    """The jobs with their groups, payloads included, and their steps in the order they ran."""
    return jobs.select_related("group").prefetch_related(Prefetch("steps", queryset=Step.objects.order_by("id")))


@dataclass(frozen=True, slots=True)
class TotalUsage:
    """What the model calls of several steps used. `cost_usd` is None where the price of one is not known."""

    input_tokens: int
    output_tokens: int
    cost_usd: Decimal | None


def usage_of_job(job: Job) -> TotalUsage:
    """Of its steps, prefetched."""
    steps = list(job.steps.all())
    costs = [step.cost_usd for step in steps]
    return TotalUsage(
        input_tokens=sum(step.input_tokens for step in steps),
        output_tokens=sum(step.output_tokens for step in steps),
        cost_usd=None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0)),
    )


def usage_of_group(group: JobGroup) -> TotalUsage:
    """Of all steps of all its jobs. One query, along the jobs' index."""
    total = Step.objects.filter(job__group=group).aggregate(
        asked=Sum("input_tokens", default=0),
        answered=Sum("output_tokens", default=0),
        cost=Sum("cost_usd", default=Decimal(0)),
        unpriced=Count("id", filter=Q(cost_usd=None)),
    )
    return TotalUsage(total["asked"], total["answered"], None if total["unpriced"] else total["cost"])


def result_of(steps: Sequence[Step]) -> str | None:
    """The payload after `steps`, in the order they ran: the output of the last translation stage that gave one."""
    outputs = [step.output for step in steps if step.output is not None and step.stage not in OF_SOURCE]
    return outputs[-1] if outputs else None


def due_waits(*, now: datetime, limit: int) -> list[int]:
    """Steps whose wait has come to its end, the longest overdue first; along the partial index on waits."""
    due = Step.objects.filter(status=WorkStatus.WAITING, due_at__lte=now).order_by("due_at")
    return list(due.values_list("id", flat=True)[:limit])


def newest_jobs(*, status: str | None, engine_id: str | None, before: str | None) -> Q:
    """A filter for the list of jobs: newest first is descending id, `before` the last id of the page before."""
    chosen = Q()
    if status:
        chosen &= Q(status=status)
    if engine_id:
        chosen &= Q(group__engine_id=engine_id)
    if before:
        chosen &= Q(id__lt=before)
    return chosen
