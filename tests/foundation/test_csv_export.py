"""Tables as files: what a spreadsheet would run as a formula is text in them."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from foundation.csv_export import Cell, answer_csv

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def written(*rows: list[Cell]) -> str:
    return b"".join(answer_csv("x.csv", ["a", "b"], rows)).decode()  # type: ignore[arg-type]  # bytes, as it streams


def test_rows_are_written_as_rfc_4180_says() -> None:
    assert written(['say "hi"', "two\nlines"], [1, -2.5], [None, NOW]) == (
        'a,b\r\n"say ""hi""","two\nlines"\r\n1,-2.5\r\n,2026-03-01T12:00:00.000Z\r\n'
    )
    assert written() == "a,b\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_text_that_would_be_a_formula_is_none(text: str) -> None:
    assert next(csv.reader(StringIO(written([text, "1 = 1"]).split("\r\n", 1)[1], newline=""))) == [f"'{text}", "1 = 1"]


def test_answer_is_a_download_and_rows_are_asked_for_while_it_is_sent() -> None:
    asked: list[int] = []

    def rows() -> object:
        for number in range(3):
            asked.append(number)
            yield [number]

    answer = answer_csv("x.csv", ["a"], rows())  # type: ignore[arg-type]  # an iterator of rows
    parts = iter(answer)
    next(parts)

    assert asked == [0]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="x.csv"'
