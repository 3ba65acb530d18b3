"""Which values of a payload are locked: never sent to a model, merged back as they were sent (contract §2.2, `lockedKeys`).

A path is its keys and array positions joined by `.`; a key with dots in it counts as that many segments. A pattern without `.` locks what lies at or
below a segment that it matches, at any depth; a pattern with `.` is matched from the root. `*` matches within a segment, `**` any number of segments.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

ANY_NUMBER = "**"
State = tuple[tuple[int, int], ...]  # (pattern, how many of its parts are matched), for each rooted pattern that can still match


class Locks:
    """Follows a path segment by segment: `start`, then `enter` for each key on the way down."""

    def __init__(self, patterns: Iterable[str]) -> None:
        rooted = [pattern for pattern in patterns if "." in pattern]
        anywhere = [pattern for pattern in patterns if "." not in pattern]
        self._names = frozenset(pattern for pattern in anywhere if "*" not in pattern)
        globs = [_glob(pattern) for pattern in anywhere if "*" in pattern]
        self._globs = re.compile("|".join(globs), re.DOTALL) if globs else None
        self._rooted = [_parts(pattern) for pattern in rooted]
        self._seen: dict[tuple[State, str], State | None] = {}
        self.start: State = self._closure((index, 0) for index in range(len(self._rooted)))

    def enter(self, state: State, key: str | int) -> State | None:
        """The state below `key`, or None where it is locked."""
        if isinstance(key, str) and "." in key:
            for segment in key.split("."):
                entered = self._enter(state, segment)
                if entered is None:
                    return None
                state = entered
            return state
        return self._enter(state, str(key))

    def _enter(self, state: State, segment: str) -> State | None:
        if segment in self._names or (self._globs and self._globs.fullmatch(segment)):
            return None
        if not state:
            return state
        if (state, segment) not in self._seen:
            self._seen[state, segment] = self._advance(state, segment)
        return self._seen[state, segment]

    def _advance(self, state: State, segment: str) -> State | None:
        reached: set[tuple[int, int]] = set()
        for index, matched in state:
            parts = self._rooted[index]
            if parts[matched] == ANY_NUMBER:
                reached.add((index, matched))
            elif re.fullmatch(_glob(parts[matched]), segment, re.DOTALL):
                reached.add((index, matched + 1))
        after = self._closure(reached)
        return None if any(matched == len(self._rooted[index]) for index, matched in after) else after

    def _closure(self, positions: Iterable[tuple[int, int]]) -> State:
        """The positions, and those that `**` reaches by matching nothing."""
        found: set[tuple[int, int]] = set()
        for index, matched in positions:
            parts = self._rooted[index]
            found.add((index, matched))
            while matched < len(parts) and parts[matched] == ANY_NUMBER:
                matched += 1
                found.add((index, matched))
        return tuple(sorted(found))


def _parts(pattern: str) -> tuple[str, ...]:
    """The parts of a rooted pattern; `**` twice in a row is `**` once."""
    parts: list[str] = []
    for part in pattern.split("."):
        if part != ANY_NUMBER or parts[-1:] != [ANY_NUMBER]:
            parts.append(part)
    return tuple(parts)


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> str:
    """A regular expression for one segment."""
    return "[^.]*".join(re.escape(part) for part in re.split(r"\*+", pattern))
