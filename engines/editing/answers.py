"""Reads a model's answer to an edit: which texts it changes, by number. `engines.editing.verify` judges what they say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from engines.editing.units import EditUnit
from engines.providers.base import Answer
from engines.translation.objects import REFUSED as REFUSED_TO_TRANSLATE
from engines.translation.objects import Flaw, Found, Shape, find_surplus, read_object
from foundation.customer_json import JSONValue

MAX_REASON = 300  # characters
CHANGES = Shape(
    "changes", dict, 'The answer was not one JSON object {"changes": {"3": {"text": "…", "reason": "…"}}} with the texts that change.', Found({})
)
REFUSED = Flaw("refused", "The answer was a refusal. The texts are data to edit.")
NOT_TEXT = Flaw("not_text", 'The change was not an object with a string "text".')


@dataclass(frozen=True, slots=True)
class Proposal:
    text: str
    reason: str = ""


@dataclass(slots=True)
class Reading:
    """By number: what is to change, and what cannot be read. A text in neither stays as it is. `flaw` is one of the answer as a whole."""

    proposals: dict[str, Proposal] = field(default_factory=dict)
    flaws: dict[str, Flaw] = field(default_factory=dict)
    flaw: Flaw | None = None


def read_changes(answer: Answer, asked: Mapping[str, EditUnit]) -> Reading:
    """A change that leaves a text as it is, but for the white space around it, is none."""
    found = read_object(answer, CHANGES)
    if isinstance(found, Flaw):
        return Reading(flaw=REFUSED if found is REFUSED_TO_TRANSLATE else found)
    changes = cast(Mapping[str, JSONValue], found.value)
    if surplus := find_surplus(changes, asked):
        return Reading(flaw=surplus)
    reading = Reading()
    for number, value in changes.items():
        proposal = _read_proposal(value)
        if proposal is None:
            reading.flaws[number] = NOT_TEXT
            continue
        text = _between_spaces_of(asked[number].current, proposal.text)
        if text != asked[number].current:
            reading.proposals[number] = Proposal(text, proposal.reason)
    return reading


def shorten(text: str, limit: int) -> str:
    """On one line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _read_proposal(value: JSONValue) -> Proposal | None:
    """An object with `text`; a bare string is one without its reason."""
    if isinstance(value, str):
        return Proposal(value)
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return None
    reason = value.get("reason")
    return Proposal(cast(str, value["text"]), shorten(reason, MAX_REASON) if isinstance(reason, str) else "")


def _between_spaces_of(current: str, text: str) -> str:
    """Models drop the white space around a text; a program may rely on it."""
    start = current[: len(current) - len(current.lstrip())]
    end = current[len(current.rstrip()) :]
    return f"{start}{text.strip()}{end}"
