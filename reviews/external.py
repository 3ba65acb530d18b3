"""External orders: what writes their rows, but for the claim and `timeouts`. What is done about one over HTTP is `external_work.work_order`.

    insert ─► ready ─claim─► running ─► ready       there is more to come; a failed try; a dead lease; a claim given back
                ▲               │  └──► completed   nothing is left to do
                └───────────────┘  └──► failed      the provider will not, or every process that works on it dies
    phase     send ─► watch ─► cancel, never back: `timeouts` takes an order away from whoever works on it when its stage ends, and cancels it

`run_after` is the next look. A callback that comes while a run is under way moves it too, and then the order is looked at again at once. `attempts`
counts the tries since the provider last answered. Locks: step, group, then orders.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from engines.review_accounts import GENGO, find_review_provider
from foundation.bulk import update_rows
from foundation.dispatch import wake
from foundation.lease import SUSPECT_CRASHES, WorkStatus
from localization.outcomes import ClaimedStep, WaitEnd
from localization.transitions import end_waits
from reviews.external_orders import Ending, OrderResult
from reviews.external_references import new_reference
from reviews.models import ExternalOrder

FATAL_CRASHES = 2 * SUSPECT_CRASHES  # deaths in a row: half of them with nothing else of the kind running
EXPIRED_AT_ONCE = 100
HELD = timedelta(minutes=1)  # that a call of a process which stops may still be under way
DIED = f"The worker died {FATAL_CRASHES} times in a row while it worked on the order."

log = structlog.get_logger(__name__)


class _Overtaken(Exception):
    """Another process holds the order by now."""


def open_order(step: ClaimedStep, now: datetime, *, tier: str) -> None:
    """Inserts the order of a step that begins to wait; call in the transaction that makes it wait. The drain that settles claims it next.

    The reference is stored before anything is sent. What it may cost stands in the group's configuration.
    """
    ExternalOrder.objects.create(
        organization_id=step.organization_id,
        step_id=step.id,
        group_id=step.group.id,
        provider=find_review_provider(step.organization_id) or GENGO,
        tier=tier,
        reference=new_reference(),
        run_after=now,
        created_at=now,
    )


def settle_order(result: OrderResult, *, now: datetime) -> bool:
    """Running → what the run came to, with the end of the stage's wait, in one transaction; False where the order is not held any more.

    Where the wait ended otherwise in the meantime, the output is kept apart.
    """
    try:
        with transaction.atomic():
            is_late = result.ending is not None and not _end_wait(result, result.ending, now)
            if not _write(result, is_late=is_late, now=now):
                raise _Overtaken
    except _Overtaken:
        log.warning("late_order_result_refused", order=result.order.id, fence=result.order.fence)
        return False
    return True


def _end_wait(result: OrderResult, ending: Ending, now: datetime) -> bool:
    step_id = result.order.step.id
    end = WaitEnd(step_id=step_id, status=ending.status, output=ending.output, detail=ending.detail, error=ending.error)
    return step_id in end_waits([end], now=now)


def _write(result: OrderResult, *, is_late: bool, now: datetime) -> int:
    order = result.order
    values: dict[str, Any] = {
        "lease_until": None,
        "crashes": 0,
        "provider_order": result.provider_order,
        "texts": [text.as_json() for text in result.texts],
        "revisions": result.revisions,
        "cost": result.cost,
        "currency": result.currency,
        "error": result.error,
    }
    if result.went_well:
        values["attempts"] = 0
    if result.was_sent:
        values["sent_at"] = now
    late_output = result.ending.output if is_late and result.ending else result.late_output
    if late_output is not None:
        values["late_output"] = late_output
    if result.look_again is None:
        values |= {"status": WorkStatus.FAILED if result.error else WorkStatus.COMPLETED, "completed_at": now}
    else:
        # A callback that came in the meantime moved `run_after`.
        values |= {
            "status": WorkStatus.READY,
            "phase": result.phase,
            "run_after": Case(When(run_after__gt=order.run_after, then=Value(now)), default=Value(now + result.look_again)),
        }
    return ExternalOrder.objects.filter(pk=order.id, fence=order.fence, status=WorkStatus.RUNNING).update(**values)


def bring_forward(reference: str, *, now: datetime) -> bool:
    """A callback came: the order is looked at next. False where there is no such order. Harmless however often and late it comes."""
    waiting = Q(status=WorkStatus.RUNNING) | Q(status=WorkStatus.READY, run_after__gt=now)
    with transaction.atomic():
        if ExternalOrder.objects.filter(waiting, reference=reference).update(run_after=now):
            wake()
            return True
    return ExternalOrder.objects.filter(reference=reference).exists()


def release_orders(claims: Iterable[tuple[int, int]], *, now: datetime) -> set[int]:
    """Running → ready for claims that a process gives back when it stops; returns the ids that moved.

    It counts as an attempt, and the next one waits for what may be under way: the order may just go out.
    """
    constants = {"status": WorkStatus.READY, "lease_until": None, "run_after": now + HELD}
    return update_rows(
        ExternalOrder, columns=("id", "fence"), rows=list(claims), match=("id", "fence"), only={"status": [WorkStatus.RUNNING]}, constants=constants
    )


def expire_orders(*, now: datetime) -> int:
    """Running with a dead lease → ready, counted as a crash; returns how many. An order that every process dies of fails, and its stage with it."""
    expired = ExternalOrder.objects.filter(status=WorkStatus.RUNNING, lease_until__lt=now)
    if not expired.exists():  # sweeping for nothing must not take SQLite's write lock
        return 0
    poison = expired.filter(crashes__gte=FATAL_CRASHES - 1).values_list("pk", "step_id")[:EXPIRED_AT_ONCE]
    count = sum(_end_poison(expired.filter(pk=key), step_id, now) for key, step_id in list(poison))
    with transaction.atomic():
        others = expired.filter(crashes__lt=FATAL_CRASHES - 1)
        freed = others.update(status=WorkStatus.READY, fence=F("fence") + 1, crashes=F("crashes") + 1, lease_until=None, run_after=now)
        if freed:
            wake()
    return count + freed


def _end_poison(order: QuerySet[ExternalOrder], step_id: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            end_waits([WaitEnd(step_id=step_id, status=WorkStatus.FAILED, error=DIED)], now=now)
            values = {"status": WorkStatus.FAILED, "fence": F("fence") + 1, "lease_until": None, "error": DIED, "completed_at": now}
            if not order.update(**values):
                raise _Overtaken
    except _Overtaken:
        return False
    return True
