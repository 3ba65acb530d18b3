"""One person holds an item at a time, for a while: claiming, keeping, giving back, taking over."""

from datetime import timedelta
from typing import Any

import pytest

from localization.models import JobGroup
from localization.transitions import cancel_group
from organizations.access import Actor
from organizations.models import Organization
from reviews.deciding import approve_review
from reviews.errors import AlreadyDecided, ReviewEnded, StaleClaim, Taken, TooManyClaims
from reviews.models import ReviewItem
from reviews.services import claim_next, claim_review, release_claim, renew_claim
from reviews.timeouts import end_due, return_expired
from reviews.transitions import CLAIMS_EACH, LEASE, LONGEST_HOLD, Held, claim_item
from tests.factories import NOW, make_engine
from tests.reviews.meddling import moving_before
from tests.reviews.work import (
    HOUR,
    MINUTE,
    WAIT,
    claimed,
    claims_of,
    fresh,
    make_review,
    make_reviews,
    reviewer_of,
    state_of_item,
)

pytestmark = pytest.mark.django_db


def held_by(actor: Actor, *, fence: int = 1, since: Any = NOW, until: Any = NOW + LEASE) -> dict[str, Any]:
    return {
        "state": "claimed",
        "holder_id": actor.user.pk,
        "fence": fence,
        "claimed_at": since,
        "lease_until": until,
        "due_at": NOW + WAIT,
        "ended_at": None,
    }


def free(*, fence: int) -> dict[str, Any]:
    return {"state": "available", "holder_id": None, "fence": fence, "claimed_at": None, "lease_until": None, "due_at": NOW + WAIT, "ended_at": None}


def test_claim_gives_the_item_for_thirty_minutes(item: ReviewItem, rita: Actor) -> None:
    held = claim_review(actor=rita, item=item, now=NOW)

    assert held == Held(item.pk, 1, NOW, NOW + timedelta(minutes=30))
    assert state_of_item(item) == held_by(rita)
    assert claims_of(item) == [(rita.user.pk, 1, "", None)]


def test_second_reviewer_cannot_claim_a_claimed_review(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)

    with pytest.raises(Taken):
        claim_review(actor=rolf, item=item, now=NOW + LEASE - MINUTE)

    assert state_of_item(item) == held_by(rita)


def test_claiming_again_gives_the_same_claim_renewed(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    held = claim_review(actor=rita, item=item, now=NOW + 5 * MINUTE)

    assert held == Held(item.pk, 1, NOW, NOW + 35 * MINUTE)
    assert state_of_item(item) == held_by(rita, until=NOW + 35 * MINUTE)
    assert len(claims_of(item)) == 1


@pytest.mark.parametrize("is_swept", [True, False])
def test_claim_takes_over_an_item_whose_lease_ran_out(item: ReviewItem, rita: Actor, rolf: Actor, is_swept: bool) -> None:
    claimed(rita, item)
    later = NOW + LEASE
    if is_swept:
        assert return_expired(now=later) == 1

    held = claim_review(actor=rolf, item=item, now=later)

    assert held.fence == 2
    assert state_of_item(item) == held_by(rolf, fence=2, since=later, until=later + LEASE)
    assert claims_of(item) == [(rita.user.pk, 1, "expired", later), (rolf.user.pk, 2, "", None)]


def test_holder_whose_lease_ran_out_claims_anew(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    held = claimed(rita, item, now=NOW + LEASE)

    assert held == Held(item.pk, 2, NOW + LEASE, NOW + 2 * LEASE)
    assert [claim[2] for claim in claims_of(item)] == ["expired", ""]


def test_heartbeat_renews_up_to_eight_hours(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    moment = NOW
    while moment < NOW + LONGEST_HOLD - LEASE:
        moment += LEASE - MINUTE
        held = renew_claim(actor=rita, item=item, fence=1, now=moment)

    assert held.lease_until == NOW + LONGEST_HOLD
    with pytest.raises(StaleClaim):
        renew_claim(actor=rita, item=item, fence=1, now=NOW + LONGEST_HOLD)


@pytest.mark.parametrize("fence", [0, 2])
def test_heartbeat_under_another_fence_is_refused(item: ReviewItem, rita: Actor, fence: int) -> None:
    claimed(rita, item)

    with pytest.raises(StaleClaim):
        renew_claim(actor=rita, item=item, fence=fence, now=NOW)


def test_heartbeat_of_somebody_else_is_refused(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)

    with pytest.raises(StaleClaim):
        renew_claim(actor=rolf, item=item, fence=1, now=NOW)
    with pytest.raises(StaleClaim):
        release_claim(actor=rolf, item=item, fence=1, now=NOW)

    assert state_of_item(item) == held_by(rita)


def test_heartbeat_after_the_lease_is_refused_though_nobody_took_the_item(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    with pytest.raises(StaleClaim):
        renew_claim(actor=rita, item=item, fence=1, now=NOW + LEASE)


def test_release_puts_the_item_back_and_ends_the_fence(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    release_claim(actor=rita, item=item, fence=1, now=NOW + MINUTE)

    assert state_of_item(item) == free(fence=2)
    assert claims_of(item) == [(rita.user.pk, 1, "released", NOW + MINUTE)]
    with pytest.raises(StaleClaim):
        release_claim(actor=rita, item=item, fence=1, now=NOW + MINUTE)


def test_sweep_returns_what_expired_and_nothing_else(organization: Organization, rita: Actor) -> None:
    first, second = make_reviews(organization, "de", "fr")
    claimed(rita, first)
    claimed(rita, second, now=NOW + MINUTE)

    assert return_expired(now=NOW + LEASE - MINUTE) == 0
    assert return_expired(now=NOW + LEASE) == 1

    assert state_of_item(first) == free(fence=1)
    assert claims_of(first) == [(rita.user.pk, 1, "expired", NOW + LEASE)]
    assert fresh(second).state == "claimed"


def test_a_person_holds_three_at_most(organization: Organization, rita: Actor) -> None:
    items = make_reviews(organization, "de", "fr", "it", "es")
    for item in items[:CLAIMS_EACH]:
        claimed(rita, item)

    with pytest.raises(TooManyClaims):
        claim_review(actor=rita, item=items[3], now=NOW)

    assert fresh(items[3]).state == "available"
    assert claimed(rita, items[0]).fence == 1  # what one holds is no fourth
    release_claim(actor=rita, item=items[1], fence=1, now=NOW)
    assert claimed(rita, items[3]).fence == 1


def test_claims_whose_lease_ran_out_do_not_count(organization: Organization, rita: Actor) -> None:
    items = make_reviews(organization, "de", "fr", "it", "es")
    for item in items[:CLAIMS_EACH]:
        claimed(rita, item)

    held = claim_review(actor=rita, item=items[3], now=NOW + LEASE)

    assert held.fence == 1
    assert [fresh(item).state for item in items] == ["available"] * 3 + ["claimed"]


def test_claim_is_refused_when_the_time_is_over_though_the_sweep_is_late(item: ReviewItem, rita: Actor) -> None:
    with pytest.raises(ReviewEnded) as caught:
        claim_review(actor=rita, item=item, now=NOW + WAIT)

    assert caught.value.state == "timed_out"


def test_claim_is_refused_after_the_timeout(item: ReviewItem, rita: Actor) -> None:
    end_due(now=NOW + WAIT)

    with pytest.raises(ReviewEnded):
        claim_review(actor=rita, item=item, now=NOW)


def test_claim_is_refused_when_the_group_was_cancelled_though_the_item_is_open(item: ReviewItem, rita: Actor) -> None:
    cancel_group(JobGroup.objects.get(pk=item.group_id), now=NOW)
    assert fresh(item).state == "available"

    with pytest.raises(ReviewEnded) as caught:
        claim_review(actor=rita, item=item, now=NOW)

    assert caught.value.state == "cancelled"


def test_claim_of_a_decided_review_names_the_decision(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    fence = claimed(rita, item).fence
    approve_review(actor=rita, item=fresh(item), fence=fence, now=NOW + MINUTE)

    with pytest.raises(AlreadyDecided) as caught:
        claim_review(actor=rolf, item=item, now=NOW + HOUR)

    assert (caught.value.kind, caught.value.reviewer, caught.value.decided_at) == ("approve", "Rita Reviewer", NOW + MINUTE)


# ---- the next one


def test_next_is_what_ships_first(organization: Organization, rita: Actor) -> None:
    late = make_review(organization, wait=WAIT)
    early = make_review(organization, wait=HOUR)

    assert [held.item_id for _ in range(2) if (held := claim_next(actor=rita, now=NOW))] == [early.pk, late.pk]
    assert claim_next(actor=rita, now=NOW) is None


def test_next_is_in_the_locales_asked_for(organization: Organization, rita: Actor) -> None:
    german, french = make_reviews(organization, "de", "fr")

    held = claim_next(actor=rita, locales=["fr", "it"], now=NOW)

    assert held is not None
    assert held.item_id == french.pk
    assert claim_next(actor=rita, locales=["fr", "it"], now=NOW) is None
    assert fresh(german).state == "available"


def test_next_passes_over_what_others_hold_and_what_is_not_for_the_actor(organization: Organization, rita: Actor, rolf: Actor) -> None:
    first, second = make_reviews(organization, "de", "fr")
    other = reviewer_of(organization, make_engine(organization, name="Another"))
    claimed(rolf, first)

    held = claim_next(actor=rita, now=NOW)

    assert held is not None
    assert held.item_id == second.pk
    assert claim_next(actor=other, now=NOW + LEASE) is None


def test_next_comes_back_to_what_one_gave_back_last_of_all(organization: Organization, rita: Actor) -> None:
    first, second = make_reviews(organization, "de", "fr")
    claimed(rita, first)
    release_claim(actor=rita, item=first, fence=1, now=NOW)

    assert [held.item_id for _ in range(2) if (held := claim_next(actor=rita, now=NOW))] == [second.pk, first.pk]


def test_next_skips_what_a_rival_takes_in_that_moment(organization: Organization, rita: Actor, rolf: Actor) -> None:
    first, second = make_reviews(organization, "de", "fr")

    with moving_before("UPDATE reviews_reviewitem", lambda: claim_item(first.pk, holder=rolf.user, now=NOW)):
        held = claim_next(actor=rita, now=NOW)

    assert held is not None
    assert held.item_id == second.pk
    assert fresh(first).holder_id == rolf.user.pk


def test_claim_loses_against_a_rival_in_that_moment(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    with moving_before("UPDATE reviews_reviewitem", lambda: claim_item(item.pk, holder=rolf.user, now=NOW)):
        held = claim_item(item.pk, holder=rita.user, now=NOW)

    assert held is None
    assert state_of_item(item) == held_by(rolf)
    assert [claim[0] for claim in claims_of(item)] == [rolf.user.pk]


def test_claim_loses_against_the_timeout_in_that_moment(item: ReviewItem, rita: Actor) -> None:
    with moving_before("UPDATE reviews_reviewitem", lambda: end_due(now=NOW + WAIT)):
        held = claim_item(item.pk, holder=rita.user, now=NOW)

    assert held is None
    assert fresh(item).state == "timed_out"
    assert claims_of(item) == []
