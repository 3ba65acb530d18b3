"""Whether a term of a glossary occurs in a text, inflected or not: the words of the term and of the text share a stem and differ in endings only.

No dictionary. Words are folded (case, diacritics, doubled letters), then cut where both rests are endings of the language. Languages without a list
of endings get a rule of thumb on lengths. Languages written without spaces are searched letter by letter.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from engines.inflection_endings import COMPOUNDING, ENDINGS, FLEETING, PREFIXES, Endings

Span = tuple[int, int]

UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my", "bo", "yue"})
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0dff])*")  # vowel signs are of the word
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ة": "ت", "ى": "ي", "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ"}
)
_ANY_STEM = 4  # letters shared, of languages without endings
_ANY_REST = (2, 4)  # letters that the term and the word may differ in
_GAP = 2  # words that may stand among those of a term
_COMPOUND_STEM = 4
_COMPOUND_HEAD = 6
_PARTICIPLE = {"de": "ge", "nl": "ge"}


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Without case, diacritics and doubled letters. Polish ą and ę, which alternate, are one."""
    folded = text.casefold()
    if not folded.isascii():
        plain = "".join(mark for mark in unicodedata.normalize("NFKD", folded.replace("ą", "ę")) if not unicodedata.combining(mark))
        folded = unicodedata.normalize("NFC", plain).translate(_LETTERS)
    return _DOUBLED.sub(r"\1", folded)


def split_words(text: str) -> list[str]:
    """The words, folded. Apostrophes divide: `l'utente`, `GitHub'da`."""
    return [fold(word) for word in _WORD.findall(text)]


def word_spans(text: str) -> list[Span]:
    """Where each of `split_words` stands, in characters."""
    return [found.span() for found in _WORD.finditer(text)]


def find_term(term: str, words: Sequence[str], language: str) -> Iterator[Span]:
    """The spans of `words` (as `split_words` gives them) that hold every word of the term, in any order, with a few others among them."""
    wanted = split_words(term)
    if not wanted:
        return
    places = [[index for index, word in enumerate(words) if is_form(part, word, language)] for part in wanted]
    for start in places[0]:
        chosen = {start}
        for others in places[1:]:
            near = [index for index in others if index not in chosen and abs(index - start) < len(wanted) + _GAP]
            if not near:
                break
            chosen.add(min(near, key=lambda index: abs(index - start)))
        else:
            yield min(chosen), max(chosen) + 1


def occurs(term: str, text: str, language: str) -> bool:
    """Whether the text has the term in any form."""
    if language in UNSPACED or not _WORD.search(term):
        return _squeeze(term) in _squeeze(text)
    return any(True for _ in find_term(term, split_words(text), language))


@lru_cache(maxsize=65536)
def is_form(term: str, word: str, language: str) -> bool:
    """Whether two folded words are forms of one, in this language."""
    if term == word:
        return True
    if len(term) < 2 or term[0].isdigit():
        return False
    if any(_share_stem(base, form, language) for base in _variants(term, language) for form in _variants(word, language)):
        return True
    if any(word.startswith(prefix) and _is_form_after(term, word[len(prefix) :], language) for prefix in PREFIXES.get(language, ())):
        return True
    return language in COMPOUNDING and _is_in_compound(term, word, language)


def _is_form_after(term: str, rest: str, language: str) -> bool:
    return len(rest) > 2 and (term == rest or _share_stem(term, rest, language))


def _share_stem(term: str, word: str, language: str) -> bool:
    endings = ENDINGS.get(language)
    shared = _count_shared(term, word)
    if endings is None:
        return shared >= min(len(term), _ANY_STEM) and len(term) - shared <= _ANY_REST[0] and len(word) - shared <= _ANY_REST[1]
    return any(endings.are_rests(term[cut:], word[cut:]) for cut in range(shared, _shortest_stem(term, endings) - 1, -1))


def _shortest_stem(term: str, endings: Endings) -> int:
    return max(endings.shortest_stem, (len(term) + 1) // 2)


def _variants(word: str, language: str) -> tuple[str, ...]:
    """The word, and the word without a vowel that comes and goes (`день`, `дня`) or changes (`договір`, `договору`)."""
    rules = FLEETING.get(language)
    return (word, *(pattern.sub(replacement, word) for pattern, replacement in rules)) if rules else (word,)


def _is_in_compound(term: str, word: str, language: str) -> bool:
    """`Kundenrechnungen` holds `Rechnung`; `Rechnungsnummer` does too, for terms long enough to be no chance. Also participles (`gespeichert`)."""
    if len(term) < _COMPOUND_STEM or len(word) <= len(term):
        return False
    if len(term) >= _COMPOUND_HEAD and word.startswith(term):
        return True
    prefix = _PARTICIPLE.get(language)
    if prefix and word.startswith(prefix) and _share_stem(term, word[len(prefix) :], language):
        return True
    start = word.find(term[: max(_COMPOUND_STEM, len(term) - 2)], 3)
    return start > 0 and _share_stem(term, word[start:], language)


def _count_shared(first: str, second: str) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _squeeze(text: str) -> str:
    return "".join(fold(text).split())
