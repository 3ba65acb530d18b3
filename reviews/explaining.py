"""Why an act on a review was refused: what its row says now, in the order in which it matters to whoever acted."""

from foundation.lease import WorkStatus
from organizations.models import User
from reviews.errors import AlreadyDecided, ReviewEnded, StaleClaim, TransitionRefused
from reviews.models import Claim, Decision, ReviewItem


def find_claim(item: ReviewItem, holder: User, fence: int) -> Claim:
    """The claim that the fence names, over or not. Raises as `explain` where it was never the holder's."""
    claim = Claim.objects.filter(item=item, holder=holder, fence=fence).first()
    if claim is None:
        raise explain(item)
    return claim


def explain(item: ReviewItem) -> TransitionRefused:
    """AlreadyDecided or ReviewEnded where nothing can be done any more, StaleClaim where the claim alone is over."""
    fresh = ReviewItem.objects.select_related("step").only("state", "ended_at", "step__status").get(pk=item.pk)
    if fresh.state == ReviewItem.State.SUBMITTED:
        decision = Decision.objects.get(item=item)
        return AlreadyDecided(item.pk, kind=decision.kind, reviewer=decision.reviewer_label, decided_at=decision.decided_at)
    if fresh.ended_at is not None:
        return ReviewEnded(item.pk, state=fresh.state)
    if fresh.step.status != WorkStatus.WAITING:  # its group was cancelled; the sweep closes the item next
        return ReviewEnded(item.pk, state=ReviewItem.State.CANCELLED)
    return StaleClaim(item.pk)
