"""Work rows: rows that a process claims for a while, works on, and settles.

A claim is a lease (`lease_until`, renewed while its process lives) and a fence (`fence`, raised by every claim). Whoever writes the result says
`WHERE id AND fence AND status = 'running'`: a process that comes back after its lease was given away writes nothing. Organizations take turns, so a
long backlog of one never delays another. A row whose process died `SUSPECT_CRASHES` times is set apart: it runs alone in a process of its own.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models

from foundation.bulk import update_rows
from foundation.ids import PrefixedIdField

SUSPECT_CRASHES = 3


class WorkStatus(models.TextChoices):
    """What a work row is doing; each kind of row uses the members it needs."""

    READY = "ready"  # may be claimed from `run_after` on
    RUNNING = "running"  # a process holds it until `lease_until`
    WAITING = "waiting"  # for a person or a provider; nothing runs
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Lease(models.Model):
    """The columns that claiming needs. `run_after` orders the rows of one organization."""

    organization_id = PrefixedIdField("org", primary_key=False)
    status = models.CharField(max_length=9, choices=WorkStatus, default=WorkStatus.READY)
    run_after = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)  # claims so far
    crashes = models.PositiveSmallIntegerField(default=0)  # claims that ended with the death of their process
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True


def work_indexes(name: str) -> list[models.Index]:
    """The two partial indexes every work table needs: one for `claim`, one for `expired` and for counting what runs."""
    return [
        models.Index(fields=["organization_id", "run_after", "id"], condition=models.Q(status="ready"), name=f"{name}_ready"),
        models.Index(fields=["organization_id", "lease_until"], condition=models.Q(status="running"), name=f"{name}_running"),
    ]


def claim(model: type[Lease], *, limit: int, per_organization: int, now: datetime, lease: timedelta, suspects: bool = False) -> list[Any]:
    """Claims up to `limit` due rows and returns their primary keys; call inside a transaction.

    Each organization runs at most `per_organization` rows at a time. `suspects` claims the rows that are set apart instead of the others.
    """
    statement = (_CLAIM_POSTGRESQL if connection.vendor == "postgresql" else _CLAIM_SQLITE).format(
        table=connection.ops.quote_name(model._meta.db_table), crashes=f"crashes {'>=' if suspects else '<'} {SUSPECT_CRASHES}"
    )
    parameters = {"now": _moment(now), "lease_until": _moment(now + lease), "limit": limit, "cap": per_organization}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]


# A loose index scan finds the organizations with ready rows; each offers its first rows by (run_after, id); they are taken turn by turn.
# `running` is small (what is in flight), so that the cap costs one scan of the partial index on running rows.
_ORGANIZATIONS = """
WITH RECURSIVE tenant (organization_id) AS (
    SELECT (SELECT organization_id FROM {table} WHERE status = 'ready' ORDER BY organization_id LIMIT 1)
    UNION ALL
    SELECT (
        SELECT work.organization_id FROM {table} work
        WHERE work.status = 'ready' AND work.organization_id > tenant.organization_id ORDER BY work.organization_id LIMIT 1
    ) FROM tenant WHERE tenant.organization_id IS NOT NULL
), running (organization_id, total) AS (
    SELECT organization_id, count(*) FROM {table} WHERE status = 'running' GROUP BY organization_id
)"""

_SET = "SET status = 'running', fence = fence + 1, attempts = attempts + 1, lease_until = %(lease_until)s"

# The rank order is repeated in the locking SELECT: SKIP LOCKED over more candidates than it takes would be first come, first served again.
_CLAIM_POSTGRESQL = (
    _ORGANIZATIONS
    + """, candidate AS MATERIALIZED (
    SELECT offered.id, coalesce(running.total, 0)
        + row_number() OVER (PARTITION BY tenant.organization_id ORDER BY offered.run_after, offered.id) AS turn
    FROM tenant LEFT JOIN running USING (organization_id)
    CROSS JOIN LATERAL (
        SELECT id, run_after FROM {table} work
        WHERE work.status = 'ready' AND work.organization_id = tenant.organization_id AND work.run_after <= %(now)s AND work.{crashes}
        ORDER BY work.organization_id, work.run_after, work.id LIMIT 2 * %(limit)s
    ) offered
), picked AS MATERIALIZED (
    SELECT work.id FROM candidate JOIN {table} work ON work.id = candidate.id
    WHERE work.status = 'ready' AND work.run_after <= %(now)s AND candidate.turn <= %(cap)s
    ORDER BY candidate.turn, work.id LIMIT %(limit)s FOR UPDATE OF work SKIP LOCKED
)
UPDATE {table} """
    + _SET
    + """ FROM picked WHERE {table}.id = picked.id RETURNING {table}.id"""
)

_CLAIM_SQLITE = (
    """UPDATE {table} """
    + _SET
    + """ WHERE id IN ("""
    + _ORGANIZATIONS
    + """, candidate AS (
    SELECT work.id, coalesce(running.total, 0) + row_number() OVER (PARTITION BY work.organization_id ORDER BY work.run_after, work.id) AS turn
    FROM tenant LEFT JOIN running ON running.organization_id = tenant.organization_id
    JOIN {table} work ON work.id IN (
        SELECT first.id FROM {table} first
        WHERE first.status = 'ready' AND first.organization_id = tenant.organization_id AND first.run_after <= %(now)s AND first.{crashes}
        ORDER BY first.organization_id, first.run_after, first.id LIMIT %(limit)s
    )
)
SELECT id FROM candidate WHERE turn <= %(cap)s ORDER BY turn, id LIMIT %(limit)s) RETURNING id"""
)


def renew(model: type[Lease], claims: Sequence[tuple[Any, int]], *, now: datetime, lease: timedelta) -> set[Any]:
    """Extends the leases of (primary key, fence) pairs; returns the keys still held. What is missing was taken over: its work is to be dropped."""
    return update_rows(
        model,
        columns=("id", "fence"),
        rows=claims,
        match=("id", "fence"),
        only={"status": [WorkStatus.RUNNING]},
        constants={"lease_until": now + lease},
    )


def _moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)
