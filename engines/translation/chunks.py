"""Divides the texts of a payload into model calls: neighbours together, each chunk small enough to be answered whole.

A text that occurs twice with the same hints is one unit and is translated once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engines.translation.segments import Segment
from foundation.customer_json import Path

MAX_TOKENS = 2000  # of source text and hints; a single text may be longer
MAX_TEXTS = 100
BYTES_PER_TOKEN = 4  # an estimate: languages and tokenizers differ


@dataclass(frozen=True, slots=True)
class Unit:
    """One text with its hints, and every path at which it stands."""

    text: str
    hints: tuple[str, ...]
    paths: tuple[Path, ...]

    @property
    def key(self) -> str:
        """What tells it from other units of any payload: the text, and its hints where it has some."""
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
    return [Chunk({str(number): unit for number, unit in enumerate(group, start=1)}) for group in _groups(units)]


def _groups(units: Iterable[Unit]) -> Iterator[list[Unit]]:
    group: list[Unit] = []
    tokens = 0
    for unit in units:
        size = estimate_tokens(unit.text) + sum(map(estimate_tokens, unit.hints))
        if group and (len(group) >= MAX_TEXTS or tokens + size > MAX_TOKENS):
            yield group
            group, tokens = [], 0
        group.append(unit)
        tokens += size
    if group:
        yield group
