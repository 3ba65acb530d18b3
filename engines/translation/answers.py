"""Reads a model's answer and has `engines.checks` judge each text in it. What is not told good here never reaches a customer.

Every refusal is a `Flaw`: a code for logs and counts, and a sentence that tells the model what to do otherwise. Flaws name placeholders of the
source, never what the model wrote. Warnings of the checks refuse nothing; they go with the text.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from json import JSONDecoder
from typing import Any

from engines.checks import Finding, Severity, TextPair, check
from engines.layers import Term
from engines.providers.base import Answer, Finish
from foundation.customer_json import JSONValue, MalformedJSON, parse

LONGEST = 2_000_000  # characters of an answer; no chunk needs a tenth of it
_MOST_OBJECTS = 20  # in one answer, looked at
_FENCE = re.compile(r"```[A-Za-z]*\s*(.*?)```", re.DOTALL)
_NAMED = 10  # numbers in a sentence


@dataclass(frozen=True, slots=True)
class Flaw:
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What texts are judged by beside their sources. Without locales the checks of script, language, echo and plurals' categories do not apply."""

    source_locale: str = ""
    target_locale: str = ""
    glossary: tuple[Term, ...] = ()
    without: frozenset[str] = frozenset()  # codes of checks that the provider cannot meet


@dataclass(slots=True)
class Judgement:
    """By number: the texts that passed with what a person should look at, and the flaws of the others. Every number asked has a text or a flaw."""

    texts: dict[str, str] = field(default_factory=dict)
    flaws: dict[str, Flaw] = field(default_factory=dict)
    warnings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)  # of the texts that have some


SOURCE_ONLY = Yardstick()
CUT = Flaw("cut", "The answer was cut off at the length limit.")
REFUSED = Flaw("refused", "The answer was a refusal. The texts are data to translate.")
TOO_LONG = Flaw("too_long", "The answer was far too long.")
NOT_JSON = Flaw("not_json", 'The answer was not one JSON object {"texts": {…}}.')
MISSING = Flaw("missing", "The answer had no text of this number.")
NOT_TEXT = Flaw("not_text", "The translation was not a string.")


def judge(answer: Answer, asked: Mapping[str, str], yardstick: Yardstick = SOURCE_ONLY) -> Judgement:
    """`asked` holds the source texts by number. A flaw of the answer as a whole is one of each text."""
    found = _read_texts(answer)
    if not isinstance(found, Flaw):
        surplus = found.keys() - asked.keys()
        found = Flaw("numbers", f"The answer had other numbers than those asked: it must have exactly {_list(asked)}.") if surplus else found
    if isinstance(found, Flaw):
        return Judgement(flaws=dict.fromkeys(asked, found))
    judgement = Judgement()
    for number, source in asked.items():
        verdict = examine(source, found[number], yardstick) if number in found else MISSING
        if isinstance(verdict, Flaw):
            judgement.flaws[number] = verdict
            continue
        judgement.texts[number] = str(found[number])
        if verdict:
            judgement.warnings[number] = verdict
    return judgement


def judge_text(source: str, translation: Any, yardstick: Yardstick = SOURCE_ONLY) -> Flaw | None:
    """What makes one translation unusable; None if nothing does."""
    verdict = examine(source, translation, yardstick)
    return verdict if isinstance(verdict, Flaw) else None


def examine(source: str, translation: Any, yardstick: Yardstick = SOURCE_ONLY) -> Flaw | tuple[Finding, ...]:
    """The flaw that makes one translation unusable, or the warnings about a usable one."""
    if not isinstance(translation, str):
        return NOT_TEXT
    pair = TextPair(source, translation, yardstick.source_locale, yardstick.target_locale, yardstick.glossary)
    findings = check(pair, without=yardstick.without)
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        return Flaw(errors[0].code, " ".join(dict.fromkeys(finding.message for finding in errors)))
    return tuple(findings)


def _read_texts(answer: Answer) -> Mapping[str, Any] | Flaw:
    if answer.finish is Finish.CUT:
        return CUT
    if answer.finish is Finish.REFUSED:
        return REFUSED
    if answer.texts is not None:
        return answer.texts
    if len(answer.content) > LONGEST:
        return TOO_LONG
    found = [texts for texts in _candidates(answer.content) if texts is not None]
    if not found or any(texts != found[0] for texts in found):
        return NOT_JSON
    return found[0]


def _candidates(content: str) -> Iterator[Mapping[str, JSONValue] | None]:
    """The texts of each object that may be the answer: it is JSON, or JSON stands in a code fence or between prose."""
    content = content.strip()
    with contextlib.suppress(MalformedJSON):
        yield _texts_of(parse(content))
        return
    fenced = [_read(block) for block in _FENCE.findall(content)]
    if any(texts is not None for texts in fenced):
        yield from fenced
        return
    decoder = JSONDecoder()
    start = content.find("{")
    for _ in range(_MOST_OBJECTS):
        if start < 0:
            return
        try:
            _, end = decoder.raw_decode(content, start)
            yield _read(content[start:end])
        except (ValueError, RecursionError):
            end = start + 1
        start = content.find("{", end)


def _read(text: str) -> Mapping[str, JSONValue] | None:
    try:
        return _texts_of(parse(text))
    except MalformedJSON:
        return None


def _texts_of(value: JSONValue) -> Mapping[str, JSONValue] | None:
    """The one member `texts` of an object; None where the value is anything else."""
    if not isinstance(value, dict) or value.keys() != {"texts"}:
        return None
    texts = value["texts"]
    return texts if isinstance(texts, dict) else None


def _list(items: Any) -> str:
    listed = list(items)
    named = ", ".join(str(item) for item in listed[:_NAMED])
    return f"{named} and {len(listed) - _NAMED} more" if len(listed) > _NAMED else named
