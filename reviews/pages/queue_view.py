"""What the queue shows: the rows under the filters, what the person holds, and how much waits in each language. Read anew at every look."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from foundation.fields import ANY_LOCALE
from organizations.access import Actor
from reviews.managers import ReviewItemQuerySet
from reviews.models import ReviewItem
from reviews.pages.filters import QueueFilter
from reviews.pages.rows import ReviewRow, RowsPage, cut_rows
from reviews.queries import CLAIMED, OPEN, Place, in_state, with_names
from reviews.transitions import CLAIMS_EACH, free

COUNTED = 1_000  # of what ended last: counting years of it takes longer than reading the page

Counts = Mapping[str, int]  # by target locale


@dataclass(frozen=True, slots=True)
class LocaleChip:
    """How many items a language has in the state that is shown. `locale` is a value of the filter: a tag, `*` for all, empty for the person's own."""

    locale: str
    label: str
    count: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class QueueView:
    page: RowsPage
    held: Sequence[ReviewItem]  # by the person, wherever the filters look
    chips: Sequence[LocaleChip]
    available: int  # in the languages and of the engine shown: what `Claim next` finds
    may_claim: bool
    is_ended: bool
    last_ended_at: datetime | None  # of what was decided; asked for where no row is shown
    tag: str  # changes with whatever is shown, but for the passing of time


def view_queue(actor: Actor, form: QueueFilter, *, place: Place | None, now: datetime) -> QueueView:
    """Four queries, and at most two more: for the names of who left drafts, and for what ended last."""
    items = ReviewItem.objects.visible_to(actor)
    chosen = items.filter(form.condition())
    page = cut_rows(chosen.filter(form.in_locales(), form.in_state(now)), place=place, user=actor.user, now=now, is_ended=form.is_ended)
    held = _held(items, actor, now)
    available, counts = _count(chosen, form, now)
    chips = _chips(counts, form, is_bounded=form.is_ended)
    found = sum(count for locale, count in available.items() if not form.locales or locale in form.locales)
    last = None if page.rows else _last_ended_at(items)
    return QueueView(
        page=page,
        held=held,
        chips=chips,
        available=found,
        may_claim=len(held) < CLAIMS_EACH,
        is_ended=form.is_ended,
        last_ended_at=last,
        tag=_tag(chips, found, page, last, [(item.pk, item.fence) for item in held]),
    )


def _held(items: ReviewItemQuerySet, actor: Actor, now: datetime) -> list[ReviewItem]:
    """Along the index of holders: a person holds a few of all that wait."""
    claimed = ReviewItem.objects.filter(holder=actor.user, state=CLAIMED).values("pk")
    return list(with_names(items).filter(in_state(CLAIMED, now), pk__in=claimed).order_by("due_at", "id"))


def _count(items: ReviewItemQuerySet, form: QueueFilter, now: datetime) -> tuple[Counts, Counts]:
    """By locale: what is free to claim, and what is in the state shown. One query, and one more for what has ended."""
    shown = in_state(OPEN, now) if form.is_ended else form.in_state(now)
    open_items = items.filter(ended_at=None).order_by().values("target_locale")
    rows = list(open_items.annotate(available=Count("id", filter=free(now)), shown=Count("id", filter=shown)))
    available = {row["target_locale"]: row["available"] for row in rows}
    if not form.is_ended:
        return available, {row["target_locale"]: row["shown"] for row in rows}
    newest = items.filter(ended_at__isnull=False).order_by("-ended_at").values_list("target_locale", flat=True)
    return available, Counter(newest[:COUNTED])


def _chips(counts: Counts, form: QueueFilter, *, is_bounded: bool) -> list[LocaleChip]:
    """The person's own languages together, all together, then each: the own ones, those with items, and the one chosen."""
    total = sum(counts.values())
    more = "+" if is_bounded and total >= COUNTED else ""
    own = [LocaleChip("", "My languages", _sum(counts, form.own_locales) + more, not form.locale_chosen)] if form.own_locales else []
    everything = LocaleChip(ANY_LOCALE if own else "", "All languages", f"{total:,}{more}", not form.locales)
    locales = sorted({*form.own_locales, *(locale for locale in counts if counts[locale]), *form.locales})
    each = [LocaleChip(locale, locale, f"{counts.get(locale, 0):,}", form.locale_chosen == locale) for locale in locales]
    return [*own, everything, *each]


def _sum(counts: Counts, locales: Sequence[str]) -> str:
    return f"{sum(counts.get(locale, 0) for locale in locales):,}"


def _last_ended_at(items: ReviewItemQuerySet) -> datetime | None:
    decided = items.filter(ended_at__isnull=False, state=ReviewItem.State.SUBMITTED)
    return decided.order_by("-ended_at").values_list("ended_at", flat=True).first()


def _tag(*shown: object) -> str:
    """An entity tag. A row is named by what it shows."""
    return f'"{hashlib.sha256(repr([_plain(part) for part in shown]).encode()).hexdigest()[:20]}"'


def _plain(part: object) -> object:
    return (part.next, [_fingerprint(row) for row in part.rows]) if isinstance(part, RowsPage) else part


def _fingerprint(row: ReviewRow) -> tuple[object, ...]:
    item = row.item
    return (
        item.pk,
        row.state,
        row.is_free,
        item.holder_id,
        item.fence,
        item.lease_until,
        item.due_at,
        row.is_urgent,
        row.draft_by,
        item.errors,
        item.warnings,
    )
