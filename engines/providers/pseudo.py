"""Pseudo-localization: a provider that needs no account and shows what real translation would do to a layout.

`Save {name}` for `de` becomes `[de] Šááṽéé {name}`: accents on every letter, about 30 % longer (vowels are doubled), the locale in front. What a
program reads (placeholders, tags, addresses, ICU syntax, the marks that begin a line of Markdown) is left untouched.
"""

import asyncio
import re

from django.conf import settings

from engines.providers.base import Answer, Task
from engines.translation.placeholders import find_syntax

_PLAIN = "bcdfghjklmnpqrstvwxyzBCDFGHJKLMNPQRSTVWXYZ"
_ACCENTED = "ƀçđƒĝĥĵķļɱñþǫŕšţṽŵẋýžƁÇĐƑĜĤĴĶĻṀÑÞǪŔŠŢṼŴẊÝŽ"
_VOWELS = {"a": "áá", "e": "éé", "i": "íí", "o": "óó", "u": "úú", "A": "Áá", "E": "Éé", "I": "Íí", "O": "Óó", "U": "Úú"}
_TABLE = str.maketrans({**dict(zip(_PLAIN, _ACCENTED, strict=False)), **_VOWELS})


_MARKS = re.compile(r"\s*(?:(?:#{1,6}|[-*+>]|\d{1,3}[.)])[ \t]+)*")


class PseudoProvider:
    learns = False
    excused = frozenset({"echo", "glossary", "icu_plural", "language", "length", "number", "script"})  # the locale may have digits
    account = None

    async def complete(self, task: Task, *, model: str, timeout: float, trace: str) -> Answer:
        """Waits `settings.PSEUDO_DELAY_MS` milliseconds, as a model would."""
        if settings.PSEUDO_DELAY_MS:
            await asyncio.sleep(settings.PSEUDO_DELAY_MS / 1000)
        return Answer(texts={number: pseudolocalize(text, task.target_locale) for number, text in task.texts.items()})


def pseudolocalize(text: str, locale: str) -> str:
    """`text` with accents, expanded, and `[locale] ` in front of its first character that is neither space nor a mark of Markdown."""
    pieces: list[str] = []
    end = 0
    for token in find_syntax(text):
        pieces += (text[end : token.start].translate(_TABLE), token.text)
        end = token.end
    pieces.append(text[end:].translate(_TABLE))
    changed = "".join(pieces)
    marks = _MARKS.match(changed)
    end = marks.end() if marks else 0
    return f"{changed[:end]}[{locale}] {changed[end:]}"
