"""What somebody typed is kept, whatever became of their claim."""

import pytest

from organizations.access import Actor
from reviews.deciding import approve_review
from reviews.errors import AlreadyDecided, ReviewEnded, StaleClaim, UnknownText
from reviews.models import ReviewItem
from reviews.services import claim_review, discard_draft, release_claim, save_drafts
from reviews.timeouts import end_due, return_expired
from reviews.transitions import LEASE
from tests.factories import NOW
from tests.reviews.work import MINUTE, WAIT, claimed, drafts_of, fresh, state_of_item

pytestmark = pytest.mark.django_db

LATER = NOW + LEASE


def save(actor: Actor, item: ReviewItem, fence: int, *, now: object = NOW, **texts: str | None) -> None:
    """`t1="…"` is the text number 1."""
    save_drafts(actor=actor, item=item, fence=fence, texts={int(name[1:]): text for name, text in texts.items()}, now=now)  # type: ignore[arg-type]


def test_saving_keeps_the_texts_and_renews_the_lease(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    save(rita, item, 1, now=NOW + MINUTE, t1="Speichern", t2="")

    assert drafts_of(item) == {1: ("Speichern", rita.user.pk), 2: ("", rita.user.pk)}
    assert state_of_item(item)["lease_until"] == NOW + MINUTE + LEASE


def test_saving_again_replaces_and_leaves_the_others(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    save(rita, item, 1, t1="A", t2="B")

    save(rita, item, 1, t1="C")

    assert drafts_of(item) == {1: ("C", rita.user.pk), 2: ("B", rita.user.pk)}


def test_discarding_forgets_one_text(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    save(rita, item, 1, t1="A", t2="B")

    discard_draft(actor=rita, item=item, fence=1, number=1, now=NOW)
    save(rita, item, 1, t2=None)

    assert drafts_of(item) == {}


@pytest.mark.parametrize("number", [0, 3])
def test_text_that_there_is_not_is_refused(item: ReviewItem, rita: Actor, number: int) -> None:
    claimed(rita, item)

    with pytest.raises(UnknownText):
        save_drafts(actor=rita, item=item, fence=1, texts={number: "A"}, now=NOW)


def test_drafts_outlive_release_and_expiry_and_the_next_holder_finds_them(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)
    save(rita, item, 1, t1="A")
    release_claim(actor=rita, item=item, fence=1, now=NOW)
    claimed(rolf, item)
    return_expired(now=LATER)
    claimed(rita, item, now=LATER)

    assert drafts_of(item) == {1: ("A", rita.user.pk)}
    save(rita, item, fresh(item).fence, now=LATER, t1="B")
    assert drafts_of(item) == {1: ("B", rita.user.pk)}


def test_holder_may_replace_what_another_left(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)
    save(rita, item, 1, t1="A")
    claimed(rolf, item, now=LATER)

    save(rolf, item, 2, now=LATER, t1="B")

    assert drafts_of(item) == {1: ("B", rolf.user.pk)}


def test_text_that_comes_after_the_lease_is_kept_and_the_claim_refused(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    with pytest.raises(StaleClaim) as caught:
        save(rita, item, 1, now=LATER, t1="A")

    assert (caught.value.kept, caught.value.newer) == ((1,), ())
    assert drafts_of(item) == {1: ("A", rita.user.pk)}


def test_stale_text_is_kept_where_the_new_holder_typed_nothing(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)
    save(rita, item, 1, t2="old")
    claimed(rolf, item, now=LATER)
    save(rolf, item, 2, now=LATER + MINUTE, t1="Rolf's")

    with pytest.raises(StaleClaim) as caught:
        save(rita, item, 1, now=LATER + 2 * MINUTE, t1="Rita's", t2="new")

    assert caught.value.kept == (2,)
    assert [(draft.number, draft.text, draft.author, draft.updated_at) for draft in caught.value.newer] == [
        (1, "Rolf's", "Rolf Rival", LATER + MINUTE)
    ]
    assert drafts_of(item) == {1: ("Rolf's", rolf.user.pk), 2: ("new", rita.user.pk)}
    assert fresh(item).holder_id == rolf.user.pk


def test_stale_text_that_another_typed_alike_is_no_conflict(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)
    claimed(rolf, item, now=LATER)
    save(rolf, item, 2, now=LATER, t1="same")

    with pytest.raises(StaleClaim) as caught:
        save(rita, item, 1, now=LATER, t1="same")

    assert (caught.value.kept, caught.value.newer) == ((1,), ())
    assert drafts_of(item) == {1: ("same", rolf.user.pk)}


def test_forgotten_tab_does_not_replace_what_its_author_typed_since_in_another(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    claimed(rita, item, now=LATER)
    save(rita, item, 2, now=LATER + MINUTE, t1="new")

    with pytest.raises(StaleClaim) as caught:
        save(rita, item, 1, now=LATER + 2 * MINUTE, t1="old", t2="only here")

    assert [draft.text for draft in caught.value.newer] == ["new"]
    assert drafts_of(item) == {1: ("new", rita.user.pk), 2: ("only here", rita.user.pk)}


def test_late_autosaves_of_one_tab_replace_each_other(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    for text in ("A", "AB", "ABC"):
        with pytest.raises(StaleClaim):
            save(rita, item, 1, now=LATER + MINUTE, t1=text)

    assert drafts_of(item) == {1: ("ABC", rita.user.pk)}


def test_text_of_who_never_held_the_claim_is_not_kept(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)

    with pytest.raises(StaleClaim) as caught:
        save(rolf, item, 1, t1="A")

    assert caught.value.kept == ()
    assert drafts_of(item) == {}


def test_text_that_comes_after_the_timeout_stays_readable(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item, now=NOW + WAIT - MINUTE)
    end_due(now=NOW + WAIT)

    with pytest.raises(ReviewEnded) as caught:
        save(rita, item, 1, now=NOW + WAIT, t1="A")

    assert caught.value.state == "timed_out"
    assert drafts_of(item) == {1: ("A", rita.user.pk)}


def test_autosave_after_ones_own_decision_leaves_nothing_behind(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    save(rita, item, 1, t1="A")
    approve_review(actor=rita, item=fresh(item), fence=1, now=NOW)

    with pytest.raises(AlreadyDecided):
        save(rita, item, 1, t1="A")

    assert drafts_of(item) == {}


def test_text_of_another_after_a_decision_is_kept(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)
    claimed(rolf, item, now=LATER)
    approve_review(actor=rolf, item=fresh(item), fence=2, now=LATER)

    with pytest.raises(AlreadyDecided):
        save(rita, item, 1, now=LATER, t1="A")

    assert drafts_of(item) == {1: ("A", rita.user.pk)}


def test_claim_review_leaves_drafts_alone(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    save(rita, item, 1, t1="A")

    claim_review(actor=rita, item=item, now=NOW)

    assert drafts_of(item) == {1: ("A", rita.user.pk)}
