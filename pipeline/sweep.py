"""Picks up whatever was left lying: dead leases, half-finished cancellations, lost wake-ups; ends what time ends: reviews, claims on them;
and counts into the daily figures what ended.

Run every few seconds on every worker host.
Every change is a conditional update, so any number of hosts may sweep at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError

from foundation.dispatch import wake
from localization import drains
from localization.models import JobGroup
from localization.rollup import roll_up
from localization.transitions import end_cancelled, expire_leases
from pipeline.due import oldest_due
from reviews.external import expire_orders
from reviews.timeouts import close_orphans, end_due, return_expired
from webhooks import transitions as deliveries

log = structlog.get_logger(__name__)

REVIEWS_AT_ONCE = 200  # ended in one transaction
PATIENCE = timedelta(seconds=1)  # of due work before a wake-up counts as lost


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows of each kind were picked up."""

    steps: int
    deliveries: int
    orders: int
    cancelled: int
    reviews: int  # whose time was over, or their claim's
    woke: bool
    counted: int = 0  # steps, into the daily figures


def sweep(*, now: datetime) -> Swept:
    """One round. The drains of dead processes are forgotten first, so that they do not count as spare capacity."""
    drains.forget_dead(now=now)
    cancelled = list(JobGroup.objects.filter(cancelled_at__isnull=False, completed_at=None).values_list("id", flat=True)[:100])
    for group_id in cancelled:
        end_cancelled(group_id, now=now)
    steps = expire_leases(now=now)
    sent = deliveries.expire_leases(now)
    orders = expire_orders(now=now)
    reviews = _end_reviews(now=now)
    oldest = oldest_due(now=now)
    is_late = oldest is not None and oldest < now - PATIENCE and not drains.has_spare_slots(now=now)
    if is_late:
        wake()
    return Swept(steps=steps, deliveries=sent, orders=orders, cancelled=len(cancelled), reviews=reviews, woke=is_late, counted=_count(now=now))


def _end_reviews(*, now: datetime) -> int:
    """A batch at a time, until none is left."""
    count = return_expired(now=now)
    for end in (end_due, close_orphans):
        while ended := end(now=now, limit=REVIEWS_AT_ONCE):
            count += ended
            if ended < REVIEWS_AT_ONCE:
                break
    return count


def _count(*, now: datetime) -> int:
    """Nothing waits for the figures: where they cannot be made, the next round makes them."""
    try:
        return roll_up(now=now)
    except DatabaseError as exc:
        log.warning("figures_not_counted", error=type(exc).__name__)
        return 0
