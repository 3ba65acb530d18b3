"""How far a person is with the texts of a review: which they accepted or edited, what is still in the way. Pure.

Only the person's own drafts count as their work. What another left unfinished is neither taken nor thrown away before they have said so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from engines.checks import Finding
from organizations.models import User
from reviews.answers import Answers, answers_of, is_open
from reviews.checking import is_error
from reviews.content import Content
from reviews.models import Draft, Flag


class Mark(StrEnum):
    """The one thing to know of a text, what matters most first."""

    ERROR = "error"
    WARNING = "warning"
    LEFT = "left"  # another's unfinished draft
    FLAGGED = "flagged"
    EDITED = "edited"
    AS_IS = "as-is"
    UNSEEN = "unseen"


NEEDING_ATTENTION = frozenset({Mark.ERROR, Mark.WARNING, Mark.LEFT, Mark.FLAGGED})


@dataclass(frozen=True, slots=True)
class Standing:
    """One text as it would go on if the person decided now: `text` is their own draft, else the AI's; `findings` are of it."""

    number: int
    text: str
    mark: Mark
    findings: tuple[Finding, ...]
    open: tuple[Finding, ...]  # what keeps the text from going on
    answers: Answers
    own: Draft | None
    left: Draft | None  # another's, that differs from the AI's and waits to be accepted or discarded
    flags: tuple[Flag, ...]
    is_edited: bool

    @property
    def is_done(self) -> bool:
        """Accepted or edited, and nothing is in the way."""
        return self.own is not None and not self.open

    @property
    def is_clean(self) -> bool:
        """Not looked at yet, and nothing is to be seen but the AI's text: may be accepted with others at once."""
        return self.own is None and self.left is None and not self.findings and not self.flags


def stand(content: Content, number: int, draft: Draft | None, flags: tuple[Flag, ...], person: User) -> Standing:
    """One text, for the person who looks."""
    translation = content.translations[number]
    own = draft if draft and draft.author_id == person.pk else None
    text = own.text if own else translation
    left = draft if draft and own is None and draft.text != translation else None
    findings = content.find_faults(number, text)
    answers = answers_of(own, person) if findings else {}
    still_open = tuple(finding for finding in findings if is_open(finding, answers)) if findings else ()
    mark = _mark(still_open, own, left, flags, is_edited=text != translation)
    return Standing(number, text, mark, findings, still_open, answers, own, left, flags, text != translation)


def _mark(still_open: tuple[Finding, ...], own: Draft | None, left: Draft | None, flags: tuple[Flag, ...], *, is_edited: bool) -> Mark:
    if still_open:
        return Mark.ERROR if any(map(is_error, still_open)) else Mark.WARNING
    if left:
        return Mark.LEFT
    if own is None:
        return Mark.FLAGGED if flags else Mark.UNSEEN
    return Mark.EDITED if is_edited else Mark.AS_IS


def stand_all(content: Content, drafts: Mapping[int, Draft], flags: Mapping[int, tuple[Flag, ...]], person: User) -> Iterator[Standing]:
    """Every text, in reading order."""
    for segment in content.segments:
        yield stand(content, segment.number, drafts.get(segment.number), flags.get(segment.number, ()), person)
