"""The centre pane: one key in full. Its source, the AI's text, what the field holds, what the checks say of it, and the keys around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engines.checks import Finding
from engines.checks.finding import TextPair
from engines.checks.glossary import Hit, find_hits
from foundation.word_diff import Piece, word_diff
from reviews.answers import Answers, is_open, name_of
from reviews.checking import is_error, may_be_false_alarm
from reviews.pages.board import Board
from reviews.pages.text_pieces import TextPiece, cut_text
from reviews.pages.workspace_list import MARKS, ListFilter, Way, find_way
from reviews.plurals import MessageFields, render_message, split_message
from reviews.progress import Standing

NEIGHBOURS = 3  # before, and after
SAMPLE = "5"  # the number that a preview begins with


@dataclass(frozen=True, slots=True)
class FindingView:
    """`name` is how the form calls it; `reason` why it is a false alarm."""

    finding: Finding
    name: str
    is_error: bool
    may_be_false_alarm: bool
    is_open: bool
    is_seen: bool
    reason: str


@dataclass(frozen=True, slots=True)
class TextView:
    """What there is to say of a text in the field. `pieces`: from the AI's to it; none where it is the AI's. Lengths are characters."""

    pieces: Sequence[Piece]
    length: int
    source_length: int
    findings: Sequence[FindingView]
    preview: str | None
    sample: str


@dataclass(frozen=True, slots=True)
class LeftView:
    """What another left unfinished. `pieces`: from the AI's text to it."""

    author: str
    at: datetime
    text: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Neighbour:
    number: int
    path: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class KeyView:
    """`sent`: from what the client sent to the source, where `preEdit` changed it; `message` where the text has branches and is shown in fields."""

    standing: Standing
    label: str
    path: str
    source: str
    source_pieces: Sequence[TextPiece]
    sent: Sequence[Piece]
    translation: str
    translation_pieces: Sequence[TextPiece]
    message: MessageFields | None
    has_branches: bool
    view: TextView
    left: LeftView | None
    before: Sequence[Neighbour]
    after: Sequence[Neighbour]
    way: Way
    hits: Sequence[Hit]


def read_key(board: Board, chosen: ListFilter, number: int, *, sample: str = SAMPLE, is_raw: bool = False) -> KeyView:
    """`is_raw`: a message in one field, syntax and all."""
    content, standing = board.content, board.standing(number)
    segment, translation = content.segment(number), content.translations[number]
    sent, message = content.sent_text(number), split_message(standing.text, board.item.target_locale)
    hits = find_glossary(board, number, standing.text)
    return KeyView(
        standing=standing,
        label=MARKS[standing.mark],
        path=content.paths[number],
        source=segment.text,
        source_pieces=cut_text(segment.text, hits),
        sent=[] if sent is None else word_diff(sent, segment.text),
        translation=translation,
        translation_pieces=cut_text(translation),
        message=None if is_raw else message,
        has_branches=message is not None,
        view=view_text(board, number, standing.text, standing.answers, sample=sample),
        left=_left(standing, translation),
        before=_neighbours(board, range(max(1, number - NEIGHBOURS), number)),
        after=_neighbours(board, range(number + 1, min(len(content.segments), number + NEIGHBOURS) + 1)),
        way=find_way(board, chosen, number),
        hits=hits,
    )


def view_text(board: Board, number: int, text: str, answers: Answers, *, sample: str = SAMPLE) -> TextView:
    """Of a text that need not be stored."""
    content = board.content
    translation = content.translations[number]
    return TextView(
        pieces=word_diff(translation, text) if text != translation else [],
        length=len(text),
        source_length=len(content.segment(number).text),
        findings=[_view(finding, answers) for finding in content.find_faults(number, text)],
        preview=render_message(text, sample, board.item.target_locale) if split_message(text, board.item.target_locale) else None,
        sample=sample,
    )


def find_glossary(board: Board, number: int, text: str) -> list[Hit]:
    """The terms in the source of a key, and whether the text has what they become."""
    verifier = board.content.verifier
    if not verifier.terms:
        return []
    return find_hits(TextPair(board.content.segment(number).text, text, verifier.source_locale, verifier.target_locale, verifier.terms))


def _view(finding: Finding, answers: Answers) -> FindingView:
    reason = answers.get((finding.code, finding.message))
    return FindingView(
        finding=finding,
        name=name_of(finding),
        is_error=is_error(finding),
        may_be_false_alarm=is_error(finding) and may_be_false_alarm(finding),
        is_open=is_open(finding, answers),
        is_seen=reason is not None,
        reason=reason or "",
    )


def _left(standing: Standing, translation: str) -> LeftView | None:
    draft = standing.left
    if draft is None:
        return None
    return LeftView(str(draft.author or "somebody who left"), draft.updated_at, draft.text, word_diff(translation, draft.text))


def _neighbours(board: Board, numbers: range) -> list[Neighbour]:
    content = board.content
    return [Neighbour(number, content.paths[number], content.segment(number).text, board.standing(number).text) for number in numbers]
