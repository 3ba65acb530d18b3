"""Payloads for measurements: every one distinct, so that nothing is answered from a memory."""

import itertools
from typing import Any

LANGUAGES = [
    "af",
    "am",
    "ar",
    "az",
    "be",
    "bg",
    "bn",
    "bs",
    "ca",
    "cs",
    "cy",
    "da",
    "de",
    "el",
    "es",
    "et",
    "eu",
    "fa",
    "fi",
    "fil",
    "fr",
    "ga",
    "gl",
    "gu",
    "he",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "is",
    "it",
    "ja",
    "ka",
    "kk",
    "km",
    "kn",
    "ko",
    "ky",
    "lo",
    "lt",
    "lv",
    "mk",
    "ml",
    "mn",
    "mr",
    "ms",
    "my",
    "nb",
    "ne",
    "nl",
    "pa",
    "pl",
    "pt",
    "ro",
    "ru",
    "si",
    "sk",
    "sl",
    "sq",
    "sr",
    "sv",
    "sw",
    "ta",
    "te",
    "th",
    "tr",
    "uk",
    "ur",
    "uz",
    "vi",
    "zh",
    "zu",
]
REGIONAL = [
    "de-AT",
    "de-CH",
    "es-MX",
    "es-AR",
    "es-CO",
    "es-US",
    "fr-CA",
    "fr-CH",
    "fr-BE",
    "it-CH",
    "nl-BE",
    "pt-PT",
    "pt-BR",
    "zh-TW",
    "zh-HK",
    "ar-EG",
    "ar-SA",
    "ar-MA",
    "en-GB",
    "en-AU",
    "en-IN",
    "en-CA",
    "sr-Latn",
    "fr-LU",
    "de-LI",
    "es-CL",
    "es-PE",
    "pt-AO",
]
LOCALES = [*LANGUAGES, *REGIONAL]
FOURTEEN = ["de", "fr", "es", "it", "pt-BR", "nl", "pl", "sv", "tr", "uk", "ar", "he", "ja", "zh-CN"]

_numbers = itertools.count(1)


def payload(strings: int) -> dict[str, Any]:
    """An object with that many strings of about a hundred characters, unlike any made before."""
    number = next(_numbers)
    return {
        f"section_{index}": f"Paragraph {index} of document {number}: check the brakes and the horn, {{name}}, before every single shift."
        for index in range(strings)
    }


def submission(locales: int | list[str], strings: int, **members: Any) -> dict[str, Any]:
    targets = LOCALES[:locales] if isinstance(locales, int) else locales
    return {"sourceLocale": "en", "targetLocales": targets, "data": payload(strings), **members}
