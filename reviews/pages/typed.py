"""What the form of one key says, read from a browser's POST. A field's line ends become those of the customer's text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.core.exceptions import BadRequest
from django.http import QueryDict

from foundation.fields import MAX_STRING_LENGTH
from reviews.content import Content
from reviews.plurals import join_message
from reviews.requests import MAX_FENCE

REASON = "reason-"
_NUMBER = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Typed:
    """`text` is None where the form had no field; `seen` and `reasons` name findings (`reviews.answers.name_of`)."""

    number: int
    fence: int
    text: str | None
    seen: tuple[str, ...]
    reasons: Mapping[str, str]
    query: str  # of the address that the form was sent from: the list's filter

    def with_query(self, query: str) -> "Typed":
        return replace(self, query=query)


def read_typed(values: QueryDict) -> Typed:
    """Raises BadRequest for what no form of ours sends."""
    text = _read_text(values)
    if text is not None and len(text) > MAX_STRING_LENGTH:
        raise BadRequest(f"A text has at most {MAX_STRING_LENGTH:,} characters.")
    return Typed(
        number=read_number(values.get("number", "0")),
        fence=read_number(values.get("fence", "")),
        text=text,
        seen=tuple(values.getlist("seen")),
        reasons={name.removeprefix(REASON): str(value) for name, value in values.items() if name.startswith(REASON)},
        query=values.get("query", ""),
    )


def read_number(text: str) -> int:
    """Raises BadRequest."""
    if not _NUMBER.fullmatch(text) or int(text) > MAX_FENCE:
        raise BadRequest("This form is incomplete.")
    return int(text)


def spell(content: Content, number: int, text: str) -> str:
    """A browser sends every line end as CRLF or LF: what is typed gets those of the AI's text, and the AI's own text is the AI's to the letter."""
    translation = content.translations[number]
    if plain(translation) == text:
        return translation
    return text.replace("\n", "\r\n") if "\r\n" in translation else text


def _read_text(values: QueryDict) -> str | None:
    if "part" in values:
        pieces = zip(*(map(plain, values.getlist(name)) for name in ("before", "opening", "part", "closing")), strict=False)
        return join_message(((before, opening, part, closing) for before, opening, part, closing in pieces), plain(values.get("tail", "")))
    text = values.get("text")
    return None if text is None else plain(text)


def plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
