"""Use cases of reviewers: claim, keep, give back, draft, flag. Deciding has a module of its own, and so has what review managers do.

Callers have found the item among those that the actor may review (`ReviewItem.objects.visible_to`). Each opens its own transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from organizations.access import Actor
from reviews import drafts, transitions
from reviews.answers import Answer
from reviews.content import load_content
from reviews.errors import ReviewEnded, StaleClaim, Taken, TransitionRefused, UnknownText
from reviews.explaining import explain, find_claim
from reviews.managers import ReviewItemQuerySet
from reviews.models import Claim, Flag, ReviewItem
from reviews.progress import stand_all
from reviews.reading import read_drafts, read_flags
from reviews.transitions import Held, free

CANDIDATES = 20  # of one look for the next item; each rival takes one of them at most
LOOKS = 5


def claim_review(*, actor: Actor, item: ReviewItem, now: datetime) -> Held:
    """The item for the actor, for 30 minutes. Who holds it already gets the same claim, renewed.

    Raises Taken, TooManyClaims, and AlreadyDecided or ReviewEnded where the wait is over.
    """
    held = transitions.claim_item(item.pk, holder=actor.user, now=now)
    if held is None:
        raise _why_not_claimed(item, now)
    return held


def _why_not_claimed(item: ReviewItem, now: datetime) -> TransitionRefused:
    why = explain(item)
    if not isinstance(why, StaleClaim):
        return why
    return Taken(item.pk) if item.due_at > now else ReviewEnded(item.pk, state=ReviewItem.State.TIMED_OUT)


def claim_next(*, actor: Actor, locales: Collection[str] = (), engine_id: str = "", now: datetime) -> Held | None:
    """The free item that ships first, in these target locales and of this engine (empty: any); None where there is none. What the actor gave back
    comes last.

    Raises TooManyClaims.
    """
    items = ReviewItem.objects.visible_to(actor).filter(free(now)).order_by("due_at", "id")
    if locales:
        items = items.filter(target_locale__in=locales)
    if engine_id:
        items = items.filter(engine_id=engine_id)
    given_back = Exists(Claim.objects.filter(item=OuterRef("pk"), holder=actor.user, end=Claim.End.RELEASED))
    for _ in range(LOOKS):
        candidates = _ids(items.exclude(given_back)) or _ids(items)
        if not candidates:
            break
        for item_id in candidates:
            held = transitions.claim_item(item_id, holder=actor.user, now=now)
            if held:
                return held
    return None


def _ids(items: ReviewItemQuerySet) -> list[str]:
    return list(items.values_list("id", flat=True)[:CANDIDATES])


def renew_claim(*, actor: Actor, item: ReviewItem, fence: int, now: datetime) -> Held:
    """The heartbeat. Raises StaleClaim, AlreadyDecided, ReviewEnded."""
    claim = find_claim(item, actor.user, fence)
    try:
        lease_until = transitions.renew_lease(item.pk, holder=actor.user, fence=fence, now=now)
    except StaleClaim as exc:
        raise explain(item) from exc
    return Held(item.pk, fence, claim.claimed_at, lease_until)


def release_claim(*, actor: Actor, item: ReviewItem, fence: int, now: datetime) -> None:
    """Back to the queue, drafts and all. Raises StaleClaim, AlreadyDecided, ReviewEnded."""
    try:
        transitions.release_item(item.pk, holder=actor.user, fence=fence, now=now)
    except StaleClaim as exc:
        raise explain(item) from exc


def save_drafts(
    *,
    actor: Actor,
    item: ReviewItem,
    fence: int,
    texts: Mapping[int, str | None],
    answers: Mapping[int, Sequence[Answer]] | None = None,
    now: datetime,
) -> Held:
    """Keeps what was typed, by number of text (None forgets what was), and renews the claim. `answers`: what is said to the findings of a text from
    now on; those of texts that are not named in it stay.

    Under a claim that is over the texts are kept all the same, where no newer draft stands: StaleClaim names both kinds. AlreadyDecided and
    ReviewEnded too are raised after what was typed is safe. Only who never held the claim loses it. UnknownText for a number that is none.
    """
    _refuse_unknown(item, texts)
    typed = {number: text for number, text in texts.items() if text is not None}
    claim = find_claim(item, actor.user, fence)
    try:
        with transaction.atomic():
            lease_until = transitions.renew_lease(item.pk, holder=actor.user, fence=fence, now=now)
            drafts.write(item.pk, typed, author=actor.user, now=now, answers=answers)
            drafts.discard(item.pk, texts.keys() - typed.keys())
    except StaleClaim as exc:
        raise _after_keeping(item, claim, typed, actor, now) from exc
    return Held(item.pk, fence, claim.claimed_at, lease_until)


def _after_keeping(item: ReviewItem, claim: Claim, texts: Mapping[int, str], actor: Actor, now: datetime) -> TransitionRefused:
    kept = drafts.keep(claim, texts, author=actor.user, now=now)
    why = explain(item)
    return StaleClaim(item.pk, kept=kept.kept, newer=kept.newer) if isinstance(why, StaleClaim) else why


def discard_draft(*, actor: Actor, item: ReviewItem, fence: int, number: int, now: datetime) -> Held:
    """Forgets what was typed for one text, and renews the claim. Raises as `save_drafts`."""
    return save_drafts(actor=actor, item=item, fence=fence, texts={number: None}, now=now)


def accept_clean(*, actor: Actor, item: ReviewItem, fence: int, now: datetime) -> int:
    """Accepts the AI's text wherever nothing is to be seen but it: no draft, no finding, no flag. Renews the claim, returns how many.

    Raises StaleClaim, AlreadyDecided, ReviewEnded.
    """
    find_claim(item, actor.user, fence)
    content, read = load_content(item), read_drafts(item)
    clean = {standing.number: standing.text for standing in stand_all(content, read, read_flags(item), actor.user) if standing.is_clean}
    try:
        with transaction.atomic():
            transitions.renew_lease(item.pk, holder=actor.user, fence=fence, now=now)
            # Another accepted some of these before; a draft that came in this moment stays, to be seen.
            drafts.write(item.pk, {number: clean[number] for number in clean.keys() & read.keys()}, author=actor.user, now=now)
            drafts.write_missing(item.pk, {number: clean[number] for number in clean.keys() - read.keys()}, author=actor.user, now=now)
    except StaleClaim as exc:
        raise explain(item) from exc
    return len(clean)


def flag_text(*, actor: Actor, item: ReviewItem, number: int, reason: Flag.Reason, comment: str = "", now: datetime) -> Flag:
    """A note on one text, by anybody who may review it; it blocks nothing. Raises UnknownText; AlreadyDecided, ReviewEnded for a closed item."""
    _refuse_unknown(item, [number])
    if item.ended_at is not None:
        raise explain(item)
    return Flag.objects.create(item=item, number=number, reason=reason, comment=comment, author=actor.user, created_at=now)


def _refuse_unknown(item: ReviewItem, numbers: Iterable[int]) -> None:
    unknown = [number for number in numbers if not 1 <= number <= item.segments]
    if unknown:
        raise UnknownText(item.pk, unknown)
