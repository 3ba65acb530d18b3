"""A translation has text where its source has."""

from collections.abc import Iterator

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison

CODE = "empty"


def find_faults(pair: Comparison) -> Iterator[Finding]:
    if not pair.pair.target.strip() and pair.pair.source.strip():
        yield error(CODE, "The translation is empty.")
