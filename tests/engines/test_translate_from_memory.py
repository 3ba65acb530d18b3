"""`translate` with the translation memory: what is not sent, what is learned, who goes before whom."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from engines.errors import ModelUnavailable
from engines.layers import Layers, Term
from engines.memory import NewEntry, remember
from engines.models import Engine, MemoryEntry
from engines.translation.request import Translation
from engines.translation.translate import translate
from foundation.customer_json import dump
from organizations.models import Organization
from tests.engines.factories import make_layers, make_request
from tests.factories import NOW, make_engine
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

DATA = {"title": "Hello {name}", "body": ["Save", "Open the file", "Save"]}


@pytest.fixture
def engine(organization: Organization) -> Engine:
    return make_engine(organization)


@pytest.fixture
def layers(engine: Engine) -> Layers:
    return make_layers("openai:test-small", engine_id=engine.pk, uses_memory=True)


@pytest.fixture
def human(engine: Engine) -> Callable[[str, str], None]:
    def store(text: str, translation: str) -> None:
        remember([NewEntry(engine.pk, "en", "de", text, "", "", translation, MemoryEntry.Origin.HUMAN, 0, "Rita")], NOW)

    return store


def run(layers: Layers, data: Any = DATA, **members: Any) -> Translation:
    result = translate(make_request(data, layers=layers, **members))
    remember(result.learned, NOW)
    return result


def sent(server: ModelServer) -> list[list[str]]:
    """The texts of each call."""
    return [list(json.loads(call["body"]["messages"][1]["content"])["texts"].values()) for call in server.requests()]


def test_the_same_payload_twice_costs_no_call(chat_model: ModelServer, layers: Layers, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first = run(layers)
    chat_model.reset()

    with django_assert_num_queries(1):
        second = translate(make_request(DATA, layers=layers))

    assert dump(second.data) == dump(first.data)
    assert (second.usage.calls, second.usage.model, second.usage.cost_usd) == (0, None, 0)
    assert (second.report["segments"], second.report["fromMemory"], second.report["translated"]) == (4, 4, 0)
    assert second.learned == ()
    assert sent(chat_model) == []


def test_one_changed_text_is_the_one_that_is_sent(chat_model: ModelServer, layers: Layers) -> None:
    run(layers)
    chat_model.reset()

    result = run(layers, DATA | {"title": "Goodbye {name}"})

    assert sent(chat_model) == [["Goodbye {name}"]]
    assert dump(result.data) == '{"title":"[de] Goodbye {name}","body":["[de] Save","[de] Open the file","[de] Save"]}'


def test_hints_and_context_are_part_of_what_is_remembered(chat_model: ModelServer, layers: Layers) -> None:
    run(layers, {"a": "Open"}, hints={"a": ["Status"]}, context="A shop.")
    chat_model.reset()

    run(layers, {"a": "Open"}, hints={"a": ["Status"]}, context="A shop.")
    assert sent(chat_model) == []
    run(layers, {"a": "Open"}, hints={"a": ["Button"]}, context="A shop.")
    run(layers, {"a": "Open"}, hints={"a": ["Status"]})

    assert sent(chat_model) == [["Open"], ["Open"]]


def test_a_change_of_the_layers_forgets_machines_and_keeps_people(chat_model: ModelServer, layers: Layers, human: Callable[[str, str], None]) -> None:
    run(layers)
    human("Save", "Sichern")
    chat_model.reset()

    result = run(replace(layers, version=2))

    assert dump(result.data) == '{"title":"[de] Hello {name}","body":["Sichern","[de] Open the file","Sichern"]}'
    assert sent(chat_model) == [["Hello {name}", "Open the file"]]


def test_a_persons_text_that_would_not_pass_today_is_not_used(chat_model: ModelServer, layers: Layers, human: Callable[[str, str], None]) -> None:
    human("Open the cart", "Öffne den Wagen")
    glossary = (Term("en", "de", "cart", "Warenkorb"),)

    result = run(replace(layers, glossary=glossary), {"a": "Open the cart"})

    assert dump(result.data) == '{"a":"[de] Open the Warenkorb"}'


@pytest.mark.parametrize("off", ["engine", "request"])
def test_the_memory_can_be_off(chat_model: ModelServer, layers: Layers, django_assert_num_queries: DjangoAssertNumQueries, off: str) -> None:
    run(layers, {"a": "Save"})
    chat_model.reset()

    with django_assert_num_queries(0):
        if off == "engine":
            result = translate(make_request({"a": "Save"}, layers=replace(layers, uses_memory=False)))
        else:
            result = translate(make_request({"a": "Save"}, layers=layers, uses_memory=False))

    assert (result.usage.calls, result.learned) == (1, ())


def test_only_what_was_verified_is_learned(chat_model: ModelServer, layers: Layers, engine: Engine) -> None:
    chat_model.script(rule("lost_placeholder", only="Hello"))

    result = run(layers)

    assert [warning.path for warning in result.warnings] == ["title"]
    assert [(entry.text, entry.translation, entry.made_by) for entry in result.learned] == [
        ("Save", "[de] Save", "openai:test-small"),
        ("Open the file", "[de] Open the file", "openai:test-small"),
    ]


def test_what_a_failed_attempt_learned_makes_the_repeat_cheap(chat_model: ModelServer, layers: Layers) -> None:
    data = {f"key{number}": f"Text {number}" for number in range(150)}
    chat_model.script(rule("status", status=500, match={"text": "Text 149"}))
    with pytest.raises(ModelUnavailable) as caught:
        run(layers, data)
    remember(caught.value.learned, NOW)
    chat_model.reset()

    result = run(layers, data)

    assert [len(texts) for texts in sent(chat_model)] == [50]
    assert (result.report["fromMemory"], result.report["translated"]) == (100, 50)
