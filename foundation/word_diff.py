"""What changed between two texts, word by word, for people to read: pages and reports show it, nothing is computed from it.

A word is a run of letters and digits; scripts that are written without spaces are compared character by character. The pieces put together are
the two texts again: those that are kept or removed make the first, those that are kept or added the second.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MAX_TOKENS = 1500  # of the part that differs; comparing takes the product of both lengths

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
_TOKEN = re.compile(rf"\s+|[{_UNSPACED}]|[^\W{_UNSPACED}]+|.", re.DOTALL)


class Kind(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """Neighbouring words with one fate. What was removed comes before what was put in its place."""

    kind: Kind
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """The pieces in reading order. Long texts that differ in much are shown as removed and added whole."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _count_equal(old, new)
    end = _count_equal(old[start:][::-1], new[start:][::-1])
    changed_old, changed_new = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [
        (Kind.KEPT, old[:start]),
        *_compare(changed_old, changed_new),
        (Kind.KEPT, old[len(old) - end :]),
    ]
    return [Piece(kind, "".join(tokens)) for kind, tokens in pieces if tokens]


def _count_equal(old: list[str], new: list[str]) -> int:
    """How many tokens are the same from the beginning."""
    length = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        length += 1
    return length


def _compare(old: list[str], new: list[str]) -> Iterator[tuple[Kind, list[str]]]:
    if len(old) > MAX_TOKENS or len(new) > MAX_TOKENS:
        yield from ((Kind.REMOVED, old), (Kind.ADDED, new))
        return
    for _, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[old_start:old_end] == new[new_start:new_end]:
            yield Kind.KEPT, old[old_start:old_end]
        else:
            yield Kind.REMOVED, old[old_start:old_end]
            yield Kind.ADDED, new[new_start:new_end]
