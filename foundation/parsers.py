"""How request bodies are read: strict JSON objects, nothing else.

DRF asks a parser only where `request.data` is read and the body is longer than nothing; an empty body is `{}`, whatever its content type. So a call
that takes no body (`POST /whoami`) needs no setting: its view does not read `request.data`. Where fields are required, an empty body lacks them all.
"""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.http import UnreadablePostError
from rest_framework.parsers import BaseParser
from rest_framework.utils.mediatypes import _MediaType

from foundation import customer_json
from foundation.api_errors import BadRequest, PayloadTooLarge, UnsupportedMediaType
from foundation.customer_json import JSONValue, MalformedJSON, Problem


class StrictJSONParser(BaseParser):
    """`application/json` in UTF-8, read by `customer_json.parse`; `request.data` is a dict whose numbers are `Number`.

    Raises UnsupportedMediaType for an encoded body (nothing is ever decompressed) or another charset, PayloadTooLarge, and BadRequest for
    JSON that is malformed or no object.
    """

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> dict[str, JSONValue]:
        headers = parser_context["request"].headers if parser_context else {}
        if headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise UnsupportedMediaType("Send the body without Content-Encoding.", code="unsupported_encoding")
        sent = _MediaType(media_type or self.media_type)
        if sent.full_type != self.media_type:  # `*/*` matches where DRF looks for a parser
            raise UnsupportedMediaType
        charset = sent.params.get("charset", "utf-8")
        if charset.strip("\"'").lower() not in ("utf-8", "utf8", "us-ascii"):
            raise UnsupportedMediaType("Send the body as application/json in UTF-8.")
        try:
            value = customer_json.parse(_read(stream))
        except MalformedJSON as exc:
            raise BadRequest(exc.problems, code="malformed_json") from exc
        if not isinstance(value, dict):
            raise BadRequest([Problem("", "The body must be a JSON object.")])
        return value


def _read(stream: IO[bytes]) -> bytes:
    try:
        body = stream.read(settings.BODY_LIMIT + 1)
    except UnreadablePostError as exc:
        raise BadRequest([Problem("", "The body ended early.")], code="malformed_json") from exc
    if len(body) > settings.BODY_LIMIT:
        raise PayloadTooLarge(settings.BODY_LIMIT)
    return body
