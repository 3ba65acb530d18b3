"""Pseudo-localization: a provider that needs no account, shows what real translation would do to a layout, and goes through the whole pipeline.

`Save {name}` for `de` becomes `[de] Šááṽéé {name}`: accents on every letter, about 30 % longer (vowels are doubled), the locale in front. What a
program reads (placeholders, tags, addresses, ICU syntax, the marks that begin a line of Markdown) is left untouched. Translated back, it is what it
was. The provider mends a few common mistakes of a source text, leaves translations as they are, and judges by comparing letters.
"""

import asyncio
import re
from collections.abc import Callable

from django.conf import settings

from engines.providers.base import EVERY_KIND, Answer, Task
from engines.providers.typos import mend
from engines.translation.placeholders import find_kept
from foundation.customer_json import JSONValue, dump

_PLAIN = "bcdfghjklmnpqrstvwxyzBCDFGHJKLMNPQRSTVWXYZ"
_ACCENTED = "ƀçđƒĝĥĵķļɱñþǫŕšţṽŵẋýžƁÇĐƑĜĤĴĶĻṀÑÞǪŔŠŢṼŴẊÝŽ"
_VOWELS = {"a": "áá", "e": "éé", "i": "íí", "o": "óó", "u": "úú", "A": "Áá", "E": "Éé", "I": "Íí", "O": "Óó", "U": "Úú"}
_TABLE = str.maketrans({**dict(zip(_PLAIN, _ACCENTED, strict=False)), **_VOWELS})
_BACK = {accented: plain for plain, accented in (*zip(_PLAIN, _ACCENTED, strict=False), *_VOWELS.items())}
_ACCENTED_LETTER = re.compile("|".join(sorted(_BACK, key=len, reverse=True)))
_MARKS = re.compile(r"\s*(?:(?:#{1,6}|[-*+>]|\d{1,3}[.)])[ \t]+)*")
_NO_LETTER = re.compile(r"[\W_]+")
_CLEAN = "clean"  # the one edit that finds something


class PseudoProvider:
    kinds = EVERY_KIND
    learns = False
    excused = frozenset({"echo", "glossary", "icu_plural", "language", "length", "number", "script"})  # the locale may have digits
    account = None

    async def complete(self, task: Task, *, model: str, timeout: float, trace: str) -> Answer:
        """Waits `settings.PSEUDO_DELAY_MS` milliseconds, as a model would."""
        if settings.PSEUDO_DELAY_MS:
            await asyncio.sleep(settings.PSEUDO_DELAY_MS / 1000)
        if task.kind == "edit":
            return Answer(content=dump({"changes": _find_changes(task)}))
        if task.kind == "judge":
            return Answer(content=dump({"issues": _find_issues(task)}))
        return Answer(texts={number: _translate(text, task) for number, text in task.texts.items()})


def pseudolocalize(text: str, locale: str) -> str:
    """`text` with accents, expanded, and `[locale] ` in front of its first character that is neither space nor a mark of Markdown."""
    changed = _change_prose(text, lambda prose: prose.translate(_TABLE))
    end = _end_of_marks(changed)
    return f"{changed[:end]}[{locale}] {changed[end:]}"


def undo(text: str, locale: str) -> str | None:
    """What `pseudolocalize` made `text` of, for this locale; None where that was not so."""
    end, mark = _end_of_marks(text), f"[{locale}] "
    if not text.startswith(mark, end):
        return None
    plain = _change_prose(text[:end] + text[end + len(mark) :], lambda prose: _ACCENTED_LETTER.sub(lambda found: _BACK[found[0]], prose))
    return plain if pseudolocalize(plain, locale) == text else None


def _translate(text: str, task: Task) -> str:
    plain = undo(text, task.source_locale)
    return pseudolocalize(text, task.target_locale) if plain is None else plain


def _find_changes(task: Task) -> dict[str, JSONValue]:
    if task.edit != _CLEAN:
        return {}
    mended = {number: mend(text, task.source_locale) for number, text in task.texts.items()}
    return {number: {"text": text, "reason": reason} for number, (text, reason) in mended.items() if reason}


def _find_issues(task: Task) -> list[JSONValue]:
    """One for each text whose back-translation has other letters or digits than its source."""
    return [
        {
            "n": number,
            "severity": "minor",
            "type": "mistranslation",
            "explanation": "The back-translation differs from the source text in more than case, spaces and punctuation.",
        }
        for number, back in task.texts.items()
        if _letters(back) != _letters(task.sources[number])
    ]


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


def _change_prose(text: str, change: Callable[[str], str]) -> str:
    """`text` with everything changed that no program reads."""
    pieces: list[str] = []
    end = 0
    for token in find_kept(text):
        pieces += (change(text[end : token.start]), token.text)
        end = token.end
    return "".join((*pieces, change(text[end:])))


def _end_of_marks(text: str) -> int:
    marks = _MARKS.match(text)
    return marks.end() if marks else 0
