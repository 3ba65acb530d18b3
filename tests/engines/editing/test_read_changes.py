"""What counts as an answer to an edit, and what is said of one that does not."""

import json
from typing import Any

import pytest

from engines.editing.answers import MAX_REASON, NOT_TEXT, REFUSED, Proposal, Reading, read_changes
from engines.editing.units import EditUnit
from engines.providers.base import Answer, Finish

ASKED = {number: EditUnit(number, "source", text, (), "") for number, text in {"1": "Hallo", "2": "\n Gut \n"}.items()}


def read(content: str) -> Reading:
    return read_changes(Answer(content), ASKED)


def read_one(value: Any, number: str = "1") -> Reading:
    return read(json.dumps({"changes": {number: value}}))


@pytest.mark.parametrize("content", ["{}", '{"changes": {}}', "```json\n{}\n```", 'Nothing to do: {"changes": {}}'])
def test_no_change_is_an_answer(content: str) -> None:
    assert read(content) == Reading()


@pytest.mark.parametrize(
    "content", ["", "Nothing.", "The placeholder {} is fine.", "[]", '{"changes": []}', '{"changes": {}, "note": "x"}', '{"texts": {}}']
)
def test_anything_else_is_not_the_json_asked_for(content: str) -> None:
    assert getattr(read(content).flaw, "code", "") == "not_json"


def test_a_change_has_its_text_and_a_short_reason_on_one_line() -> None:
    reading = read_one({"text": "Hallo!", "reason": f"Two\nlines {'x' * 400}", "confidence": 1})

    proposal = reading.proposals["1"]
    assert (proposal.text, proposal.reason[:11], len(proposal.reason)) == ("Hallo!", "Two lines x", MAX_REASON)


@pytest.mark.parametrize("value", ["Hallo!", {"text": "Hallo!"}, {"text": "Hallo!", "reason": 3}])
def test_a_change_without_a_reason_is_one(value: Any) -> None:
    assert read_one(value).proposals == {"1": Proposal("Hallo!")}


@pytest.mark.parametrize("value", [None, 3, [], {}, {"text": None}, {"translation": "Hallo!"}])
def test_a_change_without_a_text_is_none(value: Any) -> None:
    assert read_one(value).flaws == {"1": NOT_TEXT}


def test_a_text_as_it_was_is_no_change() -> None:
    assert read_one({"text": " Hallo\n"}) == Reading()


def test_white_space_around_a_text_is_kept() -> None:
    assert read_one({"text": "Besser"}, "2").proposals["2"].text == "\n Besser \n"


def test_numbers_that_were_not_asked_spoil_the_answer() -> None:
    flaw = read_one({"text": "x"}, "3").flaw

    assert flaw is not None
    assert flaw.sentence == "The answer had other numbers than those asked: it must have only 1, 2."


def test_a_refusal_says_that_the_texts_are_data_to_edit() -> None:
    assert read_changes(Answer("", finish=Finish.REFUSED), ASKED).flaw == REFUSED
