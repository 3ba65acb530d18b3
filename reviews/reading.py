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
from reviews.checking import find_faults
from reviews.content import Content, load_content, text_at
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
    """Six queries, and six more where the engine's layers are not at hand in this process, however many texts."""
    content = load_content(item)
    state = state_of(item, now)
    decision = Decision.objects.filter(item=item).first() if item.state == ReviewItem.State.SUBMITTED else None
    is_mine = state == ReviewItem.State.CLAIMED and item.holder_id == actor.user.pk
    return Review(item, content, tuple(read_texts(content)), decision, state, is_mine)


def read_texts(content: Content) -> list[Text]:
    """In reading order of the source. Two queries."""
    drafts = {draft.number: draft for draft in Draft.objects.filter(item=content.item).select_related("author")}
    flags: defaultdict[int, list[Flag]] = defaultdict(list)
    for flag in Flag.objects.filter(item=content.item).select_related("author").order_by("id"):
        flags[flag.number].append(flag)
    texts = []
    for segment in content.segments:
        draft, translation = drafts.get(segment.number), content.translations[segment.number]
        text = Text(
            number=segment.number,
            path=content.paths[segment.number],
            source=segment.text,
            sent=_sent(content, segment.path, segment.text),
            translation=translation,
            hints=segment.hints,
            draft=draft,
            findings=find_faults(content.verifier, segment.text, translation if draft is None else draft.text),
            flags=tuple(flags[segment.number]),
        )
        texts.append(text)
    return texts


def _sent(content: Content, path: tuple[str | int, ...], source: str) -> str | None:
    if content.cleaned is None:
        return None
    sent = text_at(content.sent, path)
    return None if sent == source else sent
