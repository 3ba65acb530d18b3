"""The daily figures, counted again from jobs and steps one by one: what the rows must say."""

from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation.lease import WorkStatus
from localization.histograms import BOUNDS
from localization.models import DailyFigures, Job, Step
from localization.rollup import COUNTERS, HISTOGRAMS, KEY

Figures = dict[tuple[str, ...], dict[str, Any]]
DONE = {Job.Status.COMPLETED, Job.Status.COMPLETED_WITH_WARNINGS}


def stored() -> Figures:
    """The rows by their key, without their zeros; a bucket of a histogram as `waiting 12`."""
    return {tuple(str(row[name]) for name in KEY): _of_row(row) for row in DailyFigures.objects.values(*KEY, *COUNTERS, *HISTOGRAMS)}


def _of_row(row: dict[str, Any]) -> dict[str, Any]:
    buckets = {f"{name} {bucket}": Decimal(count) for name in HISTOGRAMS for bucket, count in row[name].items()}
    return {**_present(row, COUNTERS), **buckets}


def recount() -> Figures:
    """Of everything that has ended."""
    found: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for step in Step.objects.filter(status__in=Step.FINAL).select_related("job__group"):
        _count(found, step, step.stage, _of_step(step))
        _count(found, step, "", _used(step))
    for job in Job.objects.filter(status__in=Job.FINAL).select_related("group"):
        last = job.steps.order_by("id").last()
        assert last is not None
        _count(found, last, "", _of_job(job, last))
    return {key: _present(counts, tuple(counts)) for key, counts in found.items()}


def _count(found: defaultdict[tuple[str, ...], Counter[str]], step: Step, stage: str, counts: dict[str, Any]) -> None:
    assert step.completed_at is not None
    for locale in ("", step.job.target_locale):
        found[(step.organization_id, locale, str(step.completed_at.date()), step.job.group.engine_id, stage)].update(counts)


def _used(step: Step) -> dict[str, Any]:
    unpriced = step.cost_usd is None
    cost = Decimal(0) if step.cost_usd is None else step.cost_usd
    return {"input_tokens": step.input_tokens, "output_tokens": step.output_tokens, "cost_usd": cost, "unpriced": int(unpriced)}


def _of_step(step: Step) -> dict[str, Any]:
    words = step.words if step.status == WorkStatus.COMPLETED else 0
    has_worked = step.attempts and step.status != WorkStatus.SKIPPED
    return {
        step.status: 1,
        "words": words,
        "priced_words": 0 if step.cost_usd is None else words,
        "terms": step.terms,
        "terms_missed": step.terms_missed,
        **_used(step),
        **(_durations(step.created_at, step.started_at, step.completed_at) if has_worked else {}),
    }


def _of_job(job: Job, last: Step) -> dict[str, Any]:
    steps = list(job.steps.order_by("id")) if job.status in DONE else []
    measured = [step for step in steps if step.terms and step.status == WorkStatus.COMPLETED]
    return {
        job.status: 1,
        "words": max((step.words for step in steps), default=0),
        "terms": measured[-1].terms if measured else 0,
        "terms_missed": measured[-1].terms_missed if measured else 0,
        **(_durations(job.created_at, job.started_at, job.completed_at) if last.attempts else {}),
    }


def _durations(created: datetime, started: datetime | None, ended: datetime | None) -> dict[str, int]:
    spans = [("waiting", created, started), ("processing", started, ended)]
    return {f"{name} {bisect_right(BOUNDS, (end - begin).total_seconds())}": 1 for name, begin, end in spans if begin and end}


def _present(counts: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: Decimal(counts[name]) for name in names if counts[name]}
