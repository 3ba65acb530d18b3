"""Terms of the glossary that occur in the source: the translation has what each must become, inflected or not, or the term itself where it must stay.

A term inside a longer one (`account` in `account manager`) asks for nothing where only the longer one is meant. Terms never cross scripts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engines.checks.finding import Finding, TextPair, error
from engines.checks.reading import Comparison
from engines.inflection import UNSPACED, Span, find_term, occurs, split_words, word_spans
from engines.layers import Term
from engines.term_count import TermCount
from foundation.locales import base_language

CODE = "glossary"

_ATTACHING = UNSPACED | {"ar", "he", "ko", "fa", "ur"}  # languages that write particles onto a foreign word
_UNINFLECTING = frozenset({"en", "es", "fr", "it", "pt", "ca", "gl", "vi", "id", "ms"})
_ABBREVIATION = 4  # letters: `IT` is not `it`


@dataclass(frozen=True, slots=True)
class Hit:
    """A term that the source has, outside of longer ones; `spans`: where, in characters. `is_used`: the translation has what it must become."""

    term: Term
    spans: tuple[Span, ...]
    is_used: bool


def find_faults(pair: Comparison) -> Iterator[Finding]:
    terms = pair.pair.terms
    if not terms:
        return
    for term, _ in _find_applicable(terms, pair):
        if _is_used(term, pair):
            continue
        if term.target_text is None:
            yield error(CODE, f"The glossary keeps “{term.source_text}” as it is; the translation has it in another form or not at all.")
        else:
            yield error(CODE, f"The glossary says that “{term.source_text}” becomes “{term.target_text}”; the translation lacks it.")


def count_terms(pair: TextPair) -> TermCount:
    compared = Comparison(pair)
    used = [_is_used(term, compared) for term, _ in _find_applicable(pair.terms, compared)] if pair.terms else []
    return TermCount(len(used), used.count(False))


def find_hits(pair: TextPair) -> list[Hit]:
    """For people, in the order in which the source has the terms."""
    compared = Comparison(pair)
    places = word_spans(pair.source)
    hits = []
    for term, spans in _find_applicable(pair.terms, compared):
        if compared.source_language in UNSPACED:
            found = [match.span() for match in re.finditer(re.escape(term.source_text), pair.source, re.IGNORECASE)]
        else:
            found = [(places[first][0], places[last - 1][1]) for first, last in spans]
        hits.append(Hit(term, tuple(found), _is_used(term, compared)))
    return sorted(hits, key=lambda hit: hit.spans[:1])


def _is_used(term: Term, pair: Comparison) -> bool:
    if term.target_text is None:
        return _stays(term.source_text, pair.pair.target, pair.target_language)
    return occurs(term.target_text, pair.pair.target, pair.target_language)


def _find_applicable(terms: tuple[Term, ...], pair: Comparison) -> Iterator[tuple[Term, list[Span]]]:
    """Those in the source, outside of longer ones, with the words that they are; of languages without spaces between words, with none."""
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
            yield term, spans


def _cut_out(likely: list[Term], text: str) -> Iterator[tuple[Term, list[Span]]]:
    """Of a language without spaces between words."""
    for term in likely:
        needle = term.source_text.casefold()
        if needle in text:
            text = text.replace(needle, " ")
            yield term, []


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
