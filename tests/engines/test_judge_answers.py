"""What counts as an answer, and what is said of one that does not."""

import json

import pytest

from engines.layers import Term
from engines.providers.base import Answer, Finish
from engines.translation.answers import Flaw, Judgement, Yardstick, judge

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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n", "empty"),
        (None, "not_text"),
        (42, "not_text"),
        ({"text": "Hallo"}, "not_text"),
        ("Hallo", "placeholder"),
        ("Hallo {Name}", "placeholder"),
        ("Hallo {name} {name}", "placeholder"),
        ("Hallo {name} <script>", "tag"),
        ("Hallo\x07 {name}", "control"),
        ("Hallo \u202e{name}", "control"),
    ],
)
def test_a_spoiled_text_leaves_the_others_good(text: object, code: str) -> None:
    judgement = judge(Answer(json.dumps({"texts": {"1": text, "2": "Sichern"}})), ASKED)

    assert judgement.texts == {"2": "Sichern"}
    assert codes(judgement) == {"1": code}


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


def test_texts_of_a_provider_that_takes_texts_are_judged_alike() -> None:
    judgement = judge(Answer(texts={"1": "Hallo", "2": "Sichern"}), ASKED)

    assert judgement.texts == {"2": "Sichern"}
    assert codes(judgement) == {"1": "placeholder"}


def test_a_control_character_of_the_source_may_stay() -> None:
    assert judge(Answer(texts={"1": "a\x1b[0m"}), {"1": "b\x1b[0m"}).texts == {"1": "a\x1b[0m"}


def test_a_flaw_names_the_placeholders_of_the_source_and_nothing_of_the_answer() -> None:
    judgement = judge(Answer(texts={"1": "Geheim {anders}"}), {"1": "Hello {name} <b>x</b>"})

    assert judgement.flaws["1"] == Flaw(
        "placeholder",
        "The translation lacks these placeholders, which must be copied exactly: {name}. "
        "The translation contains a placeholder that the text has not. "
        "The translation lacks these tags, which must be copied exactly: <b>, </b>.",
    )


def test_warnings_go_with_a_text_that_passed() -> None:
    judgement = judge(Answer(texts={"1": "12 Dateien"}), {"1": "10 files"})

    assert judgement.texts == {"1": "12 Dateien"}
    assert [finding.code for finding in judgement.warnings["1"]] == ["number"]


def test_locales_and_glossary_are_judged_where_they_are_known() -> None:
    glossary = (Term("en", "de", "invoice", "Rechnung"),)
    texts = {"1": "Please pay the invoice today", "2": "Ihre Faktura", "3": "Ihre Rechnungen"}
    asked = {"1": "Please pay the invoice today", "2": "Your invoice", "3": "Your invoices"}

    judgement = judge(Answer(texts=texts), asked, Yardstick("en", "de", glossary))
    lenient = judge(Answer(texts=texts), asked, Yardstick("en", "de", glossary, without=frozenset({"glossary", "echo"})))

    assert codes(judgement) == {"1": "echo", "2": "glossary"}
    assert lenient.flaws == {}
