"""The texts of a request without repeats: what stands at several paths with the same hints and remark is edited once."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from engines.editing.request import EditText, Kind
from engines.translation.chunks import estimate_tokens

_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class EditUnit:
    """One text, wherever it stands. `key` tells it from others of any request, so that an earlier attempt's work is found again."""

    key: str
    source: str
    current: str
    hints: tuple[str, ...]
    remark: str

    def measure(self) -> int:
        """In tokens: what may have to be written again, and what is told of it alone."""
        return estimate_tokens(self.current) + estimate_tokens(self.remark) + sum(map(estimate_tokens, self.hints))


def key_of(kind: str, *parts: str) -> str:
    """Short whatever the texts are: it is stored with a step that is tried again."""
    return f"{kind}:{hashlib.sha256(_SEPARATOR.join(parts).encode()).hexdigest()[:32]}"


def make_unit(kind: Kind, text: EditText) -> EditUnit:
    key = key_of(kind, text.source, text.current, text.remark, *text.hints)
    return EditUnit(key, text.source, text.current, text.hints, text.remark)


def gather_units(kind: Kind, texts: Iterable[EditText]) -> list[EditUnit]:
    """The distinct units, in order of first appearance."""
    return list(dict.fromkeys(make_unit(kind, text) for text in texts))
