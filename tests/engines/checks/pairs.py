"""What the tests of checks have in common: a pair, and the codes found in it."""

from engines.checks import TextPair, check
from engines.layers import Term


def make_pair(source: str, target: str, *, locale: str = "de", source_locale: str = "en", terms: tuple[Term, ...] = ()) -> TextPair:
    return TextPair(source, target, source_locale, locale, terms)


def found(source: str, target: str, *, locale: str = "de", source_locale: str = "en", terms: tuple[Term, ...] = ()) -> list[str]:
    """`code severity` of each finding."""
    pair = make_pair(source, target, locale=locale, source_locale=source_locale, terms=terms)
    return [f"{finding.code} {finding.severity}" for finding in check(pair)]
