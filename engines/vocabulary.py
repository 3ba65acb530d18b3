"""The words of some texts, read once and asked for many terms: which items of a glossary concern a chunk at all.

It may name a term too many, never one too few: what a term asks of a single text is for `engines.checks.glossary` to say.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from engines.inflection import UNSPACED, is_form, occurs, split_words
from engines.inflection_endings import COMPOUNDING, PREFIXES

ABBREVIATION = 4  # letters: `IT` is not `it`
START = 2  # letters of a word that all its forms have


class Vocabulary:
    """`language` is the base language of the texts."""

    def __init__(self, texts: Sequence[str], language: str) -> None:
        self._language = language
        self._joined = "\n".join(texts)
        self._words = [set(split_words(text)) for text in texts] if language not in UNSPACED else []
        distinct = {word for words in self._words for word in words}
        self._by_letter: defaultdict[str, set[str]] = defaultdict(set)
        for word in distinct:
            self._by_letter[word[:1]].add(word)
        # A form may have other letters before those of the term: these are searched as one text.
        self._listed = "\n".join(("", *distinct, "")) if language in COMPOUNDING or language in PREFIXES else ""

    def has(self, term: str) -> bool:
        """Whether one of the texts has every word of the term in some form."""
        if len(term) <= ABBREVIATION and term.isupper():
            return term in self._joined
        parts = split_words(term)
        if self._language in UNSPACED or not parts:
            return occurs(term, self._joined, self._language)
        forms = [self._forms(part) for part in parts]
        if not all(forms):
            return False
        return len(forms) == 1 or any(all(not words.isdisjoint(some) for some in forms) for words in self._words)

    def _forms(self, word: str) -> set[str]:
        start = word[:START]
        if not self._listed:
            likely = {other for other in self._by_letter[word[:1]] if start in other}
        elif start in self._listed:
            likely = set(re.findall(rf"\n([^\n]*{re.escape(start)}[^\n]*)(?=\n)", self._listed))
        else:
            return set()
        return {other for other in likely if is_form(word, other, self._language)}
