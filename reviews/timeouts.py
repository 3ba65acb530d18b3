"""What time ends: waits that are over, leases that ran out, items whose group was cancelled. Called by the sweep, on any number of hosts at once.

Each function looks with a plain SELECT first, so that nothing to do takes no lock, and does at most a batch: the caller repeats it while it returns
as many as asked for.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from foundation.customer_json import dump
from foundation.lease import WorkStatus
from localization.models import JobGroup, Step
from localization.outcomes import WaitEnd
from localization.queries import due_waits
from localization.transitions import end_waits
from reviews import transitions
from reviews.models import ExternalOrder, ReviewItem

LIVE_ORDERS = (WorkStatus.READY, WorkStatus.RUNNING, WorkStatus.WAITING)
LATELY = timedelta(days=7)  # longer than all workers are down at once
TIMED_OUT = {"reason": "timed out"}


def end_due(*, now: datetime, limit: int = 200) -> int:
    """Waits whose time is over: the AI version stands. Steps → skipped, items → timed out, their orders are to be cancelled. Returns how many ended.

    The steps are locked and looked at again, for a manager may have given one more time; those that somebody is ending at this moment are theirs.
    """
    due = due_waits(now=now, limit=limit)
    if not due:
        return 0
    with transaction.atomic():
        waiting = Step.objects.filter(id__in=due, status=WorkStatus.WAITING, due_at__lte=now).select_for_update(of=("self",), skip_locked=True)
        ids = list(waiting.order_by("id").values_list("id", flat=True))
        ended = end_waits([WaitEnd(step_id, WorkStatus.SKIPPED, detail=dump(TIMED_OUT)) for step_id in ids], now=now)
        transitions.end_items(ended, state=ReviewItem.State.TIMED_OUT, now=now)
        _cancel_orders(ended, now)
    return len(ended)


def return_expired(*, now: datetime) -> int:
    """Claims whose lease ran out: their items are back in the queue, with their drafts. Returns how many."""
    return transitions.return_leases(now=now)


def close_orphans(*, now: datetime, limit: int = 200) -> int:
    """Items and orders of lately cancelled groups whose step does not wait any more. Returns how many of both.

    Whoever else ends a wait ends its item or order in the same transaction.
    """
    cancelled = JobGroup.objects.filter(cancelled_at__gt=now - LATELY).values("id")
    items = ReviewItem.objects.filter(ended_at=None, group_id__in=cancelled).exclude(step__status=WorkStatus.WAITING)
    orders = _live_orders().filter(group_id__in=cancelled).exclude(step__status=WorkStatus.WAITING)
    of_items = list(items.values_list("step_id", flat=True)[:limit])
    of_orders = list(orders.values_list("step_id", flat=True)[:limit])
    if not of_items and not of_orders:
        return 0
    with transaction.atomic():
        closed = transitions.end_items(of_items, state=ReviewItem.State.CANCELLED, now=now)
        return closed + _cancel_orders(of_orders, now)


def _cancel_orders(step_ids: Collection[int], now: datetime) -> int:
    """Whatever a process is doing with an order now, its result is refused, and cancelling is next."""
    live = _live_orders().filter(step_id__in=step_ids)
    ids = list(live.select_for_update(of=("self",), no_key=True).order_by("id").values_list("id", flat=True))
    return ExternalOrder.objects.filter(id__in=ids).update(
        phase=ExternalOrder.Phase.CANCEL, status=WorkStatus.READY, run_after=now, lease_until=None, fence=F("fence") + 1
    )


def _live_orders() -> QuerySet[ExternalOrder]:
    return ExternalOrder.objects.filter(status__in=LIVE_ORDERS).exclude(phase=ExternalOrder.Phase.CANCEL)
