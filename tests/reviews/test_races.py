"""Many hands at one review, each on a connection of its own: one winner, one decision, one resume."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from engines.pipeline_config import StageId
from localization.models import Event, Step
from organizations.access import Actor
from organizations.models import Organization, User
from reviews.deciding import approve_review, edit_review
from reviews.errors import ReviewsError, TooManyClaims
from reviews.managing import extend_deadline, ship_now
from reviews.models import Claim, Decision, ReviewItem
from reviews.services import claim_next, claim_review, release_claim, save_drafts
from reviews.timeouts import end_due, return_expired
from reviews.transitions import CLAIMS_EACH, LEASE, Held
from tests.factories import AUTHOR, NOW
from tests.localization.consistency import assert_consistent
from tests.reviews.consistency import assert_sound
from tests.reviews.work import MINUTE, WAIT, acting, claimed, drafts_of, edited, fresh, make_review, make_reviews, step_of
from tests.rivals import together

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 25 if connection.vendor == "postgresql" else 4  # SQLite has one writer: there is little to race
TITLE = "{name} speichern"


def attempt(act: Callable[[], object]) -> Callable[[], object]:
    """What it returns, or the refusal."""

    def run() -> object:
        try:
            return act()
        except ReviewsError as exc:
            return exc

    return run


def succeeded(outcomes: list[object]) -> list[object]:
    return [outcome for outcome in outcomes if not isinstance(outcome, ReviewsError)]


def check(item: ReviewItem) -> None:
    assert_sound(item)
    assert_consistent(item.group_id)


def test_one_of_two_reviewers_gets_an_item(organization: Organization, rita: Actor, rolf: Actor) -> None:
    for _ in range(ROUNDS):
        item = make_review(organization)
        claims = [attempt(partial(claim_review, actor=actor, item=fresh(item), now=NOW)) for actor in (rita, rolf)]

        [held] = succeeded(together(*claims))

        assert isinstance(held, Held)
        assert (held.fence, Claim.objects.filter(item=item).count()) == (1, 1)
        check(item)
        release_claim(actor=rita if fresh(item).holder_id == rita.user.pk else rolf, item=item, fence=1, now=NOW)


def test_one_of_two_reviewers_takes_over_what_expired(organization: Organization, rita: Actor, rolf: Actor, owner: User) -> None:
    third = acting(owner, organization)
    for _ in range(ROUNDS):
        item = make_review(organization)
        claimed(third, item)
        claims = [attempt(partial(claim_review, actor=actor, item=fresh(item), now=NOW + LEASE)) for actor in (rita, rolf)]

        results = together(*claims, lambda: return_expired(now=NOW + LEASE))

        assert len(succeeded(results[:2])) == 1
        assert list(Claim.objects.filter(item=item).order_by("fence").values_list("end", flat=True)) == ["expired", ""]
        check(item)
        release_claim(actor=rita if fresh(item).holder_id == rita.user.pk else rolf, item=item, fence=2, now=NOW)


def test_a_person_gets_three_of_five_claimed_at_once(organization: Organization, rita: Actor) -> None:
    for _ in range(max(2, ROUNDS // 5)):
        items = make_reviews(organization, "de", "fr", "it", "es", "pt")

        results = together(*(attempt(partial(claim_review, actor=rita, item=item, now=NOW)) for item in items))

        assert len(succeeded(results)) == CLAIMS_EACH
        assert {type(result) for result in results if isinstance(result, ReviewsError)} == {TooManyClaims}
        assert ReviewItem.objects.filter(holder=rita.user, state="claimed").count() == CLAIMS_EACH
        for held in succeeded(results):
            assert isinstance(held, Held)
            release_claim(actor=rita, item=ReviewItem.objects.get(pk=held.item_id), fence=held.fence, now=NOW)


def test_everybody_who_asks_for_the_next_one_gets_another(organization: Organization, rita: Actor, rolf: Actor, owner: User) -> None:
    actors = [rita, rolf, acting(owner, organization)]
    make_reviews(organization, "de", "fr", "it", "es", "pt", "nl", "sv", "da", "pl")

    results = [held for _ in range(3) for held in together(*(partial(claim_next, actor=actor, now=NOW) for actor in actors))]

    assert len({held.item_id for held in results if held}) == 9


def test_double_click_on_submit_decides_once(organization: Organization, rita: Actor) -> None:
    for _ in range(ROUNDS):
        item = make_review(organization, stages=[StageId.POST_EDIT])
        claimed(rita, item)
        decide = attempt(partial(edit_review, actor=rita, item=fresh(item), fence=1, data=edited(title=TITLE), now=NOW))

        assert len(succeeded(together(decide, decide))) == 1

        check(item)
        assert Step.objects.filter(job_id=step_of(item).job_id, stage="postEdit").count() == 1


def test_submit_against_the_timeout_has_one_outcome_and_one_resume(organization: Organization, rita: Actor) -> None:
    outcomes = set()
    for _ in range(ROUNDS):
        item = make_review(organization, stages=[StageId.POST_EDIT])
        claimed(rita, item, now=NOW + WAIT - MINUTE)
        decide = attempt(partial(edit_review, actor=rita, item=fresh(item), fence=1, data=edited(title=TITLE), now=NOW + WAIT))

        decision, timed_out = together(decide, lambda: end_due(now=NOW + WAIT))

        assert isinstance(decision, Decision) != bool(timed_out)
        check(item)
        job_id = step_of(item).job_id
        assert Step.objects.filter(job_id=job_id, stage="postEdit").count() == 1
        assert Event.objects.filter(job_id=job_id, stage="humanEdit", type__in=["step.completed", "step.skipped"]).count() == 1
        assert drafts_of(item) == ({} if isinstance(decision, Decision) else {1: (TITLE, rita.user.pk)})
        outcomes.add(fresh(item).state)
        end_due(now=NOW + WAIT)
    assert outcomes <= {"submitted", "timed_out"}


def test_submit_against_a_takeover_has_one_winner(organization: Organization, rita: Actor, rolf: Actor) -> None:
    for _ in range(ROUNDS):
        item = make_review(organization)
        claimed(rita, item)
        late = NOW + LEASE
        decide = attempt(partial(approve_review, actor=rita, item=fresh(item), fence=1, now=late))
        take = attempt(partial(claim_review, actor=rolf, item=fresh(item), now=late))

        assert len(succeeded(together(decide, take))) == 1

        check(item)
        if fresh(item).state == "claimed":
            release_claim(actor=rolf, item=item, fence=2, now=late)


def test_sweeps_of_two_hosts_managers_and_reviewers_never_lock_each_other_out(
    organization: Organization, rita: Actor, rolf: Actor, owner: User
) -> None:
    manager = acting(owner, organization)
    for _ in range(max(2, ROUNDS // 3)):
        items = make_reviews(organization, "de", "fr", "it", "es", "pt", "nl")
        claimed(rita, items[0], now=NOW + WAIT - MINUTE)
        claimed(rita, items[1], now=NOW + WAIT - MINUTE)
        now = NOW + WAIT
        common = {"reason": "x", "author": AUTHOR, "now": now}

        together(
            partial(end_due, now=now, limit=4),
            partial(end_due, now=now, limit=4),
            attempt(partial(approve_review, actor=rita, item=fresh(items[0]), fence=1, now=now)),
            attempt(partial(save_drafts, actor=rita, item=fresh(items[1]), fence=1, texts={1: "A"}, now=now)),
            attempt(partial(claim_review, actor=rolf, item=fresh(items[2]), now=now - MINUTE)),
            attempt(partial(ship_now, actor=manager, item=fresh(items[3]), **common)),
            attempt(partial(extend_deadline, actor=manager, item=fresh(items[4]), due_at=now + WAIT, **common)),
        )

        end_due(now=now)
        for item in items:
            check(item)
        end_due(now=now + WAIT)
