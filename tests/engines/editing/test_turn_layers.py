"""The layers of an engine for the way back, and models that are asked last."""

from engines.layers import Brief, Layers, ModelChoice, Rule, StoredModel, Term, Voice
from engines.translation.translate import translate
from tests.engines.editing.requests import LARGE, SMALL
from tests.engines.factories import make_layers, make_request
from tests.servers.model_server import ModelServer


def test_a_turned_glossary_says_what_a_translation_came_from() -> None:
    layers = make_layers(glossary=[Term("en", "de", "Save", "Sichern", "a button"), Term("en", "*", "Interlinear", None, "a name")])

    assert layers.turned().glossary == (Term("de", "en", "Sichern", "Save", "a button"), Term("*", "en", "Interlinear", None, "a name"))
    assert layers.turned().turned() == layers


def test_what_a_translation_could_have_come_from_is_left_open() -> None:
    glossary = [
        Term("en", "de", "log in", "anmelden"),
        Term("en", "de", "sign in", "Anmelden"),
        Term("en", "fr", "sign in", "anmelden"),
        Term("en", "de", "Save", "Sichern"),
        Term("en", "de", "Save", "Sichern"),
    ]

    turned = make_layers(glossary=glossary).turned().glossary

    assert [(term.source_locale, term.source_text) for term in turned] == [("fr", "anmelden"), ("de", "Sichern"), ("de", "Sichern")]


def test_everything_but_the_glossary_is_looked_up_for_the_way_back_as_it_is() -> None:
    layers = make_layers(instructions=(Rule("en", "Be brief."), Rule("de", "Say du.")), voices=(Voice("en", "Calm."),))

    assert layers.turned() == layers
    assert layers.turned().brief("de", "en", ["x"]) == Brief(instructions=("Be brief.",), voice="Calm.")


def test_a_model_to_avoid_comes_last_and_the_others_keep_their_order() -> None:
    layers = make_layers("a:1", "b:2", "c:3")

    assert [str(choice) for choice in layers.chain("en", "de", avoid="a:1")] == ["b:2", "c:3", "a:1"]
    assert [str(choice) for choice in layers.chain("en", "de", avoid="x:y")] == ["a:1", "b:2", "c:3"]
    assert Layers(version=1, models=(StoredModel("*", "*", ModelChoice("a", "1"), 1),)).chain("en", "de", avoid="a:1") == (ModelChoice("a", "1"),)


def test_a_translation_can_avoid_a_model(chat_model: ModelServer) -> None:
    layers = make_layers(SMALL, LARGE)

    assert translate(make_request({"a": "Save"}, layers=layers, avoid=SMALL)).usage.model == LARGE
    assert translate(make_request({"a": "Save"}, layers=layers)).usage.model == SMALL


def test_what_a_translation_verified_can_be_handed_to_another_attempt(chat_model: ModelServer) -> None:
    first = translate(make_request({"a": "Save", "b": "Go"}, layers=make_layers(SMALL)))

    again = translate(make_request({"a": "Save", "b": "Go"}, layers=make_layers(SMALL), known=first.verified))

    assert (again.data, again.usage.calls) == (first.data, 0)
