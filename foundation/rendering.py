"""How answers are written: one encoder for REST, webhooks and sockets, and the renderer that DRF is given.

Customers' JSON goes out as it came in: a value read by `customer_json` keeps its spelling, and text that is stored already is embedded as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches

from foundation.customer_json import Number, encode_with, spell_number

_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


@dataclass(frozen=True, slots=True)
class RawJSON:
    """JSON that is serialised already, as `customer_json.dump` wrote it; an answer embeds it unread. Never wrap what a caller sent."""

    text: str


def encode(value: Any) -> bytes:
    """Compact UTF-8 JSON; takes RawJSON, Number, datetime and Decimal beside plain values. Raises TypeError for anything else."""
    return encode_with(value, _spell, _OPTIONS)


def wire_time(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`, cut not rounded: `2026-04-17T10:00:00.123Z`. Raises ValueError without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a time on the wire needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


class JSONRenderer(BaseRenderer):
    """The one format of answers."""

    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 (RFC 8259); the media type has no such parameter

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        return b"" if data is None else encode(data)


class AlwaysJSON(BaseContentNegotiation):
    """Answers in the view's first format whatever `Accept` says: never 406, never HTML where a view did not ask for it."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        """The parser for the request's content type, as in DRF; None leads to a 415."""
        matching = (parser for parser in parsers if media_type_matches(parser.media_type, request.content_type))
        return next(matching, None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[BaseRenderer, str]:
        renderer: BaseRenderer = renderers[0]
        return renderer, str(renderer.media_type)


def _spell(value: Any) -> Any:
    match value:
        case RawJSON():
            return orjson.Fragment(value.text)
        case Number():
            return spell_number(value)
        case datetime():
            return wire_time(value)
        case Decimal():
            return orjson.Fragment(format(value, "f"))
        case Promise():
            return str(value)
        case _:
            raise TypeError(f"{type(value).__name__} is not JSON")
