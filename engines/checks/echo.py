"""A translation that is its source again.

Names, codes and single words may be the same in two languages: a warning. From three words that are no names an echo is an error, unless case or
punctuation differ. Abbreviations and spellings of code (`OK`, `PDF`, `GitHub API`) are left alone, and so is what the glossary keeps.
"""

import re
from collections.abc import Iterator

from engines.checks.finding import Finding, error, warning
from engines.checks.reading import Comparison

CODE = "echo"

_NO_LETTER = re.compile(r"[\W\d_]+")
_ABBREVIATION = 4  # letters
_CERTAIN_WORDS = 3
_CERTAIN_LETTERS = 8  # of a script without case, where names cannot be told from words


def find_faults(pair: Comparison) -> Iterator[Finding]:
    if not pair.crosses_languages or not _are_alike(pair.pair.source, pair.pair.target):
        return
    words = _ordinary_words(pair)
    letters = sum(map(len, pair.source.words))
    is_long = len(words) >= _CERTAIN_WORDS or (letters >= _CERTAIN_LETTERS and _has_no_case(pair.pair.source))
    if is_long and pair.pair.source.strip() == pair.pair.target.strip():
        yield error(CODE, "The translation is the text itself, untranslated.")
    elif letters and not _is_name(pair):
        yield warning(CODE, "The translation equals the text. That is right for names and words that both languages share.")


def _are_alike(source: str, target: str) -> bool:
    """But for case, spaces and punctuation."""
    if source == target:
        return True
    if abs(len(source) - len(target)) > 8 or source[:1].casefold() != target[:1].casefold():
        return False
    return _NO_LETTER.sub("", source).casefold() == _NO_LETTER.sub("", target).casefold()


def _ordinary_words(pair: Comparison) -> list[str]:
    """Those in lower case that the glossary does not keep. Single letters are units."""
    kept = " ".join(term.source_text.casefold() for term in pair.pair.terms if term.target_text is None).split()
    return [word for word in pair.source.words if len(word) > 1 and word.islower() and word not in kept]


def _has_no_case(text: str) -> bool:
    return text.upper() == text.lower()


def _is_name(pair: Comparison) -> bool:
    """A few capitals (`URL`), or a capital inside a word (`GitHub`): nothing that a translator would have changed."""
    words = pair.source.words
    kept = {word for term in pair.pair.terms if term.target_text is None for word in term.source_text.split()}
    return all(word in kept or _is_code(word) for word in words)


def _is_code(word: str) -> bool:
    return len(word) <= _ABBREVIATION if word.isupper() else not word[1:].islower() and not word.islower()
