"""Placeholders: each of the source's as often as there, and no other."""

from collections import Counter
from collections.abc import Iterator

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison, enumerate_items
from engines.translation.placeholders import Kind

CODE = "placeholder"


def find_faults(pair: Comparison) -> Iterator[Finding]:
    wanted, found = pair.source.tally(Kind.ARGUMENT), pair.target.tally(Kind.ARGUMENT)
    if wanted == found:
        return
    if missing := wanted - found:
        yield error(CODE, f"The translation lacks these placeholders, which must be copied exactly: {enumerate_items(missing)}.")
    surplus = found - wanted
    if repeated := Counter({key: count for key, count in surplus.items() if key in wanted}):
        yield error(CODE, f"The translation has these placeholders more often than the text: {enumerate_items(repeated)}.")
    if surplus.keys() - wanted.keys():
        yield error(CODE, "The translation contains a placeholder that the text has not.")
