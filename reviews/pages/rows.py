"""One line of a list of reviews, ready for a template: what the queue and the managers' list show alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from organizations.models import User
from reviews.managers import ReviewItemQuerySet
from reviews.models import ReviewItem
from reviews.queries import AVAILABLE, CLAIMED, OPEN, Place, after, state_of, with_names

PAGE_SIZE = 50
URGENT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Risk:
    """What the checks found of one kind. `look` is a state that is drawn so; glossary misses have none."""

    look: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """An item as `reviews.queries.with_names` gives it. `state` counts a lease that ran out."""

    item: ReviewItem
    state: str
    is_free: bool  # to claim: an item whose time is over is not, before the sweep has seen it
    is_mine: bool  # held by who looks
    is_urgent: bool
    risks: Sequence[Risk]
    draft_by: str  # who left a draft unfinished; empty where nobody did, or the writer holds the item

    @property
    def is_held(self) -> bool:
        return self.state == CLAIMED


@dataclass(frozen=True, slots=True)
class RowsPage:
    """`next` is the place of the last row where there are more; `is_first` where the page begins at the beginning."""

    rows: Sequence[ReviewRow]
    next: str
    is_first: bool


def cut_rows(items: ReviewItemQuerySet, *, place: Place | None, user: User, now: datetime, is_ended: bool = False) -> RowsPage:
    """One page: of open items the first to ship first, of ended ones the last to end first. Two queries."""
    state = ReviewItem.State.SUBMITTED if is_ended else OPEN
    ordered = with_names(items).select_related("decision").order_by("-ended_at", "-id") if is_ended else with_names(items).order_by("due_at", "id")
    found = list((after(ordered, place, state=state) if place else ordered)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    more = str(Place.of(shown[-1], state=state)) if len(found) > PAGE_SIZE else ""
    return RowsPage(make_rows(shown, user=user, now=now), more, place is None)


def make_rows(items: Iterable[ReviewItem], *, user: User, now: datetime) -> list[ReviewRow]:
    """One query, for the names of who left drafts."""
    items = list(items)
    writers = {str(item.draft_author) for item in items if item.draft_author}  # type: ignore[attr-defined]  # annotated
    names = {person.pk: str(person) for person in User.objects.filter(pk__in=writers)} if writers else {}
    return [_row(item, names, user, now) for item in items]


def _row(item: ReviewItem, names: dict[str, str], user: User, now: datetime) -> ReviewRow:
    state = state_of(item, now)
    is_held = state == CLAIMED
    writer: str | None = item.draft_author  # type: ignore[attr-defined]  # annotated
    has_drafts: bool = item.has_drafts  # type: ignore[attr-defined]  # annotated
    is_left = has_drafts and not (is_held and item.holder_id == writer)
    return ReviewRow(
        item=item,
        state=state,
        is_free=state == AVAILABLE and item.due_at > now,
        is_mine=is_held and item.holder_id == user.pk,
        is_urgent=item.ended_at is None and item.due_at - now < URGENT,
        risks=describe_risks(item),
        draft_by=(names.get(writer or "") or "somebody who left") if is_left else "",
    )


def describe_risks(item: ReviewItem) -> list[Risk]:
    """What the checks found, the worst first."""
    found = [
        ("failed", item.errors, "error", "errors"),
        ("completed_with_warnings", item.warnings, "warning", "warnings"),
        ("", item.glossary_misses, "glossary miss", "glossary misses"),
    ]
    return [Risk(look, count, f"{count:,} {one if count == 1 else many}") for look, count, one, many in found if count]
