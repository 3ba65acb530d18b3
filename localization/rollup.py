"""Makes the daily figures: every step that ended is counted once, about a minute later, into the rows of its UTC day.

A step tells by itself whether it is counted. So what commits late is found late, whatever day it belongs to, and what is counted is never looked at
again: a round costs what ended since the last one, and a repeat changes nothing. A round takes up to ROUND steps under their row locks, adds them up
inside the database and marks them, in one transaction. Rounds on several hosts take different steps, and add to rows in one order.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from localization.histograms import BOUNDS
from localization.models import DailyFigures, Job, JobGroup, Step

PATIENCE = timedelta(minutes=1)  # of the oldest step that is not counted: many are counted together
ROUND = 1000  # steps in one transaction
ROUNDS = 10  # in one call

KEY = ("organization_id", "target_locale", "day", "engine_id", "stage")
COUNTERS = (
    "completed",
    "completed_with_warnings",
    "failed",
    "skipped",
    "words",
    "priced_words",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "unpriced",
    "terms",
    "terms_missed",
)
HISTOGRAMS = ("waiting", "processing")


def roll_up(*, now: datetime) -> int:
    """Counts what ended, once something has been waiting for PATIENCE, and at most ROUND × ROUNDS steps; returns how many.

    One query, along the partial index on uncounted steps, where nothing has.
    """
    # Ordered, or PostgreSQL would go through the table while its statistics are from before the last round.
    oldest = _uncounted().values_list("completed_at", flat=True).first()
    if oldest is None or oldest > now - PATIENCE:
        return 0
    total = 0
    for _ in range(ROUNDS):
        counted = _count_some()
        total += counted
        if counted < ROUND:
            break
    return total


def _count_some() -> int:
    """One round. Plan on PostgreSQL: the first entries of `step_uncounted`, their rows locked; then their jobs, groups and neighbours by key."""
    with transaction.atomic():
        ids = list(_uncounted().select_for_update(skip_locked=True).values_list("id", flat=True)[:ROUND])
        if ids:
            _add(ids)
            Step.objects.filter(id__in=ids).update(is_counted=True)
    return len(ids)


def _uncounted() -> QuerySet[Step]:
    """The longest ended first."""
    return Step.objects.filter(is_counted=False, completed_at__isnull=False).order_by("completed_at")


def _add(ids: Sequence[int]) -> None:
    """Adds these steps to the rows of their stages, and to those of whole jobs; each once for its locale and once for all locales."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(), {"ids": list(ids) if connection.vendor == "postgresql" else json.dumps(ids)})


def _statement() -> str:
    dialect = _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
    quoted = {model: connection.ops.quote_name(model._meta.db_table) for model in (Step, Job, JobGroup, DailyFigures)}
    figures = quoted[DailyFigures]
    durations = {
        "waited": ("step.created_at", "step.started_at"),
        "took": ("step.started_at", "step.completed_at"),
        "job_waited": ("job.created_at", "job.started_at"),
        "job_took": ("job.started_at", "job.completed_at"),
    }
    added = [f"{name} = {figures}.{name} + excluded.{name}" for name in COUNTERS]
    added += [f"{name} = {dialect['merged'].format(stored=f'{figures}.{name}', new=f'excluded.{name}')}" for name in HISTOGRAMS]
    return _ADD.format(
        step_table=quoted[Step],
        job_table=quoted[Job],
        job_group_table=quoted[JobGroup],
        figures_table=figures,
        day=dialect["day"].format(at="step.completed_at"),
        among=dialect["among"],
        **{name: dialect["seconds"].format(begin=begin, end=end) for name, (begin, end) in durations.items()},
        **{f"{name}_bucket": _bucket(name) for name in ("waited", "took")},
        key=", ".join(KEY),
        counters=", ".join(COUNTERS),
        nothing=", ".join(["NULL"] * len(COUNTERS)),
        sums=", ".join(f"coalesce(sum({name}), 0)" for name in COUNTERS),
        histograms=", ".join(f"coalesce({dialect['object']} FILTER (WHERE kind = '{name}'), '{{}}')" for name in HISTOGRAMS),
        added=", ".join(added),
    )


def _bucket(seconds: str) -> str:
    """The bucket of a duration; none of one that has not begun."""
    steps = " ".join(f"WHEN {seconds} < {bound} THEN {bucket}" for bucket, bound in enumerate(BOUNDS))
    return f"CASE {steps} WHEN {seconds} IS NOT NULL THEN {len(BOUNDS)} END"


_POSTGRESQL: Mapping[str, str] = {
    "day": "({at} AT TIME ZONE 'UTC')::date",
    "among": "= ANY(%(ids)s)",
    "seconds": "extract(epoch FROM {end} - {begin})::float8",
    "object": "jsonb_object_agg(bucket, total)",
    "merged": """(
        SELECT coalesce(jsonb_object_agg(bucket, total), '{{}}') FROM (
            SELECT key AS bucket, sum(value::integer) AS total
            FROM (SELECT * FROM jsonb_each_text({stored}) UNION ALL SELECT * FROM jsonb_each_text({new})) AS one GROUP BY key
        ) AS merged)""",
}
# Times are texts in UTC there; rounded, because a fraction of a day in floating point is no whole number of microseconds.
_SQLITE: Mapping[str, str] = {
    "day": "date({at})",
    "among": "IN (SELECT value FROM json_each(%(ids)s))",
    "seconds": "round((julianday({end}) - julianday({begin})) * 86400, 3)",
    "object": "json_group_object(bucket, total)",
    "merged": """(
        SELECT json_group_object(bucket, total) FROM (
            SELECT key AS bucket, sum(value) AS total
            FROM (SELECT key, value FROM json_each({stored}) UNION ALL SELECT key, value FROM json_each({new})) GROUP BY key
        ))""",
}

# A job ends in the transaction that ends its last step, and is counted with it. Steps that nobody claimed (a copy of the source, a stage that another
# job did for the group) have no durations, nor have those that had nothing to do.
_ADD = """
WITH ended AS MATERIALIZED (
    SELECT step.id, step.job_id, step.organization_id, {day} AS day, job_group.engine_id, job.target_locale, step.stage, step.status,
        CASE WHEN step.status = 'completed' THEN step.words END AS words, step.terms, step.terms_missed, step.input_tokens, step.output_tokens,
        step.cost_usd, CAST(step.cost_usd IS NULL AS integer) AS unpriced,
        CASE WHEN step.attempts > 0 AND step.status <> 'skipped' THEN {waited} END AS waited,
        CASE WHEN step.attempts > 0 AND step.status <> 'skipped' THEN {took} END AS took
    FROM {step_table} step JOIN {job_table} job ON job.id = step.job_id JOIN {job_group_table} job_group ON job_group.id = job.group_id
    WHERE step.id {among}
), of_job AS MATERIALIZED (
    SELECT last_id, words, terms, terms_missed FROM (
        SELECT terms, terms_missed, max(id) OVER (PARTITION BY job_id) AS last_id, max(words) OVER (PARTITION BY job_id) AS words,
            row_number() OVER (PARTITION BY job_id ORDER BY CASE WHEN terms > 0 AND status = 'completed' THEN 0 ELSE 1 END, id DESC) AS place
        FROM {step_table} WHERE job_id IN (SELECT job_id FROM ended)
    ) placed WHERE place = 1
), ended_job AS MATERIALIZED (
    SELECT job.organization_id, {day} AS day, job_group.engine_id, job.target_locale, job.status,
        CASE WHEN job.status <> 'failed' THEN of_job.words END AS words, CASE WHEN job.status <> 'failed' THEN of_job.terms END AS terms,
        CASE WHEN job.status <> 'failed' THEN of_job.terms_missed END AS terms_missed,
        CASE WHEN step.attempts > 0 THEN {job_waited} END AS waited, CASE WHEN step.attempts > 0 THEN {job_took} END AS took
    FROM of_job JOIN {step_table} step ON step.id = of_job.last_id
        JOIN {job_table} job ON job.id = step.job_id JOIN {job_group_table} job_group ON job_group.id = job.group_id
    WHERE of_job.last_id IN (SELECT id FROM ended)
), part AS (
    SELECT organization_id, day, engine_id, target_locale, stage,
        CAST(status = 'completed' AS integer) AS completed, 0 AS completed_with_warnings, CAST(status = 'failed' AS integer) AS failed,
        CAST(status = 'skipped' AS integer) AS skipped, words, CASE WHEN unpriced = 0 THEN words END AS priced_words,
        input_tokens, output_tokens, cost_usd, unpriced, terms, terms_missed, {waited_bucket} AS waiting, {took_bucket} AS processing
    FROM ended
    UNION ALL
    SELECT organization_id, day, engine_id, target_locale, '', 0, 0, 0, 0, 0, 0, input_tokens, output_tokens, cost_usd, unpriced, 0, 0, NULL, NULL
    FROM ended
    UNION ALL
    SELECT organization_id, day, engine_id, target_locale, '',
        CAST(status = 'completed' AS integer), CAST(status = 'completed_with_warnings' AS integer), CAST(status = 'failed' AS integer), 0, words, 0,
        0, 0, 0, 0, terms, terms_missed, {waited_bucket}, {took_bucket}
    FROM ended_job
), keyed AS MATERIALIZED (
    SELECT part.*, CASE WHEN is_of_all THEN '' ELSE target_locale END AS locale
    FROM part CROSS JOIN (SELECT true AS is_of_all UNION ALL SELECT false) twice
), piece AS (
    SELECT organization_id, locale, day, engine_id, stage, NULL AS kind, NULL AS bucket, NULL AS total, {counters} FROM keyed
    UNION ALL
    SELECT organization_id, locale, day, engine_id, stage, 'waiting', waiting, count(*), {nothing}
    FROM keyed WHERE waiting IS NOT NULL GROUP BY 1, 2, 3, 4, 5, waiting
    UNION ALL
    SELECT organization_id, locale, day, engine_id, stage, 'processing', processing, count(*), {nothing}
    FROM keyed WHERE processing IS NOT NULL GROUP BY 1, 2, 3, 4, 5, processing
)
INSERT INTO {figures_table} ({key}, {counters}, waiting, processing)
SELECT organization_id, locale, day, engine_id, stage, {sums}, {histograms}
FROM piece GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
ON CONFLICT ({key}) DO UPDATE SET {added}
"""
