"""Translating with an OpenAI-compatible server that answers well, badly, late or not at all."""

import json
from typing import Any

import pytest

from engines.errors import ModelUnavailable, UnusableAnswers
from engines.layers import Rule, Term
from engines.models import OnUnverified
from engines.translation.request import TranslationRequest, TranslationWarning
from engines.translation.translate import translate
from foundation.customer_json import dump
from tests.engines.factories import make_layers, make_request
from tests.servers.model_faults import COMPLETION_FAULTS, KEY_FAULTS
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

DATA = '{"a":"Hello {name}","b":"<b>Save</b> 3 files"}'
TRANSLATED = '{"a":"[de] Hello {name}","b":"[de] <b>Save</b> 3 files"}'
SMALL, LARGE = "openai:test-small", "openai:test-large"
# What stands in an answer in another shape than asked, and is used all the same.
LACKS = "The translation lacks these placeholders, which must be copied exactly: {name}."
READABLE = {"prose", "fence", "twice"}
# Text faults that the checks of this app see.
SEEN_TEXT_FAULTS = [
    "empty_texts",
    "lost_placeholder",
    "doubled_placeholder",
    "translated_placeholder",
    "invented_placeholder",
    "broken_tag",
    "added_markup",
    "control_characters",
]


def request(data: Any = DATA, *, models: tuple[str, ...] = (SMALL,), **members: Any) -> TranslationRequest:
    return make_request(data, layers=make_layers(*models), **members)


def asked_texts(server: ModelServer) -> list[tuple[str, dict[str, str]]]:
    """Model and texts of each call."""
    return [(call["body"]["model"], json.loads(call["body"]["messages"][1]["content"])["texts"]) for call in server.requests()]


def test_a_call_carries_trace_key_limits_and_one_object_of_texts(chat_model: ModelServer) -> None:
    layers = make_layers(SMALL, glossary=[Term("en", "de", "Save", "Sichern")], instructions=(Rule("de", "Say du."),))

    result = translate(make_request(DATA, layers=layers, context="A shop.", hints={"a": ["Home", "Greeting"]}))

    [call] = chat_model.requests()
    body = call["body"]
    system, user = body.pop("messages")
    assert (call["requestId"], call["authorization"]) == ("job.localize.1", "Bearer sk-test")
    assert body == {"model": "test-small", "stream": False, "max_tokens": 256, "response_format": {"type": "json_object"}, "temperature": 0.0}
    assert system["role"] == "system"
    assert system["content"].endswith("Instructions:\n1. Say du.")
    assert user == {
        "role": "user",
        "content": '{"source":"en","target":"de","context":"A shop.","hints":{"1":"Home > Greeting"},'
        '"glossary":[{"source":"Save","target":"Sichern"}],"texts":{"1":"Hello {name}","2":"<b>Save</b> 3 files"}}',
    }
    assert dump(result.data) == '{"a":"[de] Hello {name}","b":"[de] <b>Sichern</b> 3 files"}'
    assert result.usage.model == SMALL
    assert result.usage.input_tokens > 0
    assert result.usage.output_tokens > 0


@pytest.mark.parametrize("model", ["gpt-5-mini", "o3"])
def test_a_reasoning_model_gets_room_to_think_and_no_temperature(chat_model: ModelServer, model: str) -> None:
    translate(request(models=(f"openai:{model}",)))

    body = chat_model.requests()[0]["body"]
    assert body["max_completion_tokens"] > 2000
    assert "temperature" not in body
    assert body["reasoning_effort"] in ("minimal", "low")


@pytest.mark.parametrize("kind", sorted({*COMPLETION_FAULTS, *KEY_FAULTS, *SEEN_TEXT_FAULTS} - READABLE - {"no_choices"}))
def test_a_spoiled_answer_is_repaired_by_the_same_model(chat_model: ModelServer, kind: str) -> None:
    chat_model.script(rule(kind, times=1))

    result = translate(request())

    assert dump(result.data) == TRANSLATED
    assert result.usage.calls == 2
    assert result.report["repaired"] > 0


@pytest.mark.parametrize("kind", sorted(READABLE))
def test_an_answer_in_another_wrapping_is_used(chat_model: ModelServer, kind: str) -> None:
    chat_model.script(rule(kind))

    result = translate(request())

    assert dump(result.data) == TRANSLATED
    assert (result.usage.calls, result.report["repaired"]) == (1, 0)


def test_only_the_failing_texts_go_back_with_the_reason(chat_model: ModelServer) -> None:
    chat_model.script(rule("lost_placeholder", times=1, only="Hello"))

    result = translate(request())

    assert asked_texts(chat_model) == [("test-small", {"1": "Hello {name}", "2": "<b>Save</b> 3 files"}), ("test-small", {"1": "Hello {name}"})]
    repair = json.loads(chat_model.requests()[1]["body"]["messages"][1]["content"])
    assert repair["problems"] == {"1": LACKS}
    assert result.report["repaired"] == 1


def test_after_two_repairs_the_next_model_gets_what_is_left(chat_model: ModelServer) -> None:
    chat_model.script(rule("lost_placeholder", match={"model": "test-small"}, only="Hello"))

    result = translate(request(models=(SMALL, LARGE)))

    assert dump(result.data) == TRANSLATED
    assert [model for model, _ in asked_texts(chat_model)] == ["test-small", "test-small", "test-small", "test-large"]
    assert asked_texts(chat_model)[-1] == ("test-large", {"1": "Hello {name}"})


def test_a_cut_answer_is_asked_for_again_with_more_room(chat_model: ModelServer) -> None:
    chat_model.script(rule("truncation", times=1))

    translate(request())

    assert [call["body"]["max_tokens"] for call in chat_model.requests()] == [256, 512]


def test_when_no_model_gives_a_usable_answer_the_source_text_stays_with_a_warning(chat_model: ModelServer) -> None:
    chat_model.script(rule("lost_placeholder", only="Hello"))

    result = translate(request('{"x":{"a.b":"Hello {name}"},"b":"Save","c":["Hello {name}"]}'))

    assert dump(result.data) == '{"x":{"a.b":"Hello {name}"},"b":"[de] Save","c":["Hello {name}"]}'
    kept = f"The source text was kept: {LACKS}"
    assert result.warnings == (TranslationWarning("x.a.b", "untranslated", kept), TranslationWarning("c[0]", "untranslated", kept))
    assert (result.report["segments"], result.report["translated"], result.report["failed"]) == (3, 1, 2)
    assert result.report["checks"] == {"placeholder": 3}
    assert result.usage.calls == 3


@pytest.mark.parametrize("on_unverified", OnUnverified)
def test_when_not_one_text_is_verified_the_whole_fails(chat_model: ModelServer, on_unverified: OnUnverified) -> None:
    chat_model.script(rule("lost_placeholder"))

    with pytest.raises(UnusableAnswers):
        translate(make_request('{"a":"Hello {name}"}', layers=make_layers(SMALL, on_unverified=on_unverified)))


def test_an_engine_may_want_all_or_nothing_and_the_error_says_which_and_why_and_keeps_what_passed(chat_model: ModelServer) -> None:
    chat_model.script(rule("lost_placeholder", only="Hello"))

    with pytest.raises(UnusableAnswers) as caught:
        translate(make_request(DATA, layers=make_layers(SMALL, on_unverified=OnUnverified.FAIL)))

    assert str(caught.value) == f"openai:test-small gave no usable translation of 1 of 2 texts. {LACKS}"
    assert caught.value.verified == {"<b>Save</b> 3 files": "[de] <b>Save</b> 3 files"}
    assert caught.value.usage.calls == 3


def test_what_one_attempt_verified_spares_the_next(chat_model: ModelServer) -> None:
    chat_model.script(rule("lost_placeholder", only="Hello"))
    with pytest.raises(UnusableAnswers) as caught:
        translate(make_request(DATA, layers=make_layers(SMALL, on_unverified=OnUnverified.FAIL)))
    chat_model.reset()

    result = translate(request(known=caught.value.verified))

    assert dump(result.data) == TRANSLATED
    assert asked_texts(chat_model) == [("test-small", {"1": "Hello {name}"})]


def test_hints_tell_texts_apart_that_are_kept_for_the_next_attempt(chat_model: ModelServer) -> None:
    data, hints = '{"a":"Open","b":"Open"}', {"b": ["Status"]}
    first = translate(request(data, hints=hints))
    chat_model.script(rule("status", status=500))
    with pytest.raises(ModelUnavailable) as caught:
        translate(request('{"a":"Open","b":"Open","c":"New"}', hints=hints, known={"Open": "Öffnen", "Open\x1fStatus": "Offen"}))

    assert first.usage.calls == 1
    assert caught.value.verified == {"Open": "Öffnen", "Open\x1fStatus": "Offen"}
