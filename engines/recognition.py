"""Which language a text is written in, by CLD2 (contract §6). Used by the recognising call and where a request names no source locale.

CLD2 knows over 80 languages; for a few words its best guess is wrong too often to be given (measured on interface texts in 16
languages: under 12 Latin letters every third). Its codes become canonical locales, with a script only where the text shows one that the language
alone does not imply.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import pycld2
from langcodes import Language

from foundation.locales import UnknownLocale, canonical_locale, direction

UNKNOWN = "und"
LONGEST = 10_000  # characters looked at; more say nothing new
LATIN_LETTERS = 12  # from how many letters on a guess is given
OTHER_LETTERS = 4  # the same, where the script alone excludes most languages
SCRIPTS = {
    "LATIN": "Latn",
    "CYRILLIC": "Cyrl",
    "ARABIC": "Arab",
    "DEVANAGARI": "Deva",
    "GURMUKHI": "Guru",
    "HEBREW": "Hebr",
    "MONGOLIAN": "Mong",
}  # of languages that are written in more than one, by the first word of their characters' names
BIG5_FREQUENT = range(0xA440, 0xC67F)  # Big5's first level: the characters in everyday use


@dataclass(frozen=True, slots=True)
class Recognition:
    """A recognised locale and its parts. `label` is its name in the language asked for."""

    locale: str
    language: str
    region: str | None
    script: str | None
    label: str
    direction: Literal["ltr", "rtl"]


def recognize(text: str, label_locale: str = "en") -> Recognition:
    """What `text` is written in, `und` where that cannot be told; `label_locale` is canonical."""
    locale = detect_locale(text)
    if locale is None:
        return Recognition(UNKNOWN, UNKNOWN, None, None, "Unknown", "ltr")
    tag = Language.get(locale)
    return Recognition(locale, tag.language or UNKNOWN, tag.territory, tag.script, tag.display_name(label_locale), direction(locale))


def detect_locale(text: str) -> str | None:
    """The canonical locale, or None."""
    readable = _readable(text[:LONGEST])
    code = _ask(readable, guessing=False) or (_ask(readable, guessing=True) if _is_enough(readable) else None)
    if code is None:
        return None
    locale = _han(readable) if code == "zh" else code
    script = _script(readable)
    if "-" in locale or script is None or script == Language.get(locale).maximize().script:
        return locale
    return f"{locale}-{script}"


def _ask(text: str, *, guessing: bool) -> str | None:
    """CLD2's language as a canonical subtag; None for none, and for what is none (`xxx`, Klingon, mere scripts)."""
    _, _, found = pycld2.detect(text, bestEffort=guessing)
    code = str(found[0][1])
    if code.startswith(("un", "xx", "zz", "tlh")):
        return None
    try:
        return canonical_locale(code.removesuffix("-Hant"))  # from a few characters CLD2 cannot tell the Chinese scripts
    except UnknownLocale:
        return None


def _readable(text: str) -> str:
    """CLD2 refuses what may not be interchanged: controls, surrogates, code points that are no characters."""
    return "".join(" " if unicodedata.category(character) in ("Cc", "Cs", "Cn") else character for character in text)


def _is_enough(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    latin = sum(character < "\u0250" for character in letters)
    return len(letters) >= (OTHER_LETTERS if 2 * latin < len(letters) else LATIN_LETTERS)


def _script(text: str) -> str | None:
    """The script of most letters, of those that tell something."""
    names = Counter(unicodedata.name(character, "").partition(" ")[0] for character in text if character.isalpha())
    return SCRIPTS.get(names.most_common(1)[0][0]) if names else None


def _han(text: str) -> str:
    """Chinese with the script that its characters show: those in everyday use only on one side, by the character sets of both."""
    simplified = traditional = 0
    for character in text:
        is_traditional = _is_frequent_in_big5(character)
        is_simplified = _is_in_gb2312(character)
        simplified += is_simplified and not is_traditional
        traditional += is_traditional and not is_simplified
    return "zh" if simplified == traditional else "zh-Hans" if simplified > traditional else "zh-Hant"


def _is_frequent_in_big5(character: str) -> bool:
    code = character.encode("big5", "ignore")
    return len(code) == 2 and int.from_bytes(code, "big") in BIG5_FREQUENT


def _is_in_gb2312(character: str) -> bool:
    code = character.encode("gb2312", "ignore")
    return len(code) == 2 and code[0] >= 0xB0  # Han begins there
