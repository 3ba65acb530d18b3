"""Terms of the glossary that occur in the source: the translation has what each must become, inflected or not, or the term itself where it must stay.

A term inside a longer one (`account` in `account manager`) asks for nothing where only the longer one is meant. Terms never cross scripts.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison
from engines.inflection import UNSPACED, find_term, occurs, split_words
from engines.layers import Term
from foundation.locales import base_language

CODE = "glossary"

_ATTACHING = UNSPACED | {"ar", "he", "ko", "fa", "ur"}  # languages that write particles onto a foreign word
_UNINFLECTING = frozenset({"en", "es", "fr", "it", "pt", "ca", "gl", "vi", "id", "ms"})
_ABBREVIATION = 4  # letters: `IT` is not `it`


def find_faults(pair: Comparison) -> Iterator[Finding]:
    terms = pair.pair.terms
    if not terms:
        return
    for term in _find_applicable(terms, pair):
        if term.target_text is None:
            if not _stays(term.source_text, pair.pair.target, pair.target_language):
                yield error(CODE, f"The glossary keeps “{term.source_text}” as it is; the translation has it in another form or not at all.")
        elif not occurs(term.target_text, pair.pair.target, pair.target_language):
            yield error(CODE, f"The glossary says that “{term.source_text}” becomes “{term.target_text}”; the translation lacks it.")


def _find_applicable(terms: tuple[Term, ...], pair: Comparison) -> Iterator[Term]:
    """Those in the source, outside of longer ones."""
    text, language = pair.pair.source, pair.source_language
    folded = text.casefold()
    likely = sorted((term for term in terms if _key(term.source_text) in folded), key=lambda term: -len(term.source_text))
    if not likely:
        return
    if language in UNSPACED:
        yield from _cut_out(likely, folded)
        return
    words = split_words(text)
    taken: set[int] = set()
    for term in likely:
        if _is_abbreviation(term.source_text) and term.source_text not in text:
            continue
        spans = [span for span in find_term(term.source_text, words, language) if not taken.issuperset(range(*span))]
        for span in spans:
            taken.update(range(*span))
        if spans:
            yield term


def _cut_out(likely: list[Term], text: str) -> Iterator[Term]:
    """Of a language without spaces between words."""
    for term in likely:
        needle = term.source_text.casefold()
        if needle in text:
            text = text.replace(needle, " ")
            yield term


def _key(text: str) -> str:
    """What any form of the term begins with: quick to look for."""
    return text.casefold()[:2]


def _is_abbreviation(text: str) -> bool:
    return len(text) <= _ABBREVIATION and text.isupper()


def _stays(term: str, target: str, language: str) -> bool:
    return term in target and _verbatim(term, language).search(target) is not None


@lru_cache(maxsize=4096)
def _verbatim(term: str, language: str) -> re.Pattern[str]:
    """The term to the letter, as a word of its own; a case ending may follow where the language has some (`GitHubissa`, `GitHub'da`, `GitHubs`)."""
    if base_language(language) in _ATTACHING:
        return re.compile(re.escape(term))
    ending = "" if language in _UNINFLECTING else r"(?:['’:-]?[^\W\d_]{0,5})?"
    before, after = (r"(?<!\w)" if term[:1].isalnum() else ""), (rf"{ending}(?!\w)" if term[-1:].isalnum() else "")
    return re.compile(before + re.escape(term) + after)
