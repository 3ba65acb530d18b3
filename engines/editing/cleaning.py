"""What a correction of a source text must not touch: numbers, names and terms of the glossary, and most of the text itself.

A correction is compared with the text as it was, in one language; what a program reads in it is for `engines.checks` to compare.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from engines.checks import Finding, Severity
from engines.inflection import UNSPACED, occurs
from engines.layers import Layers
from engines.locales import applies, shares_script
from engines.vocabulary import Vocabulary
from foundation.locales import base_language

NUMBER, NAME, REWRITTEN = "number", "glossary", "rewritten"
ALIKE = 0.4  # of pairs of letters, or of letters of a short text, that both texts have
SHORT = 20  # letters
_NUMBER = re.compile(r"\d+(?:[.,٫٬:/'’\-]\d+)*")
_LETTER = re.compile(r"[^\W\d_]")


def find_names(layers: Layers, locale: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The source texts of the glossary, whatever they become in whichever locale, that stand in one of the texts."""
    terms = {term.source_text for term in layers.glossary if applies(term.source_locale, locale) and shares_script(term.source_locale, locale)}
    if not terms:
        return ()
    vocabulary = Vocabulary(list(texts), base_language(locale))
    return tuple(sorted(term for term in terms if vocabulary.has(term)))


def find_faults(text: str, changed: str, names: Iterable[str], language: str) -> Iterator[Finding]:
    """`language` is the base language of both texts."""
    if _NUMBER.findall(text) != _NUMBER.findall(changed):
        yield Finding(NUMBER, Severity.ERROR, "A number differs from the text. Numbers stay exactly as they are written, and in their order.")
    for name in names:
        if _loses(name, text, changed, language):
            yield Finding(NAME, Severity.ERROR, f"The glossary has “{name}”, which must stay as it stands in the text.")
    if not _are_alike(text, changed):
        yield Finding(REWRITTEN, Severity.ERROR, "This is another text, not the text with its mistakes corrected.")


def _loses(name: str, text: str, changed: str, language: str) -> bool:
    """A spelling that was right may not become rarer; where the text has the term in another form only, some form of it stays."""
    is_word = language not in UNSPACED
    pattern = re.compile((r"(?<!\w)" if is_word else "") + re.escape(name) + (r"(?!\w)" if is_word else ""))
    stood = len(pattern.findall(text))
    if stood:
        return len(pattern.findall(changed)) < stood
    return occurs(name, text, language) and not occurs(name, changed, language)


def _are_alike(text: str, changed: str) -> bool:
    letters, others = _LETTER.findall(text.casefold()), _LETTER.findall(changed.casefold())
    if len(letters) >= SHORT:
        letters, others = _pairs(letters), _pairs(others)
    shared = (Counter(letters) & Counter(others)).total()
    return 2 * shared >= ALIKE * (len(letters) + len(others))


def _pairs(letters: list[str]) -> list[str]:
    return [first + second for first, second in pairwise(letters)]
