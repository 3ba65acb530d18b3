"""Divides the texts of a payload into model calls: neighbours together, each chunk small enough to be answered whole.

A text that occurs twice with the same hints is one unit and is translated once.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from engines.translation.segments import Segment
from foundation.customer_json import Path

T = TypeVar("T")

MAX_TOKENS = 2000  # of source text and hints; a single text may be longer
MAX_TEXTS = 100
BYTES_PER_TOKEN = 4  # an estimate: languages and tokenizers differ


@dataclass(frozen=True)
class Unit:
    """One text with its hints, and every path at which it stands."""

    text: str
    hints: tuple[str, ...]
    paths: tuple[Path, ...]

    @cached_property
    def key(self) -> str:
        """What tells it from other units of any payload: the text, and its hints where it has some. Asked for dozens of times."""
        return "\x1f".join((self.text, *self.hints))


@dataclass(frozen=True, slots=True)
class Chunk:
    """Units to be translated by one call, by number: "1", "2", …"""

    units: dict[str, Unit]


def estimate_tokens(text: str) -> int:
    return -(-len(text.encode()) // BYTES_PER_TOKEN)


def gather_units(segments: Iterable[Segment]) -> list[Unit]:
    """The distinct units, in order of first appearance."""
    paths: dict[tuple[str, tuple[str, ...]], list[Path]] = {}
    for segment in segments:
        paths.setdefault((segment.text, segment.hints), []).append(segment.path)
    return [Unit(text, hints, tuple(places)) for (text, hints), places in paths.items()]


def split_into_chunks(units: Iterable[Unit]) -> list[Chunk]:
    """Chunks in reading order, each within both limits but for a single text that is longer."""
    return [Chunk(group) for group in number_in_groups(units, _measure)]


def number_in_groups(items: Iterable[T], measure: Callable[[T], int]) -> list[dict[str, T]]:
    """Neighbours together, at most MAX_TEXTS and MAX_TOKENS of what `measure` says to a group but for a single item that is larger; by number."""
    return [{str(number): item for number, item in enumerate(group, start=1)} for group in _groups(items, measure)]


def _measure(unit: Unit) -> int:
    return estimate_tokens(unit.text) + sum(map(estimate_tokens, unit.hints))


def _groups(items: Iterable[T], measure: Callable[[T], int]) -> Iterator[list[T]]:
    group: list[T] = []
    tokens = 0
    for item in items:
        size = measure(item)
        if group and (len(group) >= MAX_TEXTS or tokens + size > MAX_TOKENS):
            yield group
            group, tokens = [], 0
        group.append(item)
        tokens += size
    if group:
        yield group
