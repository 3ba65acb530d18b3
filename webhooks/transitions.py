"""The only writer of a delivery's status.

    insert ─► ready ─► running ─► completed     claimed by foundation.lease; a 2xx
                ▲         │  └──► failed        410, no URL to send to, the tenth attempt
                ├─────────┤           │         a failed attempt (run_after by the schedule), a dead lease, a claim given back
                └─────────────────────┘         a replay of what ended, either way: a new schedule

`attempts` counts the tries since the schedule began. A result is written only under the fence of the claim that made it: what a process sends after
its lease was given away counts for nothing, and the receiver sees the same id again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from foundation.bulk import update_rows
from foundation.ids import new_ids
from foundation.lease import SUSPECT_CRASHES, WorkStatus
from organizations.models import Organization
from webhooks.errors import TransitionRefused
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.queries import Outgoing
from webhooks.schedule import delay_after

GONE = 410
ASKED_TO_WAIT = frozenset({429, 503})
ENDED = (WorkStatus.COMPLETED, WorkStatus.FAILED)
EXPIRED_AT_ONCE = 500
NO_URL = "no_url"
PROCESS_DIED = "process_died"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """An event to be sent. `body` is the JSON text as every attempt sends it; an empty `url` is the organization's default of the moment."""

    organization_id: str
    event_type: str
    event_id: str
    body: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one attempt. `status_code` is None and `error` says why when no answer came."""

    outgoing: Outgoing
    at: datetime
    duration_ms: int
    status_code: int | None = None
    error: str = ""
    answer: str = ""
    retry_after: float | None = None  # seconds

    @property
    def is_delivered(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def is_final(self) -> bool:
        """Whether no further attempt is to be made."""
        return self.is_delivered or self.status_code == GONE or self.error == NO_URL


def insert_deliveries(rows: Sequence[NewDelivery], *, now: datetime, claimed: int = 0, lease: timedelta = timedelta()) -> list[Delivery]:
    """Inserts deliveries in this order: the first `claimed` as running under a lease for the caller, who sends them; the others ready.

    Call it in the transaction of what the events tell of. Waking a drain for the ready ones is the caller's.
    """
    deliveries = [
        Delivery(
            id=key,
            organization_id=row.organization_id,
            url=row.url,
            event_type=row.event_type,
            event_id=row.event_id,
            body=row.body,
            created_at=now,
            run_after=now,
            **(_claim(now + lease) if index < claimed else {}),
        )
        for index, (key, row) in enumerate(zip(new_ids("dlv", len(rows)), rows, strict=True))
    ]
    return Delivery.objects.bulk_create(deliveries)


def settle(outcomes: Sequence[Sent], *, now: datetime) -> set[str]:
    """Running → completed, failed or ready again, with the log of the attempts; returns the ids that moved.

    Claims that were lost in the meantime are dropped and logged. 410 disables the endpoint.
    """
    rows = [(sent.outgoing.delivery_id, sent.outgoing.fence, *_next(sent, now)) for sent in outcomes]
    with transaction.atomic():
        moved = _move(("status", "run_after", "completed_at"), rows, crashes=0)
        kept = [sent for sent in outcomes if sent.outgoing.delivery_id in moved]
        Attempt.objects.bulk_create([_log_row(sent) for sent in kept])
        _note_endpoints(kept, now)
    for sent in outcomes:
        if sent.outgoing.delivery_id not in moved:
            log.warning("late_delivery_dropped", delivery_id=sent.outgoing.delivery_id, fence=sent.outgoing.fence)
    return moved


def release(claims: Iterable[tuple[str, int]], *, now: datetime, run_after: datetime) -> set[str]:
    """Running → ready for claims, given as id and fence, that were not tried: they do not count. Returns the ids that moved."""
    rows = [(key, fence, -1) for key, fence in claims]
    return _move(("attempts",), rows, add=("attempts",), status=WorkStatus.READY, run_after=max(now, run_after))


def expire_leases(now: datetime) -> int:
    """Running with a dead lease → ready at once; returns how many. Whether such a POST arrived, nobody knows, and to repeat it is harmless.

    A dead process is no fault of the receiver and does not count as an attempt, unless it happens SUSPECT_CRASHES times in a row.
    """
    expired = Delivery.objects.filter(status=WorkStatus.RUNNING, lease_until__lt=now)
    if not expired.exists():  # sweeping for nothing must not take SQLite's write lock
        return 0
    with transaction.atomic():
        # Rows that somebody is settling at this moment are theirs (on SQLite there is one writer anyway).
        dead = list(expired.select_for_update(skip_locked=True).defer("body").order_by("id")[:EXPIRED_AT_ONCE])
        rows = [(row.pk, row.fence, *_after_crash(row, now)) for row in dead]
        moved = _move(("status", "run_after", "completed_at", "attempts", "crashes"), rows)
        lost = [row for row in dead if row.pk in moved]
        Attempt.objects.bulk_create([_crash_row(row, now) for row in lost])
    for row in lost:
        log.warning("delivery_lease_expired", delivery_id=row.pk, fence=row.fence)
    return len(lost)


def replay(delivery: Delivery, now: datetime) -> None:
    """Completed or failed → ready: the same id and bytes, with a new schedule. Raises TransitionRefused while it is under way."""
    if _replay(Q(pk=delivery.pk, status__in=ENDED), now) != 1:
        raise TransitionRefused(delivery.pk, wanted=WorkStatus.READY)


def replay_failed_since(organization: Organization, since: datetime, now: datetime, *, limit: int | None = None) -> int:
    """Failed → ready, for all that failed at `since` or later, or the first `limit` of them; returns how many."""
    failed = failed_since(organization.pk, since)
    if limit is not None:
        failed &= Q(pk__in=Delivery.objects.filter(failed).order_by("completed_at", "id").values("pk")[:limit])
    return _replay(failed, now)


def failed_since(organization_id: str, since: datetime) -> Q:
    """A condition on deliveries: those that `replay_failed_since` would send again."""
    return Q(organization_id=organization_id, status=WorkStatus.FAILED, completed_at__gte=since)


def _claim(lease_until: datetime) -> dict[str, object]:
    return {"status": WorkStatus.RUNNING, "fence": 1, "attempts": 1, "lease_until": lease_until}


def _next(sent: Sent, now: datetime) -> tuple[WorkStatus, datetime, datetime | None]:
    """Status, run_after and completed_at after an attempt."""
    if sent.is_delivered:
        return WorkStatus.COMPLETED, now, now
    if sent.is_final:
        return WorkStatus.FAILED, now, now
    return _again(sent.outgoing.attempt, now, sent.retry_after if sent.status_code in ASKED_TO_WAIT else None)


def _again(attempt: int, now: datetime, retry_after: float | None = None) -> tuple[WorkStatus, datetime, datetime | None]:
    delay = delay_after(attempt, retry_after)
    return (WorkStatus.FAILED, now, now) if delay is None else (WorkStatus.READY, now + delay, None)


def _after_crash(row: Delivery, now: datetime) -> tuple[object, ...]:
    """Status, run_after, completed_at, attempts and crashes. The crashes never reach the number at which a row is set apart to run alone."""
    if row.crashes + 1 < SUSPECT_CRASHES:
        return WorkStatus.READY, now, None, row.attempts - 1, row.crashes + 1
    return *_again(row.attempts, now), row.attempts, 0


def _move(columns: Sequence[str], rows: Sequence[tuple[object, ...]], *, add: Sequence[str] = (), **constants: object) -> set[str]:
    """Moves running rows, each given as id, fence and the values of `columns`; returns the ids that were still held under that fence."""
    return update_rows(
        Delivery,
        columns=("id", "fence", *columns),
        rows=rows,
        match=("id", "fence"),
        only={"status": [WorkStatus.RUNNING]},
        constants={"lease_until": None, **constants},
        add=add,
    )


def _replay(which: Q, now: datetime) -> int:
    return Delivery.objects.filter(which).update(status=WorkStatus.READY, run_after=now, attempts=0, crashes=0, completed_at=None)


def _log_row(sent: Sent) -> Attempt:
    return Attempt(
        delivery_id=sent.outgoing.delivery_id,
        number=sent.outgoing.attempt,
        at=sent.at,
        url=sent.outgoing.url,
        duration_ms=sent.duration_ms,
        status_code=sent.status_code,
        error=sent.error,
        answer=sent.answer,
    )


def _crash_row(row: Delivery, now: datetime) -> Attempt:
    return Attempt(delivery_id=row.pk, number=row.attempts, at=now, url=row.url, duration_ms=0, error=PROCESS_DIED)


def _note_endpoints(outcomes: Iterable[Sent], now: datetime) -> None:
    """Makes the rows of endpoints that answered for the first time, and disables those that are gone."""
    answered = [sent for sent in outcomes if sent.status_code is not None]
    new = {_endpoint(sent) for sent in answered if not sent.outgoing.has_endpoint}
    if new:
        rows = [Endpoint(organization_id=organization_id, url=url, created_at=now) for organization_id, url in sorted(new)]
        Endpoint.objects.bulk_create(rows, ignore_conflicts=True)
    for organization_id, url in sorted({_endpoint(sent) for sent in answered if sent.status_code == GONE}):
        Endpoint.objects.filter(organization_id=organization_id, url=url, disabled_at=None).update(disabled_at=now)


def _endpoint(sent: Sent) -> tuple[str, str]:
    return sent.outgoing.organization_id, sent.outgoing.url
