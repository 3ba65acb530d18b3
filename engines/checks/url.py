"""Addresses of pages and mailboxes: each of the source's as often as there, to the letter, and no other."""

from collections.abc import Iterator

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison, enumerate_items
from engines.translation.placeholders import Kind

CODE = "url"


def find_faults(pair: Comparison) -> Iterator[Finding]:
    wanted, found = pair.source.tally(Kind.ADDRESS), pair.target.tally(Kind.ADDRESS)
    if missing := wanted - found:
        yield error(CODE, f"The translation lacks these addresses, which must be copied exactly: {enumerate_items(missing)}.")
    elif found != wanted:
        yield error(CODE, "The translation contains an address that the text has not, or one too often.")
