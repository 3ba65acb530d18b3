"""What a glossary file holds, whatever its format: rows of members under the wire's names, each with the line it came from."""

from dataclasses import dataclass

from foundation.api_errors import BadRequest
from foundation.customer_json import Problem

MEMBERS = ("sourceLocale", "targetLocale", "sourceText", "targetText", "type", "hint")
MAX_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class FileRow:
    """`values` as text, by the names in MEMBERS; members that the file leaves out are missing. `error` is what is wrong with the row as a whole."""

    line: int  # of the file, from 1
    values: dict[str, str]
    error: str = ""


class BadFile(BadRequest):
    """A file of which nothing can be read: it is a 400 already."""

    default_code = "bad_file"

    def __init__(self, message: str) -> None:
        super().__init__([Problem("", message)])


def too_many_rows() -> BadFile:
    return BadFile(f"The file has more than {MAX_ROWS:,} rows.")


def decode(content: bytes) -> str:
    """UTF-8, or UTF-16 with its mark, as spreadsheets save it. Raises BadFile."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as exc:
        raise BadFile("The file is not in UTF-8.") from exc
    if not text.strip():
        raise BadFile("The file is empty.")
    return text
