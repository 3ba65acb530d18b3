"""Picks up whatever was left lying: dead leases, half-finished cancellations, wake-ups that were lost. Run every few seconds on every worker host.

Every change is a conditional update, so any number of hosts may sweep at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation.dispatch import wake
from localization import drains
from localization.models import JobGroup
from localization.transitions import end_cancelled, expire_leases
from webhooks import transitions as deliveries

PATIENCE = timedelta(seconds=1)  # of due work before a wake-up counts as lost


@dataclass(frozen=True, slots=True)
class Swept:
    """How many rows of each kind were picked up."""

    steps: int
    deliveries: int
    cancelled: int
    woke: bool


def sweep(*, now: datetime) -> Swept:
    """One round. The drains of dead processes are forgotten first, so that they do not count as spare capacity."""
    drains.forget_dead(now=now)
    cancelled = list(JobGroup.objects.filter(cancelled_at__isnull=False, completed_at=None).values_list("id", flat=True)[:100])
    for group_id in cancelled:
        end_cancelled(group_id, now=now)
    steps = expire_leases(now=now)
    sent = deliveries.expire_leases(now)
    oldest = drains.oldest_due(now=now)
    is_late = oldest is not None and oldest < now - PATIENCE and not drains.has_spare_slots(now=now)
    if is_late:
        wake()
    return Swept(steps=steps, deliveries=sent, cancelled=len(cancelled), woke=is_late)
