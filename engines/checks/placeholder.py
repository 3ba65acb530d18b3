"""Placeholders: each of the source's as often as there, and no other."""

import re
from collections import Counter
from collections.abc import Iterator

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison, enumerate_items
from engines.translation.placeholders import Kind

CODE = "placeholder"

_PLURAL_HEAD = re.compile(r"\{([\w.-]+),(?:plural|selectordinal),")


def find_faults(pair: Comparison) -> Iterator[Finding]:
    wanted, found = pair.source.tally(Kind.ARGUMENT), pair.target.tally(Kind.ARGUMENT)
    if wanted == found:
        return
    for number in _plural_numbers(wanted):
        del wanted[number], found[number]
    if missing := wanted - found:
        yield error(CODE, f"The translation lacks these placeholders, which must be copied exactly: {enumerate_items(missing)}.")
    surplus = found - wanted
    if repeated := Counter({key: count for key, count in surplus.items() if key in wanted}):
        yield error(CODE, f"The translation has these placeholders more often than the text: {enumerate_items(repeated)}.")
    if surplus.keys() - wanted.keys():
        yield error(CODE, "The translation contains a placeholder that the text has not.")


def _plural_numbers(wanted: Counter[str]) -> list[str]:
    """The numbers of plurals in their branches, where `{n}` and `#` mean the same: the check of ICU messages counts them."""
    return [f"{{{head[1]}}} in a branch" for head in map(_PLURAL_HEAD.match, wanted) if head]
