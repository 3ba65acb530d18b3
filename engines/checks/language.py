"""The translation is in the target language, as far as cld2 can tell: on texts of some length, when it is sure, and not between near relatives."""

import re
from collections.abc import Iterator

import pycld2

from engines.checks.finding import Finding, warning
from engines.checks.reading import Comparison

CODE = "language"

_SHORTEST = 25  # bytes
_SURE_PERCENT = 80  # of the text
_ALIASES = {"iw": "he", "jw": "jv", "no": "nb", "nn": "nb", "tl": "fil", "mo": "ro", "zh-Hant": "zh", "un": ""}
_RELATIVES = (
    {"nb", "da", "sv"},
    {"hr", "sr", "bs", "sl"},
    {"cs", "sk"},
    {"ru", "uk", "be", "bg", "mk", "sr"},
    {"id", "ms", "jv", "su"},
    {"es", "gl", "pt", "ca"},
    {"de", "lb", "nl", "af", "fy"},
    {"hi", "mr", "ne", "bh"},
    {"tr", "az", "tk"},
    {"zh", "ja"},
    {"fi", "et"},
    {"ar", "fa", "ur", "ps"},
    {"fr", "oc", "ca"},
)
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")  # cld2 refuses them
_KNOWN = frozenset(_ALIASES.get(code, code) for name, code in pycld2.LANGUAGES if name in pycld2.DETECTED_LANGUAGES)


def find_faults(pair: Comparison) -> Iterator[Finding]:
    wanted = _ALIASES.get(pair.target_language, pair.target_language)
    text = pair.target.prose
    if wanted not in _KNOWN or not pair.crosses_languages or len(text) * (1 if text.isascii() else 3) < _SHORTEST:
        return
    found = recognize(text, hint=wanted)
    if found and found != wanted and not any({found, wanted} <= relatives for relatives in _RELATIVES):
        yield warning(CODE, "The translation seems to be in another language.")


def recognize(text: str, *, hint: str = "") -> str:
    """The base language of a text, empty where cld2 is not sure."""
    readable = _UNREADABLE.sub(" ", text)
    if len(readable.encode()) < _SHORTEST:
        return ""
    try:
        is_reliable, _, details = pycld2.detect(readable, isPlainText=True, hintLanguage=hint or None)
    except pycld2.error:
        return ""
    _, code, percent, _ = details[0]
    return _ALIASES.get(code, code) if is_reliable and percent >= _SURE_PERCENT else ""
