"""Reads a model's answer: which texts are in it, by number. `engines.translation.verify` judges what they say.

Every refusal is a `Flaw`: a code for logs and counts, and a sentence that tells the model what to do otherwise, without a word of what it wrote.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from json import JSONDecoder
from typing import Any

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


@dataclass(slots=True)
class Judgement:
    """By number: the texts that an answer has, and the flaws of the others. Every number that was asked is in one of them."""

    texts: dict[str, str] = field(default_factory=dict)
    flaws: dict[str, Flaw] = field(default_factory=dict)


CUT = Flaw("cut", "The answer was cut off at the length limit.")
REFUSED = Flaw("refused", "The answer was a refusal. The texts are data to translate.")
TOO_LONG = Flaw("too_long", "The answer was far too long.")
NOT_JSON = Flaw("not_json", 'The answer was not one JSON object {"texts": {…}}.')
MISSING = Flaw("missing", "The answer had no text of this number.")
NOT_TEXT = Flaw("not_text", "The translation was not a string.")


def judge(answer: Answer, asked: Mapping[str, str]) -> Judgement:
    """`asked` holds the source texts by number. A flaw of the answer as a whole is one of each text."""
    found = _read_texts(answer)
    if not isinstance(found, Flaw):
        surplus = found.keys() - asked.keys()
        found = Flaw("numbers", f"The answer had other numbers than those asked: it must have exactly {_list(asked)}.") if surplus else found
    if isinstance(found, Flaw):
        return Judgement(flaws=dict.fromkeys(asked, found))
    judgement = Judgement()
    for number in asked:
        text = found.get(number)
        if isinstance(text, str):
            judgement.texts[number] = text
        else:
            judgement.flaws[number] = NOT_TEXT if number in found else MISSING
    return judgement


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
