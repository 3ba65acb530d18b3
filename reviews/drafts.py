"""What people made of texts and did not submit: one draft for each text of an item, the last one written.

Every write happens while the item's row is locked (a renewed lease locks it, `keep` does so itself), so that drafts and claims never disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from organizations.models import User
from reviews.answers import Answer, as_stored
from reviews.errors import NewerDraft
from reviews.models import Claim, Decision, Draft, ReviewItem


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of texts that came under a claim that is over."""

    kept: tuple[int, ...] = ()
    newer: tuple[NewerDraft, ...] = ()


def write(item_id: str, texts: Mapping[int, str], *, author: User, now: datetime, answers: Mapping[int, Sequence[Answer]] | None = None) -> None:
    """Inserts or replaces. The answers of a number that `answers` does not name stay as they are. The caller has the item's row."""
    given = answers or {}
    drafts = [
        Draft(item_id=item_id, number=number, text=text, author=author, updated_at=now, answers=as_stored(given.get(number, ()), author))
        for number, text in sorted(texts.items())
    ]
    _upsert([draft for draft in drafts if draft.number not in given], "text", "author", "updated_at")
    _upsert([draft for draft in drafts if draft.number in given], "text", "author", "updated_at", "answers")


def _upsert(drafts: list[Draft], *columns: str) -> None:
    if drafts:
        Draft.objects.bulk_create(drafts, update_conflicts=True, unique_fields=["item", "number"], update_fields=columns, batch_size=1000)


def write_missing(item_id: str, texts: Mapping[int, str], *, author: User, now: datetime) -> None:
    """Inserts where there is no draft, and leaves those that there are. The caller has the item's row."""
    drafts = [Draft(item_id=item_id, number=number, text=text, author=author, updated_at=now) for number, text in sorted(texts.items())]
    Draft.objects.bulk_create(drafts, ignore_conflicts=True, batch_size=1000)


def are_as_read(item_id: str, read: Iterable[Draft]) -> bool:
    """Whether the item's drafts are those that were read before. The caller has the item's row."""
    standing = set(Draft.objects.filter(item_id=item_id).values_list("number", "text", "author_id"))
    return standing == {(draft.number, draft.text, draft.author_id) for draft in read}


def discard(item_id: str, numbers: Iterable[int]) -> None:
    """The caller has the item's row."""
    Draft.objects.filter(item_id=item_id, number__in=list(numbers)).delete()


def keep(claim: Claim, texts: Mapping[int, str], *, author: User, now: datetime) -> Kept:
    """Keeps what was typed under a claim that is over, unless a draft is there that is newer than what its author had before the eyes.

    Newer is what somebody else wrote since this claim began, and what the author wrote under a later claim. Nothing is kept where this very claim
    was submitted: a late autosave tells nothing new.
    """
    with transaction.atomic():
        ReviewItem.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.item_id)
        if Claim.objects.filter(pk=claim.pk, end=Claim.End.SUBMITTED).exists():
            return Kept()
        later = Claim.objects.filter(item_id=claim.item_id, holder=author, fence__gt=claim.fence).order_by("fence").first()
        standing = [draft for draft in _drafts_at(claim.item_id, texts) if _is_newer(draft, claim, later)]
        write(claim.item_id, {number: texts[number] for number in texts.keys() - {draft.number for draft in standing}}, author=author, now=now)
    newer = [
        NewerDraft(draft.number, draft.text, str(draft.author or ""), draft.updated_at) for draft in standing if draft.text != texts[draft.number]
    ]
    return Kept(tuple(sorted(texts.keys() - {draft.number for draft in newer})), tuple(newer))


def _drafts_at(item_id: str, numbers: Iterable[int]) -> Iterable[Draft]:
    return Draft.objects.filter(item_id=item_id, number__in=list(numbers)).select_related("author").order_by("number")


def _is_newer(draft: Draft, claim: Claim, later: Claim | None) -> bool:
    if draft.author_id != claim.holder_id:
        return draft.updated_at >= claim.claimed_at
    return later is not None and draft.updated_at >= later.claimed_at


def clear(decision: Decision) -> None:
    """With the decision nothing is a draft any more. The caller has the item's row."""
    Draft.objects.filter(item_id=decision.item_id).delete()
