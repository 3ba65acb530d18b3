"""A text cut for reading: placeholders and tags as chips, terms of the glossary underlined, breaks and odd spaces visible. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engines.checks.glossary import Hit
from engines.translation.placeholders import Kind, find_syntax

_ODD_SPACE = re.compile(r"\u00a0|\u202f|\u2009|\u200b|\u200e|\u200f|\t|^ | $|(?<= ) ", re.MULTILINE)
_NAMES = {
    "\u00a0": "no-break space",
    "\u202f": "narrow no-break space",
    "\u2009": "thin space",
    "\u200b": "zero-width space",
    "\t": "tab",
    " ": "space",
}


class Look(StrEnum):
    TEXT = "text"
    TOKEN = "token"  # a placeholder, an address, syntax
    TAG = "tag"
    TERM = "term"
    SPACE = "space"


@dataclass(frozen=True, slots=True)
class TextPiece:
    """`insert`: what a click puts into the translation; `note` says what the piece is."""

    look: Look
    text: str
    insert: str = ""
    note: str = ""
    is_missing: bool = False  # of a term: the translation lacks it


def cut_text(text: str, hits: Sequence[Hit] = ()) -> list[TextPiece]:
    """The pieces put together are the text. A term inside a tag or placeholder is the program's, not the reader's."""
    cutter = _Cutter(text, hits)
    pieces: list[TextPiece] = []
    end = 0
    for token in find_syntax(text):
        pieces += cutter.prose(end, token.start)
        pieces.append(TextPiece(Look.TAG if token.kind is Kind.TAG else Look.TOKEN, token.text, token.text, "copied exactly"))
        end = token.end
    return [*pieces, *cutter.prose(end, len(text))]


class _Cutter:
    def __init__(self, text: str, hits: Sequence[Hit]) -> None:
        self.text = text
        self.spans = sorted(((first, last, hit) for hit in hits for first, last in hit.spans), key=lambda span: (span[0], -span[1]))
        self.spaces = [found.span() for found in _ODD_SPACE.finditer(text)]

    def prose(self, start: int, end: int) -> Iterator[TextPiece]:
        """What lies between tokens."""
        for first, last, hit in self.spans:
            if start <= first and last <= end:  # else inside a token, or inside a term that came before
                yield from self._plain(start, first)
                yield _term(self.text[first:last], hit)
                start = last
        yield from self._plain(start, end)

    def _plain(self, start: int, end: int) -> Iterator[TextPiece]:
        for first, last in self.spaces:
            if start <= first and last <= end:
                if first > start:
                    yield TextPiece(Look.TEXT, self.text[start:first])
                space = self.text[first:last]
                yield TextPiece(Look.SPACE, space, note=_NAMES.get(space, "invisible character"))
                start = last
        if start < end:
            yield TextPiece(Look.TEXT, self.text[start:end])


def _term(text: str, hit: Hit) -> TextPiece:
    target = hit.term.target_text
    notes = [f"becomes {target}" if target is not None else "stays as it is", hit.term.hint]
    insert = target if target is not None else hit.term.source_text
    return TextPiece(Look.TERM, text, insert, "; ".join(note for note in notes if note), not hit.is_used)
