"""What must be true of a review at every moment between two transactions, whatever happened before."""

from foundation.lease import WorkStatus
from reviews.models import Claim, Decision, ReviewItem
from tests.reviews.work import fresh, step_of


def assert_sound(item: ReviewItem) -> None:
    """Item, claims, decision and step agree."""
    row, step = fresh(item), step_of(item)
    is_open = row.state in ReviewItem.OPEN
    assert is_open == (row.ended_at is None) == (step.status == WorkStatus.WAITING)
    assert not is_open or row.due_at == step.due_at
    is_held = row.state == ReviewItem.State.CLAIMED
    assert [is_held] * 3 == [row.holder_id is not None, row.claimed_at is not None, row.lease_until is not None]
    open_claims = list(Claim.objects.filter(item=item, ended_at=None))
    assert [(claim.holder_id, claim.fence) for claim in open_claims] == ([(row.holder_id, row.fence)] if is_held else [])
    assert Decision.objects.filter(item=item).exists() == (row.state == ReviewItem.State.SUBMITTED)
    submitted = Claim.objects.filter(item=item, end=Claim.End.SUBMITTED).count()
    assert submitted == int(row.state == ReviewItem.State.SUBMITTED)
