"""Edits with models that answer badly, late or not at all: what is repeated, who is asked next, what is kept."""

import json
import threading
from typing import Any

import pytest

from engines.editing.edit import edit
from engines.editing.request import Kind
from engines.errors import ModelUnavailable, NoModel, ProviderRefused, TranslationCancelled, UnusableAnswers
from engines.layers import Layers, Term
from engines.model_loop import Cancellation
from tests.engines.editing.requests import LARGE, SMALL, make_edit, run_edit
from tests.engines.factories import make_layers
from tests.servers.model_faults import COMPLETION_FAULTS, KEY_FAULTS
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

CLUMSY = ("Hello clumsy {name}", "Hallo {name}")
GOOD = "Hallo {name} ◇"
READABLE = {"prose", "fence", "twice", "missing_keys", "no_texts"}  # the last two leave texts out: they stay as they are


def models_asked(server: ModelServer) -> list[str]:
    return [call["body"]["model"] for call in server.requests()]


def sent(server: ModelServer, index: int) -> Any:
    return json.loads(server.requests()[index]["body"]["messages"][1]["content"])


@pytest.mark.parametrize("fault", sorted({*COMPLETION_FAULTS, *KEY_FAULTS} - READABLE - {"no_choices"}))
def test_an_answer_that_cannot_be_read_is_repeated_once_with_the_reason(chat_model: ModelServer, fault: str) -> None:
    chat_model.script(rule(fault, times=1))

    edits = run_edit(Kind.REPHRASE, CLUMSY, ("Fine", "Gut"))

    assert [change.after for change in edits.changes] == [GOOD]
    assert edits.usage.calls == 2
    assert sent(chat_model, 1).get("problem") or sent(chat_model, 1).get("problems")


@pytest.mark.parametrize("fault", ["prose", "fence", "twice"])
def test_an_answer_in_another_wrapping_is_used(chat_model: ModelServer, fault: str) -> None:
    chat_model.script(rule(fault))

    edits = run_edit(Kind.REPHRASE, CLUMSY)

    assert ([change.after for change in edits.changes], edits.usage.calls) == ([GOOD], 1)


def test_after_two_unreadable_answers_the_next_model_is_asked(chat_model: ModelServer) -> None:
    chat_model.script(rule("garbage", match={"model": "test-small"}))

    edits = run_edit(Kind.REPHRASE, CLUMSY, layers=make_layers(SMALL, LARGE))

    assert [(change.after, change.made_by) for change in edits.changes] == [(GOOD, LARGE)]
    assert models_asked(chat_model) == ["test-small", "test-small", "test-large"]


def test_only_the_change_that_cannot_be_read_goes_to_the_next_model(chat_model: ModelServer) -> None:
    chat_model.script(rule("null_texts", match={"model": "test-small"}, only="Hello"))

    edits = run_edit(Kind.REPHRASE, CLUMSY, ("clumsy", "Gut"), layers=make_layers(SMALL, LARGE))

    assert [(change.after, change.made_by) for change in edits.changes] == [(GOOD, LARGE), ("Gut ◇", SMALL)]
    assert [list(sent(chat_model, index)["texts"]) for index in range(3)] == [["1", "2"], ["1"], ["1"]]


def test_an_unreadable_answer_and_a_broken_change_are_each_forgiven_once(chat_model: ModelServer) -> None:
    chat_model.script(rule("garbage", times=1), rule("lost_placeholder", times=1))

    edits = run_edit(Kind.REPHRASE, CLUMSY)

    assert [change.after for change in edits.changes] == [GOOD]
    assert edits.usage.calls == 3


def test_a_broken_change_whose_repeat_cannot_be_read_is_dropped(chat_model: ModelServer) -> None:
    chat_model.script(rule("lost_placeholder", times=1), rule("garbage"))

    edits = run_edit(Kind.REPHRASE, CLUMSY, layers=make_layers(SMALL, LARGE))

    assert ([refused.code for refused in edits.refused], edits.usage.calls) == (["placeholder"], 3)


def test_a_cut_answer_is_asked_for_again_with_more_room(chat_model: ModelServer) -> None:
    chat_model.script(rule("truncation", times=1))

    run_edit(Kind.REPHRASE, CLUMSY)

    assert [call["body"]["max_tokens"] for call in chat_model.requests()] == [256, 512]


def test_when_no_model_gives_a_usable_answer_the_error_says_so(chat_model: ModelServer) -> None:
    chat_model.script(rule("refusal"))

    with pytest.raises(UnusableAnswers, match="openai:test-small gave no usable answer about 1 of 1 texts") as caught:
        run_edit(Kind.REPHRASE, CLUMSY)

    assert (caught.value.usage.calls, caught.value.verified) == (2, {})


def test_a_chunk_without_a_usable_answer_loses_nothing_of_the_others(chat_model: ModelServer) -> None:
    chat_model.script(rule("garbage", match={"text": "Row 5 "}))
    texts = [f"Row {number} occured" for number in range(250)]

    edits = run_edit(Kind.CLEAN, *texts)

    assert (edits.report["changed"], edits.report["failed"], edits.report["chunks"]) == (150, 100, 3)
    assert edits.report["failure"].startswith("openai:test-small gave no usable answer about 100 of 100 texts.")
    assert min(change.path for change in edits.changes) == (100,)


def test_what_a_failed_attempt_decided_spares_the_next(chat_model: ModelServer) -> None:
    chat_model.script(rule("status", status=503, match={"text": "Row 5 "}))
    texts = [*(f"Row {number} occured" for number in range(150)), *(f"Good {number}" for number in range(50))]
    with pytest.raises(ModelUnavailable) as caught:
        run_edit(Kind.CLEAN, *texts, known={"of another use": "x"})
    chat_model.reset()

    edits = run_edit(Kind.CLEAN, *texts, known=caught.value.verified)

    assert caught.value.verified["of another use"] == "x"
    assert caught.value.usage.calls == 2
    assert chat_model.counts()["total"] == 1
    assert list(sent(chat_model, 0)["texts"].values()) == texts[:100]
    assert (edits.report["changed"], edits.report["fromKnown"]) == (150, 100)
    assert {(change.reason, change.made_by) for change in edits.changes} == {("Spelling.", SMALL)}


def test_what_is_known_passes_the_checks_of_today_or_is_asked_for_again(chat_model: ModelServer) -> None:
    chat_model.script(rule("status", status=503, match={"text": "Row 5 "}))
    with pytest.raises(ModelUnavailable) as caught:
        run_edit(Kind.REPHRASE, *((f"Row {number} ", f"Zeile {number}") for number in range(100)), ("clumsy", "Gut"))
    chat_model.reset()
    layers = make_layers(SMALL, glossary=[Term("en", "de", "clumsy", "schwerfällig")])

    good = run_edit(Kind.REPHRASE, ("clumsy", "Gut"), known=caught.value.verified)
    outdated = run_edit(Kind.REPHRASE, ("clumsy", "Gut"), known=caught.value.verified, layers=layers)
    garbage = run_edit(Kind.REPHRASE, ("clumsy", "Gut"), known=dict.fromkeys(caught.value.verified, "garbage"))

    assert [edits.report["fromKnown"] for edits in (good, outdated, garbage)] == [1, 0, 0]
    assert [edits.usage.calls for edits in (good, outdated, garbage)] == [0, 2, 1]


def test_a_deadline_keeps_what_was_decided(chat_model: ModelServer) -> None:
    chat_model.script(rule("hang", match={"text": "Row 5 "}))

    with pytest.raises(ModelUnavailable) as caught:
        run_edit(Kind.CLEAN, *[f"Row {number} occured" for number in range(200)], seconds=1)

    assert len(caught.value.verified) == 100


def test_an_edit_can_be_cancelled_while_a_model_answers(chat_model: ModelServer) -> None:
    chat_model.script(rule("hang"))
    cancellation = Cancellation()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            edit(make_edit(Kind.CLEAN, "teh end"), cancellation)
        except TranslationCancelled as exc:
            errors.append(exc)

    thread = threading.Thread(target=run)
    thread.start()
    chat_model.wait_for_calls(in_flight=1)
    cancellation.cancel()
    thread.join(10)

    assert len(errors) == 1


def test_a_provider_that_refuses_and_an_engine_without_models_say_so(chat_model: ModelServer) -> None:
    chat_model.script(rule("status", status=401))

    with pytest.raises(ProviderRefused, match="openai:test-small answered 401"):
        run_edit(Kind.REPHRASE, CLUMSY)
    with pytest.raises(NoModel):
        run_edit(Kind.REPHRASE, CLUMSY, layers=Layers(version=1))
