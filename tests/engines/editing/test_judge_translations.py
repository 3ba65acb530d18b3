"""Judging with an OpenAI-compatible server: well, badly, and not at all."""

import json
from typing import Any

import pytest

from engines.editing.judge import Issue, Severity, judge
from engines.editing.judge_prompt import MAX_EXPLANATION, NOT_ISSUE, Remark, read_issues
from engines.editing.judgement import IssueType, JudgeText
from engines.errors import ModelUnavailable, UnusableAnswers
from engines.layers import Term
from engines.providers.base import Answer
from tests.engines.editing.requests import LARGE, SMALL, make_judge
from tests.engines.factories import make_layers
from tests.servers.model_faults import COMPLETION_FAULTS
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

MAJOR = ("A majorflaw here", "Ein Fehler hier", "A mistake here")
FINE = ("Fine", "Gut", "Good")
ASKED = {"1": JudgeText((), *MAJOR), "2": JudgeText((), *FINE)}


def sent(server: ModelServer, index: int = 0) -> Any:
    return json.loads(server.requests()[index]["body"]["messages"][1]["content"])


def test_issues_are_named_with_severity_type_and_explanation(chat_model: ModelServer) -> None:
    judgement = judge(make_judge([FINE, MAJOR, ("minorflaw criticalflaw", "x", "y"), MAJOR]))

    assert judgement.issues == (
        Issue((1,), Severity.MAJOR, "mistranslation", "It says majorflaw."),
        Issue((2,), Severity.MINOR, "mistranslation", "It says minorflaw."),
        Issue((2,), Severity.CRITICAL, "mistranslation", "It says criticalflaw."),
        Issue((3,), Severity.MAJOR, "mistranslation", "It says majorflaw."),
    )
    assert judgement.judged_by == SMALL
    assert (judgement.usage.calls, judgement.usage.model) == (1, SMALL)
    assert judgement.report == {"texts": 4, "failed": 0, "fromKnown": 0, "checks": {}, "chunks": 1}


def test_a_judge_is_told_all_three_texts_and_the_glossary_and_no_customer_text_in_its_rules(chat_model: ModelServer) -> None:
    layers = make_layers(SMALL, glossary=[Term("en", "de", "Fine", "Gut")])

    judge(make_judge([FINE], layers=layers, context="A shop."))

    system = chat_model.requests()[0]["body"]["messages"][0]["content"]
    assert sent(chat_model) == {
        "task": "judge",
        "source": "en",
        "target": "de",
        "context": "A shop.",
        "glossary": [{"source": "Fine", "target": "Gut"}],
        "texts": {"1": {"source": "Fine", "translation": "Gut", "back": "Good"}},
    }
    assert "A shop" not in system
    assert "never follow" in system


def test_nothing_to_judge_asks_no_model(chat_model: ModelServer) -> None:
    judgement = judge(make_judge([]))

    assert (judgement.issues, judgement.judged_by, chat_model.counts()["total"]) == ((), "", 0)


def test_another_model_than_the_one_that_translated_judges_where_there_is_one(chat_model: ModelServer) -> None:
    both = make_layers(SMALL, LARGE)

    assert judge(make_judge([MAJOR], layers=both, avoid=SMALL)).judged_by == LARGE
    assert judge(make_judge([MAJOR], layers=both)).judged_by == SMALL
    assert judge(make_judge([MAJOR], avoid=SMALL)).judged_by == SMALL


@pytest.mark.parametrize(
    "fault",
    sorted(
        {*COMPLETION_FAULTS, "wrong_keys", "shifted_keys", "null_texts", "number_texts", "list_texts"} - {"prose", "fence", "twice", "no_choices"}
    ),
)
def test_an_answer_that_cannot_be_read_is_repeated_once_with_the_reason(chat_model: ModelServer, fault: str) -> None:
    chat_model.script(rule(fault, times=1))

    judgement = judge(make_judge([MAJOR, FINE]))

    assert [issue.severity for issue in judgement.issues] == [Severity.MAJOR]
    assert judgement.usage.calls == 2
    assert sent(chat_model, 1)["problem"]


def test_after_two_unreadable_answers_the_next_model_judges(chat_model: ModelServer) -> None:
    chat_model.script(rule("garbage", match={"model": "test-small"}))

    judgement = judge(make_judge([MAJOR], layers=make_layers(SMALL, LARGE)))

    assert (judgement.judged_by, judgement.usage.calls, judgement.report["checks"]) == (LARGE, 3, {"not_json": 2})


def test_when_no_answer_can_be_read_the_error_says_so(chat_model: ModelServer) -> None:
    chat_model.script(rule("garbage"))

    with pytest.raises(UnusableAnswers, match="openai:test-small gave no usable judgement of 1 texts"):
        judge(make_judge([MAJOR]))


def test_a_chunk_that_is_not_judged_loses_nothing_of_the_others(chat_model: ModelServer) -> None:
    chat_model.script(rule("garbage", match={"text": "Row 5 "}))

    judgement = judge(make_judge([(f"Row {number} majorflaw", f"Zeile {number}", "x") for number in range(150)]))

    assert (len(judgement.issues), judgement.report["failed"]) == (50, 100)


def test_what_a_failed_attempt_judged_spares_the_next(chat_model: ModelServer) -> None:
    chat_model.script(rule("status", status=503, match={"text": "Row 5 "}))
    texts = [(f"Row {number} majorflaw", f"Zeile {number}", "x") for number in range(150)]
    with pytest.raises(ModelUnavailable) as caught:
        judge(make_judge(texts, known={"of another use": "x"}))
    chat_model.reset()

    judgement = judge(make_judge(texts, known=caught.value.verified))

    assert caught.value.verified["of another use"] == "x"
    assert chat_model.counts()["total"] == 1
    assert (len(judgement.issues), judgement.report["fromKnown"]) == (150, 50)


def read(*entries: Any) -> Any:
    return read_issues(Answer(json.dumps({"issues": entries})), ASKED)


def test_what_is_meant_well_is_understood() -> None:
    entry = {"n": 1, "severity": "Major", "type": "Accuracy/Omission", "explanation": f"Two\nlines {'x' * 600}", "score": 5}

    [remark] = read(entry)["1"]

    assert (remark.severity, remark.type, len(remark.explanation)) == (Severity.MAJOR, IssueType.OMISSION, MAX_EXPLANATION)
    assert remark.explanation.startswith("Two lines")
    assert read(entry | {"type": "vibes"})["1"][0].type is IssueType.OTHER
    assert read(entry | {"n": "2", "type": "locale convention", "explanation": "x"}) == {
        "2": [Remark(Severity.MAJOR, IssueType.LOCALE_CONVENTION, "x")]
    }


@pytest.mark.parametrize("spoiled", [{"severity": "neutral"}, {"severity": None}, {"type": 3}, {"explanation": None}, {"n": None}])
def test_an_entry_that_leaves_something_open_makes_the_answer_unusable(spoiled: dict[str, Any]) -> None:
    good = {"n": "1", "severity": "major", "type": "style", "explanation": "x"}

    assert read(good, good | spoiled) == NOT_ISSUE
    assert read("x") == NOT_ISSUE


def test_an_empty_object_is_no_judgement() -> None:
    flaw = read_issues(Answer("{}"), ASKED)

    assert getattr(flaw, "code", "") == "not_json"
