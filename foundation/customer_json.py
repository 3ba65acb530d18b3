"""Customers' JSON, read so that it can be given back exactly: key order, the spelling of numbers, every string.

Requests, model answers and stored payloads are read by `parse` and written by `dump`; nothing else touches JSON that a customer owns. What
`parse` accepts can be stored in a text column, sent as UTF-8 and read again to an equal value: no NUL, no lone surrogate, no number that is not
finite, no key that hides another (contract, 1.2).
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import orjson

MAX_DEPTH = 32
MAX_KEY_LENGTH = 512
MAX_INTEGER_DIGITS = 4300
MAX_PROBLEMS = 100  # listed in one refusal; a hostile body has millions

_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS
_UNSAFE_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")  # may stand for NUL or a surrogate, paired or lone
_UNSAFE_CHARACTER = re.compile("[\0\ud800-\udfff]")
_INTEGER = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number with the spelling it was sent in: `1.50` and `1.5` are different Numbers."""

    text: str

    @property
    def is_integer(self) -> bool:
        """Whether it is spelt without fraction and exponent."""
        return _INTEGER.fullmatch(self.text) is not None

    def to_python(self) -> int | float:
        """Its value: int when spelt as one, else the nearest finite float."""
        return int(self.text) if self.is_integer else float(self.text)


JSONValue: TypeAlias = "bool | str | Number | list[JSONValue] | dict[str, JSONValue] | None"
Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request: where (`format_path`, empty for the whole) and what, as a sentence for the caller."""

    path: str
    message: str


class MalformedJSON(ValueError):
    """The text is not JSON that can be kept. `problems` lists what is wrong, at most MAX_PROBLEMS of it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("malformed JSON")
        self.problems = list(problems)


def parse(body: bytes | str) -> JSONValue:
    """Reads one JSON value (RFC 8259) strictly. Raises MalformedJSON listing every problem with its path, or one problem when it cannot be read."""
    text = _decode(body)
    reader = _Reader()
    try:
        value: JSONValue = reader.decode(text)
        is_sound = not reader.is_suspect and _fits(value, MAX_DEPTH)
    except RecursionError:
        _refuse(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
    except json.JSONDecodeError as exc:
        _refuse(f"The JSON cannot be read: {exc.msg.removesuffix(' at')} at line {exc.lineno}, column {exc.colno}.")
    is_plain = isinstance(body, bytes) or text.isascii()
    if is_sound and is_plain and not ("\\u" in text and _UNSAFE_ESCAPE.search(text)):
        return value
    problems = list(_first(_problems(value, ())))
    if problems:
        raise MalformedJSON(problems)
    return value


def dump(value: Any) -> str:
    """Compact JSON. Takes what `parse` returns, plain int and float too (NaN becomes null). Raises TypeError for anything else."""
    return encode_with(value, _spell_number).decode()


def format_path(path: Iterable[str | int]) -> str:
    """`("data", "lessons", 0, "title")` → `data.lessons[0].title`. For people: a key that contains dots is not marked."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def encode_with(value: Any, spell: Any, options: int = _OPTIONS) -> bytes:
    """JSON by orjson, with `spell` for what it does not know. Integers beyond 64 bits, which orjson refuses, are spelt by hand."""
    try:
        return orjson.dumps(value, default=spell, option=options)
    except orjson.JSONEncodeError as exc:
        if "64-bit" not in str(exc):
            raise
        return orjson.dumps(_spell_large_integers(value), default=spell, option=options)


def spell_number(number: Number) -> orjson.Fragment:
    return orjson.Fragment(number.text)


def _spell_number(value: Any) -> orjson.Fragment:
    if isinstance(value, Number):
        return spell_number(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _spell_large_integers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _spell_large_integers(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_spell_large_integers(item) for item in value]
    if isinstance(value, int) and value.bit_length() > 63:
        return Number(str(value))
    return value


class _Repeating(dict[str, JSONValue]):
    """An object whose text names a key more than once; `repeated` lists those keys."""

    repeated: list[str]


class _NotFinite(Number):
    """NaN, Infinity, or a number too large for a double."""


class _Numbers(dict[str, Number]):
    """Numbers by their spelling. `__getitem__` is the decoder's hook: a number seen before costs one look-up."""

    def __init__(self, reader: "_Reader") -> None:
        self.reader = reader

    def __missing__(self, text: str) -> Number:
        number = self[text] = Number(text)
        is_float = not _INTEGER.fullmatch(text)
        if is_float and math.isinf(float(text)):
            number = self[text] = _NotFinite(text)
        if isinstance(number, _NotFinite) or len(text) > MAX_INTEGER_DIGITS:
            self.reader.is_suspect = True
        return number


class _Reader(json.JSONDecoder):
    """The standard decoder with hooks that keep what it would lose. They know no paths: they leave marks in the value and set `is_suspect`."""

    def __init__(self) -> None:
        self.is_suspect = False
        numbers = _Numbers(self)
        super().__init__(
            object_pairs_hook=self._read_object,
            parse_int=numbers.__getitem__,
            parse_float=numbers.__getitem__,
            parse_constant=self._read_constant,
        )

    def _read_object(self, pairs: list[tuple[str, JSONValue]]) -> dict[str, JSONValue]:
        found = dict(pairs)
        if len(found) != len(pairs):
            self.is_suspect = True
            found = _Repeating(pairs)
            found.repeated = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
        elif found and max(map(len, found)) > MAX_KEY_LENGTH:
            self.is_suspect = True
        return found

    def _read_constant(self, text: str) -> Number:
        self.is_suspect = True
        return _NotFinite(text)


def _decode(body: bytes | str) -> str:
    if body.startswith(b"\xef\xbb\xbf") if isinstance(body, bytes) else body.startswith("\ufeff"):
        _refuse("The JSON starts with a byte order mark; send it without.")
    try:
        text = body.decode() if isinstance(body, bytes) else body
    except UnicodeDecodeError as exc:
        _refuse(f"The JSON is not valid UTF-8 (byte {exc.start}).")
    if not text or text.isspace():
        _refuse("The body is empty; it must be JSON.")
    return text


def _refuse(message: str) -> NoReturn:
    raise MalformedJSON([Problem("", message)])


def _fits(value: JSONValue, levels: int) -> bool:
    """Whether `value` is nested at most `levels` deep."""
    if not isinstance(value, dict | list):
        return True
    children = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_fits(child, levels - 1) for child in children if isinstance(child, dict | list))


def _first(problems: Iterator[Problem]) -> Iterator[Problem]:
    for problem, _ in zip(problems, range(MAX_PROBLEMS), strict=False):
        yield problem


def _problems(value: JSONValue, path: Path) -> Iterator[Problem]:
    """Everything wrong with `value`, in reading order."""
    if isinstance(value, str):
        yield from _string_problems(value, path)
    elif isinstance(value, Number):
        yield from _number_problems(value, path)
    elif isinstance(value, dict | list):
        if len(path) >= MAX_DEPTH:
            yield Problem(_show(path), f"The JSON is nested more than {MAX_DEPTH} levels deep.")
            return
        if isinstance(value, _Repeating):
            yield from (Problem(_show((*path, key)), "The key appears more than once.") for key in value.repeated)
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _key_problems(key, (*path, key))
            yield from _problems(child, (*path, key))


def _string_problems(value: str, path: Path) -> Iterator[Problem]:
    found = _UNSAFE_CHARACTER.search(value)
    if found:
        yield Problem(_show(path), f"The string contains {_name(found[0])}.")


def _number_problems(value: Number, path: Path) -> Iterator[Problem]:
    if isinstance(value, _NotFinite):
        yield Problem(_show(path), f"{_shorten(value.text)} is not a finite number.")
    elif value.is_integer and len(value.text.lstrip("-")) > MAX_INTEGER_DIGITS:
        yield Problem(_show(path), f"The integer has more than {MAX_INTEGER_DIGITS} digits.")


def _key_problems(key: str | int, path: Path) -> Iterator[Problem]:
    if isinstance(key, int):
        return
    if len(key) > MAX_KEY_LENGTH:
        yield Problem(_show(path), f"The key is longer than {MAX_KEY_LENGTH} characters.")
    found = _UNSAFE_CHARACTER.search(key)
    if found:
        yield Problem(_show(path), f"The key contains {_name(found[0])}.")


def _name(character: str) -> str:
    return "the character \\u0000" if character == "\0" else f"the lone surrogate \\u{ord(character):04x}"


def _show(path: Path) -> str:
    """The path as text that can be sent: long keys cut, characters that are refused spelt as escapes."""
    text = format_path(_shorten(part) if isinstance(part, str) else part for part in path)
    return _UNSAFE_CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _shorten(text: str) -> str:
    return text if len(text) <= 64 else f"{text[:63]}…"
