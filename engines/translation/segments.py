"""Walks a payload once and finds what is to be translated: each string leaf becomes a segment, or is set aside with the reason.

`rebuild` puts translations back by path; nothing but the leaves found here can change.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from engines.translation.locks import Locks, State
from engines.translation.placeholders import find_syntax
from foundation.customer_json import JSONValue, Path

_LETTER = re.compile(r"[^\W\d_]")


class Reason(Enum):
    """Why a string leaf is not translated."""

    LOCKED = "locked"
    EMPTY = "empty"
    UNTRANSLATABLE = "untranslatable"  # only numbers, punctuation, addresses, placeholders


@dataclass(frozen=True, slots=True)
class Segment:
    """One text to translate. `number` counts from 1 in reading order; `hints` are breadcrumbs, from the outermost."""

    number: int
    path: Path
    text: str
    hints: tuple[str, ...] = ()


@dataclass(slots=True)
class Walk:
    """What a payload consists of. `set_aside` counts the string leaves that are not among `segments`."""

    segments: list[Segment] = field(default_factory=list)
    set_aside: dict[Reason, int] = field(default_factory=lambda: dict.fromkeys(Reason, 0))


def walk(data: JSONValue, *, locked_keys: Iterable[str] = (), hints: Mapping[str, Sequence[str]] | None = None) -> Walk:
    """The segments of `data` in reading order. Keys of `hints` are paths joined by `.`; those of absent paths are ignored."""
    found = Walk()
    for path, text, is_locked in _leaves(data, locked_keys):
        reason = Reason.LOCKED if is_locked else _reason_to_keep(text)
        if reason:
            found.set_aside[reason] += 1
        else:
            breadcrumbs = tuple(hints.get(".".join(map(str, path)), ())) if hints else ()
            found.segments.append(Segment(len(found.segments) + 1, path, text, breadcrumbs))
    return found


def has_translatable_text(data: JSONValue, locked_keys: Iterable[str] = ()) -> bool:
    """Whether anything would be sent to a model. Stops at the first such text."""
    return any(not is_locked and _reason_to_keep(text) is None for _, text, is_locked in _leaves(data, locked_keys))


def count_segments(data: JSONValue, locked_keys: Iterable[str] = ()) -> int:
    """How many texts would be translated, repeated ones counted each time."""
    return sum(not is_locked and _reason_to_keep(text) is None for _, text, is_locked in _leaves(data, locked_keys))


def _leaves(data: JSONValue, locked_keys: Iterable[str]) -> Iterator[tuple[Path, str, bool]]:
    """Path, text and whether it is locked, of each string leaf in reading order."""
    locks = Locks(list(locked_keys))
    waiting: list[tuple[Path, JSONValue, State | None]] = [((), data, locks.start)]
    while waiting:
        path, value, state = waiting.pop()
        if isinstance(value, str):
            yield path, value, state is None
        elif isinstance(value, dict | list):
            members: list[tuple[str | int, JSONValue]] = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
            waiting += [((*path, key), child, state if state is None else locks.enter(state, key)) for key, child in reversed(members)]


def _reason_to_keep(text: str) -> Reason | None:
    if not text or text.isspace():
        return Reason.EMPTY
    return None if _has_words(text) else Reason.UNTRANSLATABLE


def _has_words(text: str) -> bool:
    """Whether a letter stands outside of all that a program reads."""
    letter = _LETTER.search(text)
    end = 0
    for token in find_syntax(text) if letter else ():
        if _LETTER.search(text, end, token.start):
            return True
        end = token.end
    return bool(_LETTER.search(text, end))
