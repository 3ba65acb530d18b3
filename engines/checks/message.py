"""ICU messages as trees, read by pyicumessageformat: what the two checks of them share."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyicumessageformat import Parser

_HEAD = re.compile(r"\{\s*[\w.-]{1,200}\s*,\s*(?:plural|selectordinal|select)\s*,")
_PARSER = Parser()
PLURALS = frozenset({"plural", "selectordinal"})


@dataclass(frozen=True, slots=True)
class Argument:
    """`{name}`, `{name, kind, …}` or the `#` of a plural. Only plural, selectordinal and select have branches."""

    name: str
    kind: str
    offset: int
    branches: Mapping[str, "Message"]


@dataclass(frozen=True, slots=True)
class Message:
    arguments: tuple[Argument, ...]

    @property
    def branching(self) -> tuple[Argument, ...]:
        return tuple(argument for argument in self.arguments if argument.branches)

    def names(self) -> set[str]:
        return {argument.name for argument in self.arguments}


def looks_branching(text: str) -> bool:
    """Whether the text begins a plural or select argument anywhere, well-formed or not."""
    return "{" in text and _HEAD.search(text) is not None


@lru_cache(maxsize=512)
def parse_message(text: str) -> Message | None:
    """None where the text is no well-formed ICU message."""
    try:
        return _read(_PARSER.parse(text))
    except (SyntaxError, ValueError):
        return None


def all_plurals(message: Message) -> Iterator[Argument]:
    """The plural arguments at any depth."""
    for argument in message.branching:
        if argument.kind in PLURALS:
            yield argument
        for branch in argument.branches.values():
            yield from all_plurals(branch)


def _read(nodes: list[Any]) -> Message:
    return Message(tuple(_read_argument(node) for node in nodes if isinstance(node, dict)))


def _read_argument(node: dict[str, Any]) -> Argument:
    branches = {key: _read(branch) for key, branch in node.get("options", {}).items()}
    return Argument(node["name"], node.get("type", ""), int(node.get("offset", 0)), branches)
