"""Checks of one translated text against its source: one small module each, without a database, a model or a locale of its own.

Used on every answer of a model and on what people submit. A check yields a finding only where people who translate well would not do the same
(benchmarks/checks.md has the figures).
"""

from collections.abc import Callable, Iterator

from engines.checks import (
    chatter,
    control,
    echo,
    empty,
    glossary,
    icu,
    icu_plural,
    language,
    length,
    markdown,
    number,
    placeholder,
    refusal,
    script,
    tag,
    url,
)
from engines.checks.finding import Finding, Severity, TextPair
from engines.checks.reading import Comparison

__all__ = ["CODES", "UNFORGIVABLE", "Finding", "Severity", "TextPair", "check"]

_Check = Callable[[Comparison], Iterator[Finding]]

# Of what a program reads: nothing to find where neither text has a character that could be syntax.
_OF_SYNTAX: dict[str, _Check] = {module.CODE: module.find_faults for module in (placeholder, tag, icu, icu_plural, markdown, url, number)}
_OF_PROSE: dict[str, _Check] = {module.CODE: module.find_faults for module in (control, echo, glossary, script, language, length, refusal, chatter)}
_ALL = {**_OF_SYNTAX, **_OF_PROSE}
CODES = frozenset({empty.CODE, *_OF_SYNTAX, *_OF_PROSE})

# No reviewer may mark these a false alarm: the customer's program would fail on the text. `structure` is of whole payloads, found elsewhere.
UNFORGIVABLE = frozenset({icu.CODE, tag.CODE, empty.CODE, "structure"})


def check(pair: TextPair, *, without: frozenset[str] = frozenset()) -> list[Finding]:
    """What is wrong with a translation, errors and warnings, in the order of the checks. An empty translation has no other fault.

    `without` holds codes that the maker of the translation cannot meet (pseudo-localization has no language).
    """
    compared = Comparison(pair)
    if found := list(empty.find_faults(compared)):
        return found
    findings: list[Finding] = []
    for code, find_faults in _OF_PROSE.items() if compared.is_plain else _ALL.items():
        if code not in without:
            findings += find_faults(compared)
    return findings
