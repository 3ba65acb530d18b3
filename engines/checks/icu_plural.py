"""Plurals of ICU messages have a branch for every category of the target locale (CLDR, as Babel has it).

A category that only multiples of a million reach (`many` in French or Spanish) is a warning: `other` serves there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from engines.checks.finding import Finding, error, warning
from engines.checks.message import all_plurals, looks_branching, parse_message
from engines.checks.reading import Comparison

CODE = "icu_plural"

ORDER = ("zero", "one", "two", "few", "many", "other")
_SAMPLES = [
    *map(Decimal, (*range(200), 1000, 10_000, 100_000)),
    *map(Decimal, ("0.0", "0.1", "0.5", "1.0", "1.1", "1.5", "2.0", "2.5", "5.0", "10.0")),
]


@dataclass(frozen=True, slots=True)
class Categories:
    common: frozenset[str]
    rare: frozenset[str]  # reached by no number below a million


def find_faults(pair: Comparison) -> Iterator[Finding]:
    if not looks_branching(pair.pair.target) or not looks_branching(pair.pair.source):
        return
    message = parse_message(pair.pair.target)
    for argument in all_plurals(message) if message else ():
        categories = read_categories(pair.pair.target_locale, argument.kind)
        if missing := categories.common - argument.branches.keys():
            yield error(CODE, f"The plural of {argument.name} lacks branches that the language needs: {_enumerate(missing)}.")
        elif missing := categories.rare - argument.branches.keys():
            yield warning(CODE, f"The plural of {argument.name} lacks a branch for multiples of a million: {_enumerate(missing)}.")


@lru_cache(maxsize=1024)
def read_samples(locale: str, kind: str) -> dict[str, str]:
    """The first number of each category that numbers below a million reach, as CLDR spells it: `one` → `1`."""
    known = find_locale(locale)
    samples: dict[str, str] = {}
    if known is None:
        return samples
    form = known.ordinal_form if kind == "selectordinal" else known.plural_form
    for sample in _SAMPLES:
        samples.setdefault(form(sample), str(sample))
    return samples


@lru_cache(maxsize=1024)
def read_categories(locale: str, kind: str) -> Categories:
    """Of `plural` or `selectordinal`. Of a locale that CLDR does not know, only `other`."""
    known = find_locale(locale)
    if known is None:
        return Categories(frozenset({"other"}), frozenset())
    form = known.ordinal_form if kind == "selectordinal" else known.plural_form
    reached = {form(sample) for sample in _SAMPLES} | {"other"}
    return Categories(frozenset(reached), frozenset(form.tags) - reached)


def find_locale(locale: str) -> Locale | None:
    """CLDR's, or that of the language; None of one that CLDR does not know."""
    for name in (locale, locale.partition("-")[0]):
        try:
            return Locale.parse(name, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


def _enumerate(categories: frozenset[str]) -> str:
    return ", ".join(sorted(categories, key=ORDER.index))
