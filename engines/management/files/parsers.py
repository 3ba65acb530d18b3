"""How a body that is a file is taken in: unread, with the name of its format. JSON bodies are `foundation.parsers`' business."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.http import UnreadablePostError
from rest_framework.parsers import BaseParser

from engines.management.files.rows import BadFile
from foundation.api_errors import PayloadTooLarge, UnsupportedMediaType


@dataclass(frozen=True, slots=True)
class Upload:
    format: str
    content: bytes


class FileParser(BaseParser):
    """A body of `media_type`, at most BODY_LIMIT bytes; `request.data` is an Upload.

    Raises UnsupportedMediaType for an encoded body (nothing is ever decompressed), PayloadTooLarge, and BadFile for one that ended early.
    """

    format = ""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Upload:  # type: ignore[override]  # DRF takes any value
        headers = parser_context["request"].headers if parser_context else {}
        if headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            raise UnsupportedMediaType("Send the body without Content-Encoding.", code="unsupported_encoding")
        try:
            content = stream.read(settings.BODY_LIMIT + 1)
        except UnreadablePostError as exc:
            raise BadFile("The body ended early.") from exc
        if len(content) > settings.BODY_LIMIT:
            raise PayloadTooLarge(settings.BODY_LIMIT)
        return Upload(self.format, content)


class CsvParser(FileParser):
    media_type = "text/csv"
    format = "csv"


class TbxParser(FileParser):
    media_type = "application/x-tbx+xml"
    format = "tbx"


class TbxXmlParser(TbxParser):
    """What clients that know no better call XML."""

    media_type = "application/xml"


class TmxParser(FileParser):
    media_type = "application/x-tmx+xml"
    format = "tmx"


class TmxXmlParser(TmxParser):
    media_type = "application/xml"


def uploaded(data: Any) -> Upload:
    """The file in `request.data`. Raises BadFile for an empty body, which DRF hands to no parser."""
    if not isinstance(data, Upload):
        raise BadFile("The file is empty.")
    return data
