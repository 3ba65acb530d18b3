"""Numbers written in digits: the same on both sides, in any script's digits and any locale's separators.

0, 1 and 2 may become words or a dual form, or come from such.
"""

import re
from collections import Counter
from collections.abc import Iterator

from engines.checks.finding import Finding, warning
from engines.checks.reading import Comparison, enumerate_items

CODE = "number"

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d+(?:[.,٫٬'’]\d+|[ \xa0\u202f]\d{3}(?!\d))*")
_DATE = re.compile(r"\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}")
_NO_DIGIT = re.compile(r"\D+")
_OFTEN_WORDS = frozenset("012")


def find_faults(pair: Comparison) -> Iterator[Finding]:
    source, target = pair.source.prose, pair.target.prose
    if not _DIGIT.search(source) and not _DIGIT.search(target):
        return
    wanted, found = _read_numbers(source), _read_numbers(target)
    if wanted == found or _are_same_runs(source, target):
        return
    missing, surplus = wanted - found, found - wanted
    if (missing and surplus) or (missing | surplus).keys() - _OFTEN_WORDS:
        told = f" The text has {enumerate_items(missing)}." if missing else ""
        yield warning(CODE, f"The numbers of the translation differ from those of the text.{told}")


def _read_numbers(text: str) -> Counter[str]:
    """Without separators and in ASCII digits, so that 1,000.5 equals 1.000,5."""
    return Counter(_to_ascii(_NO_DIGIT.sub("", number)) for number in _NUMBER.findall(text))


def _are_same_runs(source: str, target: str) -> bool:
    """Whether the runs of digits are the same: in order (`1,2` that became `1, 2`), or in any where a date stands (`12/31/2020`, `31.12.2020`)."""
    wanted, found = _read_runs(source), _read_runs(target)
    return wanted == found or (sorted(wanted) == sorted(found) and bool(_DATE.search(source) and _DATE.search(target)))


def _read_runs(text: str) -> list[str]:
    return [_to_ascii(run) for run in _NO_DIGIT.split(text) if run]


def _to_ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(int(digit)) for digit in digits)
