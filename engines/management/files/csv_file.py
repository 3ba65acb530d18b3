"""Glossaries as CSV (RFC 4180), made to be opened in a spreadsheet and to come back unharmed.

A spreadsheet runs what begins with = + - @ (also in full width), a tab or a line break as a formula. Such a cell is written with an apostrophe in
front, which spreadsheets show as text, and so is a cell that already begins with apostrophes and then one of these: so reading takes exactly one
apostrophe back off, and every text survives. A file written by hand needs no apostrophes.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engines.management.files.rows import MAX_ROWS, MEMBERS, BadFile, FileRow, decode, too_many_rows

_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_DELIMITERS = ",;\t"  # some countries' spreadsheets write the others


def write_csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    """With a byte order mark, without which spreadsheets take UTF-8 for something else. Every cell is quoted."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(MEMBERS)
    writer.writerows([_guard(row[name]) for name in MEMBERS] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def read_csv(content: bytes) -> list[FileRow]:
    """The rows below the header, whose columns may come in any order; empty lines are skipped. Raises BadFile."""
    text = decode(content)
    first_line = text.splitlines()[0]
    delimiter = next((mark for mark in _DELIMITERS if mark in first_line), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[FileRow] = []
    try:
        names = _read_header(next(reader))
        for line, cells in _numbered(reader):
            if len(rows) == MAX_ROWS:
                raise too_many_rows()
            rows.append(_read_row(line, cells, names))
    except csv.Error as exc:
        raise BadFile(f"Line {reader.line_num} is not well-formed CSV.") from exc
    return rows


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins on: one row may span several."""
    line = reader.line_num + 1
    for cells in reader:
        if any(cells):
            yield line, cells
        line = reader.line_num + 1


def _read_header(names: list[str]) -> list[str]:
    names = [name.strip() for name in names]
    unknown = [name for name in names if name not in MEMBERS]
    if unknown:
        raise BadFile(f"Unknown column '{unknown[0][:50]}': the columns are {', '.join(MEMBERS)}.")
    if len(set(names)) < len(names):
        raise BadFile("A column is there twice.")
    if "sourceText" not in names:
        raise BadFile("The column sourceText is missing.")
    return names


def _read_row(line: int, cells: list[str], names: list[str]) -> FileRow:
    if len(cells) != len(names):
        return FileRow(line, {}, f"Has {len(cells)} cells where the header has {len(names)}.")
    values = {name: _unguard(cell) for name, cell in zip(names, cells, strict=True)}
    if not values.get("type", "-"):
        del values["type"]  # an empty cell is a member left out
    return FileRow(line, values)


def _guard(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _unguard(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
