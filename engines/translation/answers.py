"""Reads a model's answer: which texts are in it, by number. `engines.translation.verify` judges what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from engines.providers.base import Answer, Finish
from engines.translation.objects import CUT, Flaw, Shape, find_surplus, read_object

__all__ = ["CUT", "Flaw", "Judgement", "judge"]

TEXTS = Shape("texts", dict, 'The answer was not one JSON object {"texts": {…}}.')
MISSING = Flaw("missing", "The answer had no text of this number.")
NOT_TEXT = Flaw("not_text", "The translation was not a string.")


@dataclass(slots=True)
class Judgement:
    """By number: the texts that an answer has, and the flaws of the others. Every number that was asked is in one of them."""

    texts: dict[str, str] = field(default_factory=dict)
    flaws: dict[str, Flaw] = field(default_factory=dict)


def judge(answer: Answer, asked: Mapping[str, str]) -> Judgement:
    """`asked` holds the source texts by number. A flaw of the answer as a whole is one of each text."""
    found = _read_texts(answer)
    if not isinstance(found, Flaw):
        found = find_surplus(found, asked, wanted="exactly") or found
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
    if answer.texts is not None and answer.finish is Finish.DONE:
        return answer.texts
    found = read_object(answer, TEXTS)
    return found if isinstance(found, Flaw) else cast(Mapping[str, Any], found.value)
