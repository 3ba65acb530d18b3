"""Payloads for measurements: every one distinct, so that nothing is answered from a memory."""

import itertools
from pathlib import Path
from typing import Any

LOCALES = (Path(__file__).parent / "locales.txt").read_text().split()
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
