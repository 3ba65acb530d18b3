"""How far a person went from the AI version: the least number of characters to insert, remove or replace, beside the length of what they worked on.

Characters and not words, so that a script without spaces is measured as any other. Exact, by bit-parallel dynamic programming (Hyyrö 2003, after
Myers 1999): Python's long integers are the columns.
"""

from collections import defaultdict
from collections.abc import Iterable

MAX_CHARACTERS = 5_000  # of the part that differs, of each text; beyond, it counts as written anew
SAMPLE = 100_000  # characters that are looked at: as much as a person edits in days, and half a second


def measure_edits(pairs: Iterable[tuple[str, str]]) -> float | None:
    """From 0 to 1 over the (before, after) that differ: edits, divided by the characters of the longer text of each. None where none differs.

    Of more than SAMPLE characters only the first texts are measured.
    """
    edits = characters = 0
    for before, after in pairs:
        if before != after:
            edits += count_edits(before, after)
            characters += max(len(before), len(after))
        if characters > SAMPLE:
            break
    return edits / characters if characters else None


def count_edits(before: str, after: str) -> int:
    """Levenshtein's distance in code points."""
    start = _count_equal(before, after)
    before, after = before[start:], after[start:]
    end = _count_equal(before[::-1], after[::-1])
    before, after = before[: len(before) - end], after[: len(after) - end]
    longest = max(len(before), len(after))
    return longest if not before or not after or longest > MAX_CHARACTERS else _distance(before, after)


def _count_equal(one: str, other: str) -> int:
    """How many characters are the same from the beginning."""
    return next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _distance(before: str, after: str) -> int:
    """`before` is the vertical text: bit i of `plus` and `minus` says whether the column grows or shrinks from its cell i - 1 to cell i."""
    positions: defaultdict[str, int] = defaultdict(int)
    for index, character in enumerate(before):
        positions[character] |= 1 << index
    everything, last = (1 << len(before)) - 1, 1 << (len(before) - 1)
    plus, minus, distance = everything, 0, len(before)
    for character in after:
        matches = positions.get(character, 0)
        diagonal = (((matches & plus) + plus) ^ plus) | matches | minus
        grows, shrinks = minus | ~(diagonal | plus), plus & diagonal
        distance += bool(grows & last) - bool(shrinks & last)
        grows, shrinks = (grows << 1) | 1, shrinks << 1
        plus, minus = (shrinks | ~(diagonal | grows)) & everything, grows & diagonal & everything
    return distance
