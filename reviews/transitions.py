"""The only writer of an item's state, holder, lease and fence, and of claims.

    item    available ──claim──► claimed(holder, lease_until, fence) ──submit──► submitted
                ▲                   │
                ├──── release ──────┤   by the holder                             any open item:
                ├──── withdraw ─────┤   by a review manager                       ──end──► timed_out | shipped | cancelled
                └──── expire ───────┘   its lease ran out
    claim   open ─► submitted | released | withdrawn | expired | overtaken (the item ended without it)

Each arrow is one conditional UPDATE of the item, whose count is the answer; the rows of claims follow in its transaction. Every claim raises the
fence, and so do release and withdrawal: who still writes under the old one is refused. Expiry does not: as long as nobody else took the item, who
held it may still submit.

Whether a review is wanted is said by its step. Locks: step, group, then items in id order; a person's row before the item that they claim.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from foundation.lease import WorkStatus
from localization.models import Step
from organizations.models import User
from reviews.errors import NotClaimed, StaleClaim, TooManyClaims
from reviews.models import Claim, ReviewItem

LEASE = timedelta(minutes=30)
LONGEST_HOLD = timedelta(hours=8)
CLAIMS_EACH = 3
EXPIRED_AT_ONCE = 500

State = ReviewItem.State
FREED = {"state": State.AVAILABLE, "holder": None, "claimed_at": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Held:
    """A claim as its holder gets it."""

    item_id: str
    fence: int
    claimed_at: datetime
    lease_until: datetime


def free(now: datetime) -> Q:
    """A condition on items: nobody holds them, or by a lease that ran out only, and their time is not over."""
    return Q(ended_at=None, due_at__gt=now) & (Q(state=State.AVAILABLE) | Q(state=State.CLAIMED, lease_until__lte=now))


def claim_item(item_id: str, *, holder: User, now: datetime) -> Held | None:
    """Available, or claimed with a dead lease → claimed. None where somebody else was first or the wait is over.

    The holder of a live claim gets the same one, renewed. Raises TooManyClaims. A person's claims are counted under a lock on the person, with no
    regard to leases: those of theirs that ran out are given back before.
    """
    return_leases(holder=holder, now=now)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=holder.pk)
        own = Claim.objects.filter(item_id=item_id, holder=holder, item__fence=F("fence"), item__holder=holder).first()
        if own and (lease_until := _renew(own, now)):
            return Held(item_id, own.fence, own.claimed_at, lease_until)
        if ReviewItem.objects.filter(holder=holder, state=State.CLAIMED).count() >= CLAIMS_EACH:
            raise TooManyClaims(CLAIMS_EACH)
        lease_until = now + LEASE
        # Not a join: Django would move the conditions into a subquery, which PostgreSQL does not ask again after it waited for a rival.
        waits = Exists(Step.objects.filter(pk=OuterRef("step_id"), status=WorkStatus.WAITING))
        moved = ReviewItem.objects.filter(free(now), waits, pk=item_id).update(
            state=State.CLAIMED, holder=holder, fence=F("fence") + 1, claimed_at=now, lease_until=lease_until
        )
        if not moved:
            return None
        fence = ReviewItem.objects.values_list("fence", flat=True).get(pk=item_id)
        _end_claims({item_id}, Claim.End.EXPIRED, now)
        Claim.objects.create(item_id=item_id, holder=holder, fence=fence, claimed_at=now)
    return Held(item_id, fence, now, lease_until)


def renew_lease(item_id: str, *, holder: User, fence: int, now: datetime) -> datetime:
    """Claimed → claimed for another 30 minutes, at most 8 hours in all; returns until when. Raises StaleClaim where claim or lease is over."""
    claim = Claim.objects.filter(item_id=item_id, holder=holder, fence=fence).first()
    lease_until = _renew(claim, now) if claim else None
    if lease_until is None:
        raise StaleClaim(item_id)
    return lease_until


def _renew(claim: Claim, now: datetime) -> datetime | None:
    lease_until = min(now + LEASE, claim.claimed_at + LONGEST_HOLD)
    held = ReviewItem.objects.filter(pk=claim.item_id, holder=claim.holder_id, fence=claim.fence, state=State.CLAIMED, lease_until__gt=now)
    return lease_until if held.update(lease_until=lease_until) else None


def release_item(item_id: str, *, holder: User, fence: int, now: datetime) -> None:
    """Claimed → available, by the holder. Raises StaleClaim."""
    with transaction.atomic():
        held = ReviewItem.objects.filter(pk=item_id, holder=holder, fence=fence, state=State.CLAIMED)
        if not held.update(**FREED, fence=F("fence") + 1):
            raise StaleClaim(item_id)
        _end_claims({item_id}, Claim.End.RELEASED, now)


def withdraw_item(item_id: str, *, fence: int, now: datetime) -> None:
    """Claimed → available, by a review manager who saw the claim with this fence. Raises NotClaimed."""
    with transaction.atomic():
        if not ReviewItem.objects.filter(pk=item_id, fence=fence, state=State.CLAIMED).update(**FREED, fence=F("fence") + 1):
            raise NotClaimed(item_id)
        _end_claims({item_id}, Claim.End.WITHDRAWN, now)


def submit_item(item_id: str, *, fence: int, now: datetime) -> None:
    """Claimed, or given back by a dead lease and not taken since → submitted. Call it where the step's wait has just ended, and after making sure
    that the fence is the caller's. Raises StaleClaim."""
    with transaction.atomic():
        held = ReviewItem.objects.filter(pk=item_id, fence=fence, state__in=ReviewItem.OPEN)
        if not held.update(**FREED | {"state": State.SUBMITTED}, ended_at=now):
            raise StaleClaim(item_id)
        Claim.objects.filter(item_id=item_id, fence=fence).update(end=Claim.End.SUBMITTED, ended_at=now)


def end_items(step_ids: Collection[int], *, state: ReviewItem.State, now: datetime) -> int:
    """Available, claimed → timed out, shipped or cancelled, for the items of steps whose wait is over; returns how many."""
    with transaction.atomic():
        items = ReviewItem.objects.filter(step_id__in=step_ids, ended_at=None)
        ids = list(items.select_for_update(of=("self",), no_key=True).order_by("id").values_list("id", flat=True))
        ended = ReviewItem.objects.filter(id__in=ids, ended_at=None).update(**FREED | {"state": state}, ended_at=now)
        _end_claims(ids, Claim.End.OVERTAKEN, now)
    return ended


def return_leases(*, now: datetime, holder: User | None = None) -> int:
    """Claimed with a dead lease → available, under the same fence, for all or for one holder; returns how many."""
    dead = ReviewItem.objects.filter(state=State.CLAIMED, lease_until__lte=now)
    if holder is not None:
        dead = dead.filter(holder=holder)
    if not dead.exists():  # looking for nothing must not take SQLite's write lock
        return 0
    with transaction.atomic():
        locked = dead.select_for_update(of=("self",), no_key=True, skip_locked=True)
        ids = list(locked.order_by("id").values_list("id", flat=True)[:EXPIRED_AT_ONCE])
        dead.filter(id__in=ids).update(**FREED)
        _end_claims(ids, Claim.End.EXPIRED, now)
    return len(ids)


def postpone_item(item_id: str, *, due_at: datetime) -> bool:
    """Moves the deadline of an open item, to a later one only; False where it did not. Call it where the step's was just moved."""
    return bool(ReviewItem.objects.filter(pk=item_id, ended_at=None, due_at__lt=due_at).update(due_at=due_at))


def _end_claims(item_ids: Collection[str], end: Claim.End, now: datetime) -> None:
    Claim.objects.filter(item_id__in=item_ids, ended_at=None).update(end=end, ended_at=now)
