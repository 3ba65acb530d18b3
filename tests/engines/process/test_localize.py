"""`POST /process/localize`: what comes back, and what is sent to a model (contract §6)."""

import json
from typing import Any

import pytest
from django.db.models import F

from engines.models import Engine, Instruction
from tests.api import Answer, Api
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

pytestmark = pytest.mark.django_db

PATH = "/process/localize"


def localize(api: Api, data: Any, **members: Any) -> Answer:
    body = {"sourceLocale": "en", "targetLocale": "de", "data": data, **members}
    return api.post(PATH, {name: value for name, value in body.items() if value is not ...})


def prompt_of(model: ModelServer) -> dict[str, Any]:
    """The user message of the one call that was made."""
    (call,) = model.requests()
    message: dict[str, Any] = json.loads(call["body"]["messages"][-1]["content"])
    return message


def test_answer_has_the_translation_the_model_and_the_usage(api: Api, chat_engine: Engine) -> None:
    answer = localize(api, {"greeting": "Hello {name}"})

    usage = answer.body.pop("usage")
    assert answer.shown == (
        200,
        {"sourceLocale": "en", "targetLocale": "de", "data": {"greeting": "[de] Hello {name}"}, "model": "openai:openai"},
    )
    assert set(usage) == {"inputTokens", "outputTokens", "llmCost", "localizationCost"}
    assert usage["inputTokens"] > 0
    assert usage["outputTokens"] > 0
    assert (usage["llmCost"], usage["localizationCost"]) == (None, 0)


def test_key_order_and_spelling_of_numbers_are_kept(api: Api, chat_engine: Engine) -> None:
    sent = '{"z":1.50,"a":"Hello","10":[1e5,{"y":null,"b":true}],"2":"Bye","empty":"","n":-0.0,"big":12345678901234567890123}'

    answer = api.post(PATH, f'{{"sourceLocale":"en","targetLocale":"de","data":{sent}}}')

    assert answer.status == 200
    assert f'"data":{sent.replace("Hello", "[de] Hello").replace("Bye", "[de] Bye")}' in answer.text


def test_locales_come_back_canonical(api: Api, chat_engine: Engine) -> None:
    answer = localize(api, {"text": "Hello"}, sourceLocale="EN_us", targetLocale="zh_hant-tw")

    assert (answer.body["sourceLocale"], answer.body["targetLocale"]) == ("en-US", "zh-Hant-TW")


@pytest.mark.parametrize("target", ["en", "EN", "en_"], ids=["same", "other-case", "malformed"])
def test_target_equal_to_the_source_is_copied_without_a_call(api: Api, chat_engine: Engine, model_server: ModelServer, target: str) -> None:
    answer = localize(api, {"text": "Hello", "n": 1.0}, targetLocale=target)

    if target == "en_":
        assert answer.status == 400
    else:
        assert answer.shown == (200, {"sourceLocale": "en", "targetLocale": "en", "data": {"text": "Hello", "n": 1.0}})
    assert model_server.counts()["total"] == 0


@pytest.mark.parametrize("data", [{}, {"a": ""}, {"a": 1, "b": None}, {"a": "42", "b": "{name}"}], ids=["empty", "blank", "no-text", "no-words"])
def test_nothing_to_translate_comes_back_without_model_and_usage(api: Api, chat_engine: Engine, model_server: ModelServer, data: Any) -> None:
    answer = localize(api, data)

    assert answer.shown == (200, {"sourceLocale": "en", "targetLocale": "de", "data": data})
    assert model_server.counts()["total"] == 0


def test_locked_values_are_never_sent(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    answer = localize(api, {"id": "secret name", "text": "Hello"}, lockedKeys=["id"])

    assert answer.body["data"] == {"id": "secret name", "text": "[de] Hello"}
    assert prompt_of(model_server)["texts"] == {"1": "Hello"}


def test_hints_and_context_reach_the_prompt(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    localize(api, {"nav": {"home": "Home"}}, hints={"nav.home": ["Menu", "First item"], "absent": ["x"]}, context="A shop")

    told = prompt_of(model_server)
    assert (told["hints"], told["context"]) == ({"1": "Menu > First item"}, "A shop")


def test_members_that_clients_send_besides_are_ignored(api: Api, chat_engine: Engine) -> None:
    besides = {"params": {"fast": True}, "sessionId": "abc", "triggerType": "cli", "metadata": {"filePath": "a.json"}, "hints": None, "context": None}

    assert localize(api, {"text": "Hello"}, **besides, engineId=None, lockedKeys=None, reference=None).status == 200


def test_speakers_of_a_chat_keep_their_names(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    chat = [{"name": "Alice Cooper", "text": "Hello"}, {"name": "Bob", "text": "Bye"}]

    answer = localize(api, {"chat": chat})

    assert answer.body["data"] == {"chat": [{"name": "Alice Cooper", "text": "[de] Hello"}, {"name": "Bob", "text": "[de] Bye"}]}
    assert prompt_of(model_server)["texts"] == {"1": "Hello", "2": "Bye"}


@pytest.mark.parametrize(
    "data",
    [{"chat": [{"name": "Alice", "text": "Hello"}], "title": "Talk"}, {"chat": [{"name": "Alice"}]}, {"chat": {"name": "Alice", "text": "Hello"}}],
    ids=["other-key", "no-text", "no-list"],
)
def test_names_elsewhere_are_translated(api: Api, chat_engine: Engine, data: Any) -> None:
    answer = localize(api, data)

    assert '"name":"[de] Alice"' in answer.text


def test_source_is_detected_where_none_is_named(api: Api, chat_engine: Engine) -> None:
    data = {"title": "Guten Morgen, wie geht es dir heute?"}

    for absent in (None, ...):
        answer = localize(api, data, sourceLocale=absent, targetLocale="es")
        assert answer.body["sourceLocale"] == "de"


def test_detected_source_equal_to_the_target_is_copied(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    data = {"title": "Guten Morgen, wie geht es dir heute?"}

    answer = localize(api, data, sourceLocale=None)

    assert answer.shown == (200, {"sourceLocale": "de", "targetLocale": "de", "data": data})
    assert model_server.counts()["total"] == 0


@pytest.mark.parametrize(("locales", "expected"), [(["fr", "en"], "fr"), ([], "en")], ids=["first-of-the-engine", "english"])
def test_undetectable_source_is_the_engines(api: Api, chat_engine: Engine, locales: list[str], expected: str) -> None:
    Engine.objects.update(source_locales=locales)

    assert localize(api, {"text": "OK"}, sourceLocale=None).body["sourceLocale"] == expected


def test_locked_texts_do_not_decide_the_source(api: Api, chat_engine: Engine) -> None:
    data = {"text": "Guten Morgen, wie geht es dir heute?", "id": "This is quite a long English text, longer than the other one. " * 5}

    assert localize(api, data, sourceLocale=None, targetLocale="es", lockedKeys=["id"]).body["sourceLocale"] == "de"


def test_repeated_call_is_answered_from_memory(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    localize(api, {"text": "Hello", "other": "Bye"})
    model_server.reset()

    same = localize(api, {"other": "Bye", "text": "Hello"})
    changed = localize(api, {"text": "Hello", "other": "Good day"})

    assert same.shown == (200, {"sourceLocale": "en", "targetLocale": "de", "data": {"other": "[de] Bye", "text": "[de] Hello"}})
    assert changed.body["data"] == {"text": "[de] Hello", "other": "[de] Good day"}
    assert prompt_of(model_server)["texts"] == {"1": "Good day"}


def test_relevant_pairs_of_the_reference_reach_the_prompt(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    reference = {"en": {"cart": "Your cart", "bye": "Goodbye"}, "de": {"cart": "Ihr Warenkorb", "bye": "Tschüs"}}

    localize(api, {"text": "Open the cart"}, reference=reference)

    text = json.dumps(prompt_of(model_server), ensure_ascii=False)
    assert ("Ihr Warenkorb" in text, "Tschüs" in text) == (True, False)


def test_text_that_could_not_be_verified_keeps_its_source_with_a_warning(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    model_server.script(rule("invented_placeholder", only="Stubborn"))

    answer = localize(api, {"nav": {"items": ["Hello", "Stubborn"]}})

    (warning,) = answer.body["warnings"]
    assert answer.body["data"] == {"nav": {"items": ["[de] Hello", "Stubborn"]}}
    assert (warning["path"], warning["code"], set(warning)) == ("nav.items[1]", "untranslated", {"path", "code", "message"})


def test_change_of_a_layer_is_seen_by_the_next_call(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    localize(api, {"text": "Hello"})
    Instruction.objects.create(engine=chat_engine, name="Tone", text="Be formal.")
    Engine.objects.update(layers_version=F("layers_version") + 1)
    model_server.reset()

    localize(api, {"text": "Good day"})

    (call,) = model_server.requests()
    assert "Be formal." in json.dumps(call["body"]["messages"])


def test_call_to_an_unchanged_engine_makes_few_queries(api: Api, chat_engine: Engine, django_assert_max_num_queries: Any) -> None:
    localize(api, {"text": "Hello"})

    # key, engine, limits, stamp, memory; then the charge, the engine still there, what was learned, with their savepoints
    with django_assert_max_num_queries(14):
        localize(api, {"text": "Good day"})
