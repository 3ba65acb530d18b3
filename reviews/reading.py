"""What a person or a tool sees of one review: its texts side by side, what was typed, what the checks say, flags, clocks and the decision.

The API and the workspace show the same. Findings are of the draft where there is one, else of the AI version.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from engines.checks import Finding
from foundation.api_errors import NotFound
from foundation.ids import is_id
from organizations.access import Actor
from reviews.content import Content, load_content
from reviews.models import Decision, Draft, Flag, ReviewItem
from reviews.queries import state_of, with_names


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a review. `sent` is what the client sent, where `preEdit` changed it; `draft` may be another's, left unfinished."""

    number: int
    path: str
    source: str
    sent: str | None
    translation: str  # the AI's
    hints: tuple[str, ...]
    draft: Draft | None
    findings: tuple[Finding, ...]
    flags: tuple[Flag, ...]

    @property
    def current(self) -> str:
        """The draft, else the AI's."""
        return self.translation if self.draft is None else self.draft.text


@dataclass(frozen=True, slots=True)
class Review:
    """One item as it is at `now`. `state` counts a lease that ran out; `fence` is for its holder only."""

    item: ReviewItem
    content: Content
    texts: tuple[Text, ...]
    decision: Decision | None
    state: str
    is_mine: bool

    @property
    def fence(self) -> int | None:
        return self.item.fence if self.is_mine else None


def find_review(actor: Actor, review_id: str) -> ReviewItem:
    """One of the items that the actor may review. Raises NotFound."""
    items = with_names(ReviewItem.objects.visible_to(actor))
    return _found(items.filter(pk=review_id).first() if is_id(review_id, "rvw") else None, review_id)


def find_managed(actor: Actor, review_id: str) -> ReviewItem:
    """One of the organization's items, for a review manager; the caller asks for the permission. Raises NotFound."""
    items = with_names(ReviewItem.objects.manageable_by(actor))
    return _found(items.filter(pk=review_id).first() if is_id(review_id, "rvw") else None, review_id)


def _found(item: ReviewItem | None, review_id: str) -> ReviewItem:
    if item is None:
        raise NotFound("review", review_id)
    return item


def read_review(item: ReviewItem, *, actor: Actor, now: datetime) -> Review:
    """Five queries, or seven where this process has not read the item before, and six more where the engine's layers are not at hand in it."""
    content = load_content(item)
    state = state_of(item, now)
    decision = Decision.objects.filter(item=item).first() if item.state == ReviewItem.State.SUBMITTED else None
    is_mine = state == ReviewItem.State.CLAIMED and item.holder_id == actor.user.pk
    return Review(item, content, tuple(read_texts(content)), decision, state, is_mine)


def read_texts(content: Content) -> list[Text]:
    """In reading order of the source. Three queries."""
    drafts, flags = read_drafts(content.item), read_flags(content.item)
    texts = []
    for segment in content.segments:
        number = segment.number
        draft, translation = drafts.get(number), content.translations[number]
        text = Text(
            number=number,
            path=content.paths[number],
            source=segment.text,
            sent=content.sent_text(number),
            translation=translation,
            hints=segment.hints,
            draft=draft,
            findings=content.find_faults(number, translation if draft is None else draft.text),
            flags=flags.get(number, ()),
        )
        texts.append(text)
    return texts


def read_drafts(item: ReviewItem) -> dict[int, Draft]:
    """By number, each with its author. Two queries: there are many drafts, and few authors."""
    return {draft.number: draft for draft in Draft.objects.filter(item=item).prefetch_related("author")}


def read_flags(item: ReviewItem) -> dict[int, tuple[Flag, ...]]:
    """By number, in the order they were made, each with its author. One query."""
    flags: defaultdict[int, list[Flag]] = defaultdict(list)
    for flag in Flag.objects.filter(item=item).select_related("author").order_by("id"):
        flags[flag.number].append(flag)
    return {number: tuple(found) for number, found in flags.items()}
