"""Tables as files for people's spreadsheets: RFC 4180, streamed, without a cell that a spreadsheet would run as a formula.

Texts of people and models stand in such tables. A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` (in full width too) or a control
character for a formula, which may send what is beside it elsewhere; such a cell gets an apostrophe before it.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO

from django.http import StreamingHttpResponse

from foundation.rendering import wire_time

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | float | datetime | None


def answer_csv(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """A download called `name`; `rows` are asked for while it is sent. Times are written as the API writes them, None as an empty cell."""
    disposition = f'attachment; filename="{name}"'
    return StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition})


def _lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    for row in rows:
        writer.writerow([_write(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _write(cell: Cell) -> str | int | float:
    """Numbers stay as they are: a negative one is no formula."""
    match cell:
        case None:
            return ""
        case datetime():
            return wire_time(cell)
        case str():
            return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
        case _:
            return cell
