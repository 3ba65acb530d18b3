"""A process killed after any of its writes leaves a review whole: nothing is half decided, nobody holds what they do not, and a repeat gets there."""

import pytest

from engines.pipeline_config import StageId
from localization.models import JobGroup, Step
from localization.outcomes import ClaimedStep
from localization.transitions import cancel_group
from organizations.access import Actor
from organizations.models import AuditEvent, Organization, User
from reviews.deciding import edit_review
from reviews.digests import send_due
from reviews.errors import AlreadyDecided, BadDeadline, NotClaimed, ReviewEnded, StaleClaim
from reviews.managing import extend_deadline, ship_now, withdraw_claim
from reviews.models import Claim, Decision, Digest, Notification, ReviewItem
from reviews.services import claim_review, release_claim, save_drafts
from reviews.timeouts import close_orphans, end_due, return_expired
from reviews.transitions import LEASE
from tests.crashes import kill_everywhere
from tests.factories import AUTHOR, NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import settle
from tests.reviews.consistency import assert_sound
from tests.reviews.work import (
    MINUTE,
    TRANSLATED,
    WAIT,
    acting,
    claimed,
    drafts_of,
    edited,
    fresh,
    make_review,
    start_reviews,
    step_of,
    waiting_for_review,
)

pytestmark = pytest.mark.django_db(transaction=True)

TITLE = "{name} speichern"


@pytest.fixture
def manager(organization: Organization, owner: User) -> Actor:
    return acting(owner, organization)


@pytest.fixture(autouse=True)
def known_people(rita: Actor, rolf: Actor) -> None:
    """Made before the first round."""


def new_item(organization: Organization) -> ReviewItem:
    """The only one that waits, so that each round has its own."""
    ReviewItem.objects.all().delete()
    JobGroup.objects.all().delete()
    return make_review(organization, stages=[StageId.POST_EDIT])


def held_item(organization: Organization, actor: Actor) -> ReviewItem:
    item = new_item(organization)
    claimed(actor, item)
    return item


def check(item: ReviewItem) -> None:
    assert_sound(item)
    assert_consistent(item.group_id)


def test_opening(organization: Organization) -> None:
    def make() -> ClaimedStep:
        JobGroup.objects.all().delete()
        return start_reviews(organization)[0]

    def act(step: ClaimedStep) -> None:
        settle(waiting_for_review(step))

    def check_rows(step: ClaimedStep) -> None:
        assert_consistent(step.group.id)
        is_waiting = Step.objects.get(pk=step.id).status == "waiting"
        assert ReviewItem.objects.filter(step_id=step.id).exists() == is_waiting
        assert Digest.objects.filter(group_id=step.group.id).exists() == is_waiting

    # step, item, digest, group, event
    assert kill_everywhere(make=make, act=act, check=check_rows) == 5


def test_claiming_what_another_left(organization: Organization, rita: Actor, rolf: Actor) -> None:
    def act(item: ReviewItem) -> None:
        claim_review(actor=rita, item=fresh(item), now=NOW + LEASE)

    deaths = kill_everywhere(make=lambda: held_item(organization, rolf), act=act, check=check)

    assert deaths == 3  # the item, the claim before, the claim
    assert Claim.objects.filter(ended_at=None).count() == 1


def test_releasing(organization: Organization, rita: Actor) -> None:
    def act(item: ReviewItem) -> None:
        try:
            release_claim(actor=rita, item=fresh(item), fence=1, now=NOW)
        except StaleClaim:
            assert fresh(item).state == "available"

    assert kill_everywhere(make=lambda: held_item(organization, rita), act=act, check=check) == 2


def test_saving(organization: Organization, rita: Actor) -> None:
    def act(item: ReviewItem) -> None:
        save_drafts(actor=rita, item=fresh(item), fence=1, texts={1: "A", 2: "B"}, now=NOW)

    def check_drafts(item: ReviewItem) -> None:
        check(item)
        assert len(drafts_of(item)) in {0, 2}

    assert kill_everywhere(make=lambda: held_item(organization, rita), act=act, check=check_drafts) >= 2


def test_deciding(organization: Organization, rita: Actor) -> None:
    def make() -> ReviewItem:
        item = held_item(organization, rita)
        save_drafts(actor=rita, item=item, fence=1, texts={1: TITLE}, now=NOW)
        return item

    def act(item: ReviewItem) -> None:
        try:
            edit_review(actor=rita, item=fresh(item), fence=1, data=edited(title=TITLE), now=NOW)
        except AlreadyDecided:
            assert Decision.objects.filter(item=item).count() == 1

    def check_decision(item: ReviewItem) -> None:
        check(item)
        is_decided = Decision.objects.filter(item=item).exists()
        assert (step_of(item).status == "completed") == is_decided
        assert drafts_of(item) == ({} if is_decided else {1: (TITLE, rita.user.pk)})

    # step, next step, group, events; item, claim, decision, drafts; after the commit the wake-up and the memory
    assert kill_everywhere(make=make, act=act, check=check_decision) >= 8
    item = ReviewItem.objects.get()
    assert step_of(item).output == TRANSLATED.replace("{name} sichern", TITLE)


def test_timing_out(organization: Organization, rita: Actor) -> None:
    deaths = kill_everywhere(make=lambda: held_item(organization, rita), act=lambda _: end_due(now=NOW + WAIT), check=check)

    assert deaths >= 6
    assert (ReviewItem.objects.get().state, Claim.objects.get().end) == ("timed_out", "overtaken")


def test_expiring(organization: Organization, rita: Actor) -> None:
    deaths = kill_everywhere(make=lambda: held_item(organization, rita), act=lambda _: return_expired(now=NOW + LEASE), check=check)

    assert deaths == 2
    assert (ReviewItem.objects.get().state, Claim.objects.get().end) == ("available", "expired")


def test_cancelling_is_finished_by_the_sweep(organization: Organization, rita: Actor) -> None:
    def make() -> ReviewItem:
        item = held_item(organization, rita)
        cancel_group(JobGroup.objects.get(pk=item.group_id), now=NOW)
        return item

    def check_claims(item: ReviewItem) -> None:
        assert Claim.objects.filter(item=item, ended_at=None).exists() == (fresh(item).ended_at is None)

    assert kill_everywhere(make=make, act=lambda _: close_orphans(now=NOW), check=check_claims) == 2
    assert ReviewItem.objects.get().state == "cancelled"


@pytest.mark.parametrize("name", ["withdraw", "extend", "ship"])
def test_managing(organization: Organization, rita: Actor, manager: Actor, name: str) -> None:
    def act(item: ReviewItem) -> None:
        members = {"actor": manager, "item": fresh(item), "reason": "Because.", "author": AUTHOR, "now": NOW + MINUTE}
        try:
            if name == "withdraw":
                withdraw_claim(**members)  # type: ignore[arg-type]
            elif name == "extend":
                extend_deadline(**members, due_at=NOW + 2 * WAIT)  # type: ignore[arg-type]
            else:
                ship_now(**members)  # type: ignore[arg-type]
        except (NotClaimed, BadDeadline, ReviewEnded):
            assert audited(item) == 1

    def audited(item: ReviewItem) -> int:
        return AuditEvent.objects.filter(target_id=item.pk).count()

    def check_audit(item: ReviewItem) -> None:
        check(item)
        row = fresh(item)
        is_done = {"withdraw": row.fence == 2, "extend": row.due_at == NOW + 2 * WAIT, "ship": row.state == "shipped"}[name]
        assert audited(item) == int(is_done)

    assert kill_everywhere(make=lambda: held_item(organization, rita), act=act, check=check_audit) >= 3


def test_sending_digests(organization: Organization) -> None:
    """Two people's notifications; whoever was mailed and marked before the death is not mailed again."""
    rounds = iter(range(1, 1000))

    def act(_: ReviewItem) -> None:
        send_due(now=NOW + MINUTE + next(rounds) * LEASE)

    def check_rows(item: ReviewItem) -> None:
        people = list(Notification.objects.filter(group_id=item.group_id).values_list("user_id", flat=True))
        assert len(people) == len(set(people))

    def make() -> ReviewItem:
        Digest.objects.all().delete()
        return new_item(organization)

    assert kill_everywhere(make=make, act=act, check=check_rows) >= 5
    item = ReviewItem.objects.get()
    assert set(Digest.objects.values_list("status", flat=True)) == {"completed"}
    assert Notification.objects.filter(group_id=item.group_id, emailed_at=None).count() == 0
