"""What counts as an answer, and what is said of one that does not. What its texts say is judged elsewhere."""

import json

import pytest

from engines.providers.base import Answer, Finish
from engines.translation.answers import Judgement, judge

ASKED = {"1": "Hello {name}", "2": "Save"}
GOOD = {"1": "Hallo {name}", "2": "Sichern"}
GOOD_JSON = json.dumps({"texts": GOOD})


def codes(judgement: Judgement) -> dict[str, str]:
    return {number: flaw.code for number, flaw in judgement.flaws.items()}


@pytest.mark.parametrize(
    "content",
    [
        GOOD_JSON,
        f"  {GOOD_JSON}\n",
        f"```json\n{GOOD_JSON}\n```",
        f"```\n{GOOD_JSON}\n```",
        f"Sure! Here you are:\n\n{GOOD_JSON}\n\nAnything else?",
        f"I keep {{name}} as it is.\n{GOOD_JSON}",
        f"Here:\n```json\n{GOOD_JSON}\n```\nDone {{x}}.",
        f"{GOOD_JSON}\n{GOOD_JSON}",
    ],
)
def test_the_answer_is_found_in_plain_json_a_fence_or_prose(content: str) -> None:
    assert judge(Answer(content), ASKED) == Judgement(texts=GOOD)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "I can't help with that.",
        "[]",
        "null",
        GOOD_JSON[:-5],
        json.dumps(GOOD),
        json.dumps([{"texts": GOOD}]),
        json.dumps({"texts": list(GOOD.values())}),
        json.dumps({"texts": GOOD, "note": "done"}),
        '{"texts": {"1": "Hallo {name}", "1": "Hi {name}", "2": "Sichern"}}',
        '{"texts": {"1": "\\ud800 {name}", "2": "Sichern"}}',
        GOOD_JSON + '{"texts": {"1": "Hi {name}", "2": "Sichern"}}',
        '{"texts":' + "[" * 100_000,
        '{"texts":{"1":' + "9" * 5_000 + "}}",
    ],
)
def test_anything_else_is_not_the_json_asked_for(content: str) -> None:
    assert codes(judge(Answer(content), ASKED)) == {"1": "not_json", "2": "not_json"}


@pytest.mark.parametrize(
    "texts",
    [{"1": "Hallo {name}", "3": "Sichern"}, {**GOOD, "3": "x"}, {"text_1": "a", "text_2": "b"}, {"01": "Hallo {name}", "2": "Sichern"}],
)
def test_numbers_that_nobody_asked_for_spoil_the_whole_answer(texts: dict[str, str]) -> None:
    assert codes(judge(Answer(json.dumps({"texts": texts})), ASKED)) == {"1": "numbers", "2": "numbers"}


@pytest.mark.parametrize("text", [None, 42, True, ["Hallo"], {"text": "Hallo"}])
def test_what_is_no_text_leaves_the_others_good(text: object) -> None:
    judgement = judge(Answer(json.dumps({"texts": {"1": text, "2": "Sichern"}})), ASKED)

    assert judgement.texts == {"2": "Sichern"}
    assert codes(judgement) == {"1": "not_text"}


def test_a_missing_number_leaves_the_others_good() -> None:
    judgement = judge(Answer(json.dumps({"texts": {"2": "Sichern"}})), ASKED)

    assert judgement.texts == {"2": "Sichern"}
    assert codes(judgement) == {"1": "missing"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(GOOD_JSON, finish=Finish.CUT), "cut"),
        (Answer(GOOD_JSON, finish=Finish.REFUSED), "refused"),
        (Answer("x" * 3_000_000), "too_long"),
    ],
)
def test_an_answer_that_was_not_finished_is_not_read(answer: Answer, code: str) -> None:
    assert codes(judge(answer, ASKED)) == {"1": code, "2": code}


def test_texts_of_a_provider_that_takes_texts_are_read_alike() -> None:
    judgement = judge(Answer(texts={"1": "Hallo"}), ASKED)

    assert judgement.texts == {"1": "Hallo"}
    assert codes(judgement) == {"2": "missing"}
