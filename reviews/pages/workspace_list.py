"""The left pane: the keys of a review, filtered and in order, and where one goes from each. The filter lives in the address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from foundation.customer_json import format_path
from foundation.locales import direction
from reviews.models import ReviewItem
from reviews.pages.board import Board
from reviews.progress import NEEDING_ATTENTION, Mark, Standing

PAGE_SIZE = 500
CLIPPED = 280  # characters of a text in the list
ALL, ATTENTION, ERRORS, EDITED, UNSEEN = "", "attention", "errors", "edited", "unseen"
CHIPS = (
    (ALL, "All", "total"),
    (ATTENTION, "Needs attention", "attention"),
    (ERRORS, "Errors", "errors"),
    (EDITED, "Edited", "edited"),
    (UNSEEN, "Unseen", "unseen"),
)
DOCUMENT = "document"
MARKS = {
    Mark.ERROR: "Error",
    Mark.WARNING: "Warning",
    Mark.LEFT: "Unfinished draft of somebody else",
    Mark.FLAGGED: "Flagged",
    Mark.EDITED: "Edited",
    Mark.AS_IS: "Approved as it is",
    Mark.UNSEEN: "Not looked at",
}


@dataclass(frozen=True, slots=True)
class ListFilter:
    """What of the list is shown. `first` is the place of the first key among those found, from 1."""

    show: str = ALL
    query: str = ""
    order: str = ""
    first: int = 1

    @classmethod
    def read(cls, values: QueryDict) -> "ListFilter":
        """What is not known counts as not said."""
        show, order, first = values.get("show", ""), values.get("order", ""), values.get("from", "")
        return cls(
            show=show if any(show == name for name, *_ in CHIPS) else ALL,
            query=values.get("q", "").strip()[:200],
            order=DOCUMENT if order == DOCUMENT else "",
            first=max(1, int(first)) if first.isascii() and first.isdigit() and len(first) <= 6 else 1,
        )

    @classmethod
    def from_query(cls, query: str) -> "ListFilter":
        """Of an address, as `encode` wrote it."""
        return cls.read(QueryDict(query[:1000]))

    def encode(self, **others: str | int) -> str:
        """As a query string, with other members; what is empty is left out."""
        members = {"show": self.show, "q": self.query, "order": self.order, "from": self.first if self.first > 1 else "", **others}
        return urlencode({name: value for name, value in members.items() if value != ""})

    def fits(self, standing: Standing, board: Board) -> bool:
        return _fits(self.show, standing) and (not self.query or _has(self.query.casefold(), standing, board))


@dataclass(frozen=True, slots=True)
class Entry:
    """One key in the list. `label` says its mark; `by` who left an unfinished draft."""

    number: int
    path: str
    group: str  # the path of what the key is in
    source: str
    text: str
    mark: Mark
    label: str
    by: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    count: int
    name: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ListView:
    """`entries` are one page of the `found`; `newer` and `older` are the addresses of the pages beside it."""

    filter: ListFilter
    entries: Sequence[Entry]
    rows: SafeString  # the entries as HTML
    found: int
    chips: Sequence[Chip]
    by_risk: str
    by_document: str
    before: str
    after: str


def read_list(board: Board, chosen: ListFilter, *, shown: int | None) -> ListView:
    """`shown`: the number of the key in the centre."""
    found = [standing for standing in _ordered(board, chosen) if chosen.fits(standing, board)]
    begin = min(chosen.first - 1, max(0, len(found) - 1))
    counts = board.counts
    entries = [make_entry(board, standing, is_shown=standing.number == shown) for standing in found[begin : begin + PAGE_SIZE]]
    return ListView(
        filter=chosen,
        entries=entries,
        rows=draw_entries(board.item, entries, chosen),
        found=len(found),
        chips=[Chip(label, getattr(counts, count), count, _with(chosen, show=name), chosen.show == name) for name, label, count in CHIPS],
        by_risk=_with(chosen, order=""),
        by_document=_with(chosen, order=DOCUMENT),
        before=_page(chosen, max(1, begin + 1 - PAGE_SIZE)) if begin else "",
        after=_page(chosen, begin + 1 + PAGE_SIZE) if begin + PAGE_SIZE < len(found) else "",
    )


def make_entry(board: Board, standing: Standing, *, is_shown: bool) -> Entry:
    return Entry(
        number=standing.number,
        path=board.content.paths[standing.number],
        group=format_path(board.content.segment(standing.number).path[:-1]),
        source=_clip(board.content.segment(standing.number).text),
        text=_clip(standing.text),
        mark=standing.mark,
        label=MARKS[standing.mark],
        by=str(standing.left.author or "somebody who left") if standing.left else "",
        is_shown=is_shown,
    )


_ROW = (
    '{}<li><a href="?key={}{}#ws-text" data-key="{}" data-mark="{}"{}>'
    '<i class="ws-mark" title="{}"><span class="sr-only">{}</span></i><code>{}</code>{}'
    '<span lang="{}" dir="{}">{}</span><em lang="{}" dir="{}">{}</em></a></li>'
)
_GROUP = '<li class="ws-group"><code>{}</code></li>'
_CURRENT = SafeString(' aria-current="true"')


def draw_entries(item: ReviewItem, entries: Iterable[Entry], chosen: ListFilter) -> SafeString:
    """The rows of the list; in the order of the document as a tree, under the path that they share. Not a template: hundreds of rows in one take a
    tenth of a second."""
    source, target, asked = item.source_locale, item.target_locale, chosen.encode()
    query, directions = f"&{asked}" if asked else "", (direction(source), direction(target))
    rows, group, is_tree = [], "", chosen.order == DOCUMENT
    for entry in entries:
        number, left = entry.number, format_html("<small>unfinished draft by {}</small>", entry.by) if entry.by else ""
        head = (number, query, number, entry.mark.value, _CURRENT if entry.is_shown else "", entry.label, entry.label)
        name = entry.path.removeprefix(entry.group).lstrip(".") if is_tree else entry.path
        heading = format_html(_GROUP, entry.group) if is_tree and entry.group != group else ""
        group = entry.group
        rows.append((heading, *head, name, left, source, directions[0], entry.source, target, directions[1], entry.text))
    return format_html_join("", _ROW, rows)


def first_to_look_at(board: Board, chosen: ListFilter) -> int | None:
    """Where a reviewer begins: the first key of the list that is not done, else its first; None where nothing fits."""
    found = [standing for standing in _ordered(board, chosen) if chosen.fits(standing, board)]
    unfinished = next((standing for standing in found if not standing.is_done), None)
    chosen_one = unfinished or (found[0] if found else None)
    return chosen_one.number if chosen_one else None


@dataclass(frozen=True, slots=True)
class Way:
    """The numbers of the keys around one in the list; `attention` is the next one that needs some. None where there is none."""

    previous: int | None
    next: int | None
    attention: int | None


def find_way(board: Board, chosen: ListFilter, number: int) -> Way:
    """From a key that need not fit the filter itself: accepting a key of `Unseen` must not lose one's place."""
    ordered = [one for one in _ordered(board, chosen) if one.number == number or chosen.fits(one, board)]
    place = next((index for index, one in enumerate(ordered) if one.number == number), 0)
    ahead = [*ordered[place + 1 :], *ordered[:place]]
    return Way(
        previous=ordered[place - 1].number if place else None,
        next=ordered[place + 1].number if place + 1 < len(ordered) else None,
        attention=next((one.number for one in ahead if one.mark in NEEDING_ATTENTION), None),
    )


def _ordered(board: Board, chosen: ListFilter) -> Sequence[Standing]:
    return board.standings if chosen.order == DOCUMENT else board.by_risk


def _fits(show: str, standing: Standing) -> bool:
    match show:
        case "attention":
            return standing.mark in NEEDING_ATTENTION
        case "errors":
            return standing.mark is Mark.ERROR
        case "edited":
            return standing.is_edited
        case "unseen":
            return standing.own is None
        case _:
            return True


def _has(wanted: str, standing: Standing, board: Board) -> bool:
    number = standing.number
    texts = (board.content.paths[number], board.content.segment(number).text, standing.text)
    return any(wanted in text.casefold() for text in texts)


def _with(chosen: ListFilter, **members: str) -> str:
    """The address of the same list with another filter, from its beginning."""
    return "?" + ListFilter(members.get("show", chosen.show), chosen.query, members.get("order", chosen.order)).encode()


def _page(chosen: ListFilter, first: int) -> str:
    return "?" + ListFilter(chosen.show, chosen.query, chosen.order, first).encode()


def _clip(text: str) -> str:
    return text if len(text) <= CLIPPED else f"{text[:CLIPPED]}…"
