"""What review managers do, each with a reason in the audit log: withdraw a claim, give more time, ship the AI version."""

import json
from datetime import datetime

import pytest

from engines.pipeline_config import StageId
from organizations.access import Actor
from organizations.models import AuditEvent, Organization, User
from reviews.deciding import approve_review
from reviews.errors import AlreadyDecided, BadDeadline, NotClaimed, ReviewEnded, StaleClaim
from reviews.managing import extend_deadline, ship_now, withdraw_claim
from reviews.models import ReviewItem
from reviews.services import save_drafts
from reviews.timeouts import end_due
from reviews.transitions import LEASE
from tests.factories import AUTHOR, NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import stages_of
from tests.reviews.work import HOUR, MINUTE, WAIT, acting, claimed, claims_of, drafts_of, fresh, make_review, state_of_item, step_of

pytestmark = pytest.mark.django_db

SOON = NOW + MINUTE
WHY = "Rita is on leave."


@pytest.fixture
def manager(organization: Organization, owner: User) -> Actor:
    return acting(owner, organization)


def withdraw(manager: Actor, item: ReviewItem, fence: int | None = None) -> None:
    withdraw_claim(actor=manager, item=fresh(item), reason=WHY, author=AUTHOR, now=SOON, fence=fence)


def extend(manager: Actor, item: ReviewItem, due_at: datetime, *, now: datetime = SOON) -> None:
    extend_deadline(actor=manager, item=fresh(item), due_at=due_at, reason=WHY, author=AUTHOR, now=now)


def ship(manager: Actor, item: ReviewItem, *, now: datetime = SOON) -> None:
    ship_now(actor=manager, item=fresh(item), reason=WHY, author=AUTHOR, now=now)


def audited() -> list[tuple[str, str, str, object]]:
    rows = AuditEvent.objects.filter(action__startswith="review.").order_by("sequence")
    return [(row.action, row.target_type, row.target_id, json.loads(row.detail)) for row in rows]


def test_withdrawn_claim_frees_the_item_and_keeps_what_was_typed(item: ReviewItem, rita: Actor, manager: Actor) -> None:
    claimed(rita, item)
    save_drafts(actor=rita, item=item, fence=1, texts={1: "A"}, now=NOW)

    withdraw(manager, item)

    assert (fresh(item).state, fresh(item).holder_id, fresh(item).fence) == ("available", None, 2)
    assert claims_of(item) == [(rita.user.pk, 1, "withdrawn", SOON)]
    assert drafts_of(item) == {1: ("A", rita.user.pk)}
    assert audited() == [("review.claim_withdrawn", "review", item.pk, {"reason": WHY, "holder": "Rita Reviewer"})]
    with pytest.raises(StaleClaim):
        approve_review(actor=rita, item=fresh(item), fence=1, now=SOON)


def test_claim_that_nobody_holds_cannot_be_withdrawn(item: ReviewItem, manager: Actor) -> None:
    with pytest.raises(NotClaimed):
        withdraw(manager, item)

    assert audited() == []


def test_withdrawal_meant_for_one_claim_leaves_the_next_alone(item: ReviewItem, rita: Actor, rolf: Actor, manager: Actor) -> None:
    claimed(rita, item)
    claimed(rolf, item, now=NOW + LEASE)

    with pytest.raises(NotClaimed):
        withdraw(manager, item, fence=1)

    assert fresh(item).holder_id == rolf.user.pk


def test_deadline_moves_with_the_steps_wait(item: ReviewItem, manager: Actor) -> None:
    extend(manager, item, NOW + 3 * WAIT)

    assert (fresh(item).due_at, step_of(item).due_at) == (NOW + 3 * WAIT, NOW + 3 * WAIT)
    assert end_due(now=NOW + WAIT) == 0
    detail = {"reason": WHY, "before": "2026-03-03T12:00:00.000Z", "after": "2026-03-07T12:00:00.000Z"}
    assert audited() == [("review.deadline_extended", "review", item.pk, detail)]


def test_deadline_that_has_passed_may_move_while_the_step_waits(item: ReviewItem, manager: Actor) -> None:
    extend(manager, item, NOW + 2 * WAIT, now=NOW + WAIT + MINUTE)

    assert end_due(now=NOW + WAIT + MINUTE) == 0


@pytest.mark.parametrize("due_at", [NOW, NOW + WAIT, NOW + WAIT - MINUTE, NOW + 720 * HOUR + MINUTE])
def test_deadline_moves_to_a_later_time_only_and_not_beyond_thirty_days(item: ReviewItem, manager: Actor, due_at: datetime) -> None:
    with pytest.raises(BadDeadline):
        extend(manager, item, due_at)

    assert (fresh(item).due_at, audited()) == (NOW + WAIT, [])


def test_deadline_does_not_move_back_where_another_manager_gave_more(item: ReviewItem, manager: Actor) -> None:
    seen = fresh(item)
    extend(manager, item, NOW + 3 * WAIT)

    with pytest.raises(BadDeadline):
        extend_deadline(actor=manager, item=seen, due_at=NOW + 2 * WAIT, reason=WHY, author=AUTHOR, now=SOON)

    assert (fresh(item).due_at, step_of(item).due_at) == (NOW + 3 * WAIT, NOW + 3 * WAIT)


def test_shipping_lets_the_ai_version_go_on(organization: Organization, rita: Actor, manager: Actor) -> None:
    item = make_review(organization, stages=[StageId.POST_EDIT])
    claimed(rita, item)

    ship(manager, item)

    step = step_of(item)
    assert (step.status, step.output) == ("skipped", None)
    assert json.loads(step.detail) == {"reason": "shipped", "shippedBy": "Olive Owner", "shippedBecause": WHY}
    assert stages_of(step.job_id)[-1] == ("postEdit", "ready")
    assert (state_of_item(item)["state"], state_of_item(item)["ended_at"]) == ("shipped", SOON)
    assert claims_of(item) == [(rita.user.pk, 1, "overtaken", SOON)]
    assert audited() == [("review.shipped", "review", item.pk, {"reason": WHY})]
    assert_consistent(item.group_id)


@pytest.mark.parametrize("act", [withdraw, ship, lambda manager, item: extend(manager, item, NOW + 2 * WAIT)])
def test_nothing_is_managed_any_more_after_a_decision_or_the_timeout(organization: Organization, rita: Actor, manager: Actor, act: object) -> None:
    decided, over = make_review(organization), make_review(organization, wait=MINUTE / 2)
    claimed(rita, decided)
    approve_review(actor=rita, item=fresh(decided), fence=1, now=NOW)
    end_due(now=SOON)

    with pytest.raises(AlreadyDecided):
        act(manager, decided)  # type: ignore[operator]
    with pytest.raises(ReviewEnded):
        act(manager, over)  # type: ignore[operator]

    assert audited() == []
