"""Use cases of review managers, who hold `org:manage_reviews`: each gives a reason, and each is in the audit log.

Callers have asked for the permission and found the item among the organization's (`ReviewItem.objects.manageable_by`).
"""

from datetime import datetime, timedelta

from django.db import transaction

from foundation.customer_json import dump
from foundation.lease import WorkStatus
from foundation.rendering import wire_time
from localization.outcomes import WaitEnd
from localization.transitions import end_waits, postpone_wait
from organizations.access import Actor
from organizations.audit import Author, record
from reviews import transitions
from reviews.errors import BadDeadline, NotClaimed, StaleClaim
from reviews.explaining import explain
from reviews.models import ReviewItem

LONGEST_WAIT = timedelta(hours=720)  # from the item's creation, as `timeoutHours` (contract §3.2)
NOT_LATER = "Must be later than the present deadline and than now."


def withdraw_claim(*, actor: Actor, item: ReviewItem, reason: str, author: Author, now: datetime, fence: int | None = None) -> None:
    """Another's claim ends and the item is free again, drafts and all. `fence` is the claim that the manager saw; else the item's as it was read.

    Raises NotClaimed, AlreadyDecided, ReviewEnded.
    """
    if item.ended_at is not None:
        raise explain(item)
    holder = str(item.holder) if item.holder else None
    with transaction.atomic():
        try:
            transitions.withdraw_item(item.pk, fence=item.fence if fence is None else fence, now=now)
        except NotClaimed as exc:
            raise _closed_or(item, exc) from exc
        _audit(actor, item, "review.claim_withdrawn", author, now, {"reason": reason, "holder": holder})


def extend_deadline(*, actor: Actor, item: ReviewItem, due_at: datetime, reason: str, author: Author, now: datetime) -> None:
    """The AI version ships later: the step's wait and the item move together. Raises BadDeadline, AlreadyDecided, ReviewEnded."""
    if due_at <= max(item.due_at, now):
        raise BadDeadline(NOT_LATER)
    if due_at > item.created_at + LONGEST_WAIT:
        raise BadDeadline("Must be within 720 hours of the review's creation.")
    with transaction.atomic():
        if not postpone_wait(item.step_id, due_at=due_at):
            raise explain(item)
        if not transitions.postpone_item(item.pk, due_at=due_at):  # another manager was first, and gave it more
            raise BadDeadline(NOT_LATER)
        _audit(actor, item, "review.deadline_extended", author, now, {"reason": reason, "before": wire_time(item.due_at), "after": wire_time(due_at)})


def ship_now(*, actor: Actor, item: ReviewItem, reason: str, author: Author, now: datetime) -> None:
    """The AI version goes on without a review. Raises AlreadyDecided, ReviewEnded."""
    detail = dump({"reason": "shipped", "shippedBy": actor.label, "shippedBecause": reason})
    with transaction.atomic():
        if not end_waits([WaitEnd(item.step_id, WorkStatus.SKIPPED, detail=detail)], now=now):
            raise explain(item)
        transitions.end_items({item.step_id}, state=ReviewItem.State.SHIPPED, now=now)
        _audit(actor, item, "review.shipped", author, now, {"reason": reason})


def _closed_or(item: ReviewItem, refused: NotClaimed) -> Exception:
    """An item that ended in the meantime says so, rather than that nobody holds it."""
    why = explain(item)
    return refused if isinstance(why, StaleClaim) else why


def _audit(actor: Actor, item: ReviewItem, action: str, author: Author, now: datetime, detail: dict[str, object]) -> None:
    record(organization=actor.organization, author=author, action=action, target_type="review", target_id=item.pk, now=now, detail=detail)
