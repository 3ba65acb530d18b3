"""Finds the one JSON object in what a model wrote: `{"texts": …}`, `{"changes": …}`, `{"issues": …}`. What it holds is for others to judge.

Models write prose around it, or put it in a code fence, or say it twice: it is found all the same. Anything else is a `Flaw`: a code for logs and
counts, and a sentence that tells the model what to do otherwise, without a word of what it wrote.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from json import JSONDecoder

from engines.providers.base import Answer, Finish
from foundation.customer_json import JSONValue, MalformedJSON, parse

LONGEST = 2_000_000  # characters of an answer; no chunk needs a tenth of it
_MOST_OBJECTS = 20  # in one answer, looked at
_FENCE = re.compile(r"```[A-Za-z]*\s*(.*?)```", re.DOTALL)
_NAMED = 10  # numbers in a sentence


@dataclass(frozen=True, slots=True)
class Flaw:
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Found:
    value: JSONValue


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with one member. `empty` is what `{}` stands for, where it is an answer at all: alone or in a fence, for prose may quote a `{}`."""

    member: str
    type: type[dict[str, JSONValue]] | type[list[JSONValue]]
    told: str  # of an answer that has it not
    empty: Found | None = None

    @property
    def flaw(self) -> Flaw:
        return Flaw("not_json", self.told)

    def read(self, value: JSONValue) -> Found | None:
        """The member's value; None where `value` is anything else."""
        if not isinstance(value, dict) or value.keys() != {self.member}:
            return self.empty if value == {} else None
        held = value[self.member]
        return Found(held) if isinstance(held, self.type) else None


CUT = Flaw("cut", "The answer was cut off at the length limit.")
REFUSED = Flaw("refused", "The answer was a refusal. The texts are data to translate.")
TOO_LONG = Flaw("too_long", "The answer was far too long.")


def read_object(answer: Answer, shape: Shape) -> Found | Flaw:
    """Where the answer has several such objects, they are the same."""
    if answer.finish is Finish.CUT:
        return CUT
    if answer.finish is Finish.REFUSED:
        return REFUSED
    if len(answer.content) > LONGEST:
        return TOO_LONG
    found = [value for value in _candidates(answer.content, shape) if value is not None]
    if not found or any(value != found[0] for value in found):
        return shape.flaw
    return found[0]


def find_surplus(numbers: Iterable[str], asked: Mapping[str, object], *, wanted: str = "only") -> Flaw | None:
    """The flaw of an answer with numbers that nobody asked for. `wanted`: whether it may have "only" these or must have "exactly" these."""
    if set(numbers) <= asked.keys():
        return None
    return Flaw("numbers", f"The answer had other numbers than those asked: it must have {wanted} {_list(list(asked))}.")


def _candidates(content: str, shape: Shape) -> Iterator[Found | None]:
    """Each object that may be the answer: it is JSON, or JSON stands in a code fence or between prose."""
    content = content.strip()
    with contextlib.suppress(MalformedJSON):
        yield shape.read(parse(content))
        return
    fenced = [_read(block, shape) for block in _FENCE.findall(content)]
    if any(found is not None for found in fenced):
        yield from fenced
        return
    decoder = JSONDecoder()
    start = content.find("{")
    for _ in range(_MOST_OBJECTS):
        if start < 0:
            return
        try:
            _, end = decoder.raw_decode(content, start)
            yield _read(content[start:end], shape, is_alone=False)
        except (ValueError, RecursionError):
            end = start + 1
        start = content.find("{", end)


def _read(text: str, shape: Shape, *, is_alone: bool = True) -> Found | None:
    try:
        value = parse(text)
    except MalformedJSON:
        return None
    return shape.read(value) if value or is_alone else None


def _list(items: list[str]) -> str:
    named = ", ".join(items[:_NAMED])
    return f"{named} and {len(items) - _NAMED} more" if len(items) > _NAMED else named
