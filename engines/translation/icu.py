"""The syntax of ICU MessageFormat's branching arguments: `{count, plural, one {# file} other {# files}}`, `select`, `selectordinal`, nested or not.

Finds the pieces around the texts of the branches. A text that looks like such an argument and is not well-formed has none: it is then plain text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = re.compile(r"\{\s*[\w.-]{1,200}\s*,\s*(plural|selectordinal|select)\s*,")
_SELECTOR = re.compile(r"\s*(?:offset\s*:\s*\d+\s*)?=?[\w-]{1,100}\s*\{")
_CLOSE = re.compile(r"\s*\}")
_STOP = re.compile(r"[{}#']")
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """Syntax from `start` to `end`. What stands between it and the piece before is text, of a branch if `closes_branch`."""

    start: int
    end: int
    is_head: bool  # `{count, plural,`
    is_nested: bool  # inside a branch of another argument
    closes_branch: bool


class _Malformed(Exception):
    pass


def find_icu(text: str) -> list[Piece]:
    """The pieces of all branching arguments, in order."""
    pieces: list[Piece] = []
    end = 0
    while head := _HEAD.search(text, end):
        try:
            argument = list(_argument(text, head.start(), depth=1))
        except _Malformed:
            end = head.end()
            continue
        pieces += argument
        end = argument[-1].end
    return pieces


def _argument(text: str, start: int, *, depth: int) -> Iterator[Piece]:
    """The pieces of the argument that begins at `start`. Raises _Malformed."""
    head = _HEAD.match(text, start)
    if head is None or depth > _DEEPEST:
        raise _Malformed
    nested = depth > 1
    yield Piece(head.start(), head.end(), is_head=True, is_nested=nested, closes_branch=nested)
    position, branches = head.end(), 0
    while selector := _SELECTOR.match(text, position):
        yield Piece(selector.start(), selector.end(), is_head=False, is_nested=nested, closes_branch=False)
        position = selector.end()
        for piece in _branch(text, position, has_number=head[1] != "select", depth=depth):
            yield piece
            position = piece.end
        branches += 1
    close = _CLOSE.match(text, position)
    if close is None or branches == 0:
        raise _Malformed
    yield Piece(close.start(), close.end(), is_head=False, is_nested=nested, closes_branch=False)


def _branch(text: str, start: int, *, has_number: bool, depth: int) -> Iterator[Piece]:
    """The pieces in a branch's text, up to and with the brace that closes it."""
    position = start
    while stop := _STOP.search(text, position):
        position = stop.end()
        if stop[0] == "}":
            yield Piece(stop.start(), stop.end(), is_head=False, is_nested=True, closes_branch=True)
            return
        if stop[0] == "#" and has_number:
            yield Piece(stop.start(), stop.end(), is_head=False, is_nested=True, closes_branch=True)
        elif stop[0] == "'":
            position = _after_quote(text, position)
        elif stop[0] == "{" and _HEAD.match(text, stop.start()):
            for piece in _argument(text, stop.start(), depth=depth + 1):
                yield piece
                position = piece.end
        elif stop[0] == "{":
            position = _after_brace(text, position)
    raise _Malformed


def _after_quote(text: str, position: int) -> int:
    """Past the closing quote where the quote before `position` opens quoted syntax (`'{'`); else it is an apostrophe."""
    if text[position : position + 1] not in ("{", "}"):
        return position
    close = text.find("'", position)
    if close < 0:
        raise _Malformed
    return close + 1


def _after_brace(text: str, position: int) -> int:
    """Past the simple placeholder (`{name}`, `{{name}}`) whose first brace ends at `position`."""
    opened = 1
    while opened:
        stop = _STOP.search(text, position)
        if stop is None:
            raise _Malformed
        position = stop.end()
        opened += {"{": 1, "}": -1}.get(stop[0], 0)
    return position
