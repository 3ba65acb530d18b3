"""The translation is written in the script of its locale (the likely one by CLDR).

Words of the source may stay as they are: names, commands, units. Latin letters are common beside every script, so only a text without any word of its
own script is at fault for them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from langcodes import Language

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison

CODE = "script"

_RANGES = {
    "Latn": r"A-Za-z\u00c0-\u024f\u0250-\u02af\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a",
    "Grek": r"\u0370-\u03ff\u1f00-\u1fff",
    "Cyrl": r"\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "Armn": r"\u0530-\u058f",
    "Hebr": r"\u0590-\u05ff\ufb1d-\ufb4f",
    "Arab": r"\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff",
    "Deva": r"\u0900-\u097f\ua8e0-\ua8ff",
    "Beng": r"\u0980-\u09ff",
    "Guru": r"\u0a00-\u0a7f",
    "Gujr": r"\u0a80-\u0aff",
    "Taml": r"\u0b80-\u0bff",
    "Telu": r"\u0c00-\u0c7f",
    "Knda": r"\u0c80-\u0cff",
    "Mlym": r"\u0d00-\u0d7f",
    "Sinh": r"\u0d80-\u0dff",
    "Thai": r"\u0e00-\u0e7f",
    "Laoo": r"\u0e80-\u0eff",
    "Mymr": r"\u1000-\u109f",
    "Geor": r"\u10a0-\u10ff\u1c90-\u1cbf",
    "Ethi": r"\u1200-\u139f",
    "Khmr": r"\u1780-\u17ff",
    "Hang": r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "Kana": r"\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d",
    "Hani": r"\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
}
_OF_LOCALE = {"Jpan": ("Kana", "Hani"), "Hans": ("Hani",), "Hant": ("Hani",), "Kore": ("Hang", "Hani")}
_CERTAIN_WORDS = 3
_CERTAIN_LETTERS = 12


def find_faults(pair: Comparison) -> Iterator[Finding]:
    own, foreign = _patterns(pair.pair.target_locale)
    target = pair.target.prose
    if own is None or (target.isascii() and own.search("a")):
        return
    if foreign.search(target) and _has_new_word(foreign, pair):
        yield error(CODE, "The translation has words in a script that is not of its language, and that the text has not.")
    elif not own.search(target) and _has_many_words(pair):
        yield error(CODE, "The translation has no word in the script of its language.")


def _has_new_word(foreign: re.Pattern[str], pair: Comparison) -> bool:
    text = pair.pair.source.casefold()
    return any(foreign.search(word) and word.casefold() not in text for word in pair.target.words)


def _has_many_words(pair: Comparison) -> bool:
    known = {word.casefold() for word in pair.source.words}
    new = [word for word in pair.target.words if word.casefold() not in known]
    return len(new) >= _CERTAIN_WORDS and sum(map(len, new)) >= _CERTAIN_LETTERS


@lru_cache(maxsize=1024)
def _patterns(locale: str) -> tuple[re.Pattern[str] | None, re.Pattern[str]]:
    """Letters of the locale's script, and letters that are neither of it nor Latin. None where the script is not among those told apart here."""
    script = Language.get(locale).maximize().script if locale else None
    names = _OF_LOCALE.get(script or "", (script,))
    foreign = re.compile("[" + "".join(_RANGES[name] for name in _RANGES if name not in (*names, "Latn")) + "]")
    if not all(name in _RANGES for name in names):
        return None, foreign
    return re.compile("[" + "".join(_RANGES[name] for name in names if name) + "]"), foreign
