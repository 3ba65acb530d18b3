"""Triple brackets around what a translator is to leave alone: `Hello {name}` goes out as `Hello [[[{name}]]]`.

Only what was wrapped is unwrapped, each occurrence once, so brackets of the customer's own text come back as they were: `[{name}]` and `[[[note]]]`
too. A translation whose own brackets differ from the source's was tampered with, and `is_intact` tells.
"""

import re

from engines.translation.placeholders import find_syntax

OPEN, CLOSE = "[[[", "]]]"


def wrap(text: str) -> str:
    """The text with each placeholder, tag, address and piece of ICU syntax in brackets of its own."""
    parts: list[str] = []
    end = 0
    for token in find_syntax(text):
        parts += (text[end : token.start], OPEN, token.text, CLOSE)
        end = token.end
    return "".join((*parts, text[end:]))


def unwrap(translation: str, source: str) -> str:
    """The translation without the brackets that `wrap(source)` put in. A piece that lost its brackets stays as it is."""
    pieces = sorted({token.text for token in find_syntax(source)}, key=len, reverse=True)
    if not pieces:
        return translation
    wrapped = "|".join(re.escape(piece) for piece in pieces)
    return re.sub(f"{re.escape(OPEN)}({wrapped}){re.escape(CLOSE)}", lambda found: found[1], translation)


def is_intact(unwrapped: str, source: str) -> bool:
    """Whether the unwrapped translation has the triple brackets that the source itself has, and no others."""
    return (unwrapped.count(OPEN), unwrapped.count(CLOSE)) == (source.count(OPEN), source.count(CLOSE))
