"""ICU messages for people: a plural as one field for each branch, and what it reads like for a number.

A text is cut along its syntax into the texts of its branches. Every category that CLDR has for the target locale gets a field, also those that the
text lacks: such a field is optional, and left empty it stays out. Put together again, fields that nobody changed give the same text to the letter.
Pure; nothing here judges, the checks do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale
from babel.numbers import format_decimal
from pyicumessageformat import Parser

from engines.checks.icu_plural import ORDER, find_locale, read_categories, read_samples
from engines.checks.message import PLURALS
from engines.translation.icu import Piece, find_icu

MOST_FIELDS = 40  # a longer message is edited as it is

_PARSER = Parser()


@dataclass(frozen=True, slots=True)
class Field:
    """The text of a branch, or one beside the branches. `before` is the syntax in front of it; that of a branch which the text lacks, `opening` and
    `closing`, comes in with its text."""

    label: str  # `count: one`; empty beside the branches
    sample: str  # a number of the category; empty where there is none
    before: str
    value: str
    opening: str = ""
    closing: str = ""


@dataclass(frozen=True, slots=True)
class MessageFields:
    """A message in pieces; `tail` is the syntax after the last field."""

    fields: tuple[Field, ...]
    tail: str


@dataclass(slots=True)
class _Branch:
    """An argument whose branches are being read; `selector` is that of the open one, None between them."""

    name: str
    kind: str
    seen: list[str]
    selector: str | None = None
    has_argument: bool = False  # in the open branch


def split_message(text: str, locale: str) -> MessageFields | None:
    """None for a text without branches, and for one that is not well-formed or has too many."""
    pieces = find_icu(text)
    if not pieces:
        return None
    fields, tail = _cut(text, pieces, locale)
    return MessageFields(tuple(fields), tail) if len(fields) <= MOST_FIELDS else None


def join_message(fields: Iterable[tuple[str, str, str, str]], tail: str) -> str:
    """The text that fields make: of each what stands before, opens, is, and closes it."""
    return "".join(before + (opening + value + closing if value else "") for before, opening, value, closing in fields) + tail


def _cut(text: str, pieces: Sequence[Piece], locale: str) -> tuple[list[Field], str]:
    fields: list[Field] = []
    open_arguments: list[_Branch] = []
    literal, start = "", 0
    for piece in pieces:
        spelt = text[piece.start : piece.end]
        if spelt == "#":
            continue
        between = text[start : piece.start]
        innermost = open_arguments[-1] if open_arguments else None
        is_leaf = innermost is not None and innermost.selector is not None and not innermost.has_argument and not piece.is_head
        if between or is_leaf:
            fields.append(_field(open_arguments, literal, between, locale))
            literal = ""
        closes_argument = not piece.is_head and not piece.closes_branch and spelt.strip() == "}"
        if closes_argument and innermost:
            lacking = list(_missing(open_arguments, literal, locale))
            fields += lacking
            literal = "" if lacking else literal
        literal += spelt
        _follow(open_arguments, piece, spelt, closes_argument=closes_argument)
        start = piece.end
    rest = text[start:]
    if rest:
        fields.append(Field("", "", literal, rest))
        literal = ""
    return fields, literal


def _follow(open_arguments: list[_Branch], piece: Piece, spelt: str, *, closes_argument: bool) -> None:
    """What is open after a piece."""
    if piece.is_head:
        if open_arguments:
            open_arguments[-1].has_argument = True
        name, kind = (part.strip() for part in spelt.strip("{, \t\r\n").split(",")[:2])
        open_arguments.append(_Branch(name, kind, []))
    elif closes_argument:
        open_arguments.pop()
    elif piece.closes_branch:
        open_arguments[-1].selector = None
    else:
        innermost = open_arguments[-1]
        innermost.selector = spelt.rstrip("{ \t\r\n").split()[-1]
        innermost.has_argument = False
        innermost.seen.append(innermost.selector)


def _field(open_arguments: Sequence[_Branch], before: str, value: str, locale: str) -> Field:
    label = " · ".join(f"{one.name}: {one.selector}" for one in open_arguments if one.selector)
    innermost = open_arguments[-1] if open_arguments else None
    sample = _sample(innermost.kind, innermost.selector or "", locale) if innermost else ""
    return Field(label, sample, before, value)


def _missing(open_arguments: Sequence[_Branch], before: str, locale: str) -> Iterator[Field]:
    """Fields for the categories that a plural lacks; the first carries the syntax that stands before them."""
    innermost = open_arguments[-1]
    if innermost.kind not in PLURALS:
        return
    lacking = read_categories(locale, innermost.kind).common - set(innermost.seen)
    outer = [f"{one.name}: {one.selector}" for one in open_arguments[:-1] if one.selector]
    for category in sorted(lacking, key=ORDER.index):
        label = " · ".join([*outer, f"{innermost.name}: {category}"])
        yield Field(label, _sample(innermost.kind, category, locale), before, "", f" {category} {{", "}")
        before = ""


def _sample(kind: str, selector: str, locale: str) -> str:
    if kind not in PLURALS:
        return ""
    return selector[1:] if selector.startswith("=") else read_samples(locale, kind).get(selector, "")


# ---- what a message reads like


def render_message(text: str, number: str, locale: str) -> str | None:
    """The message for a number, in the locale's spelling of it; of a `select` its last branch. None where the text or the number is malformed."""
    try:
        value = Decimal(number)
        nodes = _PARSER.parse(text)
    except (InvalidOperation, SyntaxError, ValueError):
        return None
    return _render(nodes, value, find_locale(locale)) if value.is_finite() and abs(value) < Decimal(10) ** 15 else None


def _render(nodes: Sequence[Any], number: Decimal, locale: Locale | None) -> str:
    return "".join(node if isinstance(node, str) else _render_argument(node, number, locale) for node in nodes)


def _render_argument(node: dict[str, Any], number: Decimal, locale: Locale | None) -> str:
    branches: dict[str, list[Any]] = node.get("options", {})
    if branches:
        return _render(_choose(node, branches, number, locale), number - int(node.get("offset", 0)), locale)
    if node.get("hash") or node.get("type") == "number":
        return str(format_decimal(number, locale=locale or Locale("en")))
    return f"{{{node['name']}}}"


def _choose(node: dict[str, Any], branches: dict[str, list[Any]], number: Decimal, locale: Locale | None) -> list[Any]:
    last = branches.get("other") or list(branches.values())[-1]
    if node["type"] not in PLURALS:
        return last
    exact = branches.get(f"={number}")
    if exact is not None:
        return exact
    form = None if locale is None else locale.ordinal_form if node["type"] == "selectordinal" else locale.plural_form
    return branches.get(form(number - int(node.get("offset", 0))) if form else "other", last)
