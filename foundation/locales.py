"""Locales: BCP-47 tags in one canonical spelling (contract, section 1).

Every locale that enters is passed through `canonical_locale`, so that what is stored can be compared as text. Case, underscores and deprecated
subtags are canonicalised (RFC 5646, 4.5, with CLDR's aliases); a script or region that the caller wrote stays, even where it says nothing new.
"""

from functools import lru_cache
from typing import Literal

from langcodes import Language
from langcodes.tag_parser import LanguageTagError

MAX_LENGTH = 35  # RFC 5646, 4.4.1; the width of the locale columns
_LIBRARY_CACHE_LIMIT = 20_000
# fmt: off
_RIGHT_TO_LEFT = frozenset((
    "Adlm", "Arab", "Aran", "Armi", "Avst", "Chrs", "Elym", "Hatr", "Hebr", "Mand", "Mani", "Mend", "Narb",
    "Nbat", "Nkoo", "Ougr", "Palm", "Phlp", "Phnx", "Prti", "Rohg", "Samr", "Syrc", "Thaa", "Yezi",
))
# fmt: on


class UnknownLocale(ValueError):
    """`text` names no locale; `reason` is a sentence for the caller that names the faulty subtag."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(reason)
        self.text = text
        self.reason = reason


@lru_cache(maxsize=4096)
def canonical_locale(text: str) -> str:
    """`en_US` → `en-US`, `sr_Latn-RS` → `sr-Latn-RS`, `iw` → `he`. Raises UnknownLocale for what the subtag registry does not know."""
    if not text:
        raise UnknownLocale(text, "The locale is empty.")
    if len(text) > MAX_LENGTH:
        raise UnknownLocale(text, f"A locale has at most {MAX_LENGTH} characters, not {len(text)}.")
    _bound_library_cache()
    try:
        language = Language.get(text)
    except LanguageTagError as exc:
        raise UnknownLocale(text, _explain_malformed(text)) from exc
    tag = language.to_tag()
    if not language.is_valid() or len(tag) > MAX_LENGTH:
        raise UnknownLocale(text, _explain_invalid(text, language))
    return tag


@lru_cache(maxsize=4096)
def base_language(locale: str) -> str:
    """The language subtag of a canonical locale: `pt-BR` → `pt`; `und` where there is none."""
    return "und" if locale.startswith("x-") else locale.partition("-")[0]


@lru_cache(maxsize=4096)
def direction(locale: str) -> Literal["ltr", "rtl"]:
    """How a canonical locale is written, judged by its script, or the likely one when the tag names none."""
    return "rtl" if Language.get(locale).maximize().script in _RIGHT_TO_LEFT else "ltr"


def _bound_library_cache() -> None:
    """langcodes keeps every tag it ever parsed; private-use tags are endless, so callers could fill the memory with them."""
    if len(Language._PARSE_CACHE) > _LIBRARY_CACHE_LIMIT:
        Language._PARSE_CACHE.clear()
        Language._INSTANCES.clear()


def _explain_malformed(text: str) -> str:
    first = text.replace("_", "-").split("-")[0]
    if first.isascii() and first.isalpha() and (2 <= len(first) <= 3 or first.lower() in ("i", "x")):
        return f"'{text}' is not a well-formed BCP-47 locale."
    return f"Unknown language subtag '{first}' in '{text}'." if first != text else f"Unknown language subtag '{text}'."


def _explain_invalid(text: str, language: Language) -> str:
    parts = [
        ("language", language.language, Language.make(language=language.language)),
        ("script", language.script, Language.make(script=language.script)),
        ("region", language.territory, Language.make(territory=language.territory)),
        *(("variant", variant, Language.make(variants=[variant])) for variant in language.variants or []),
    ]
    for kind, subtag, alone in parts:
        if subtag and not alone.is_valid():
            return f"Unknown {kind} subtag '{subtag}'" + ("." if subtag == text else f" in '{text}'.")
    return f"'{text}' is not a valid BCP-47 locale."
