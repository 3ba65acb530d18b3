"""Engines whose models need no account: `pseudo` goes through the whole pipeline, Apertium translates and the checks judge."""

import os
from dataclasses import replace
from typing import Any

import pytest

from engines.editing.comparison import compare
from engines.editing.judge import Severity, judge
from engines.editing.judgement import IssueType, JudgeText
from engines.editing.request import Kind
from engines.errors import ProviderRefused, Usage
from engines.layers import Layers, ModelChoice, StoredModel, Term
from engines.providers import apertium
from engines.providers.pseudo import pseudolocalize, undo
from engines.translation.request import Translation
from engines.translation.translate import translate
from tests.engines.editing.requests import make_judge, run_edit
from tests.engines.factories import make_layers, make_request
from tests.servers.model_server import ModelServer

PSEUDO = make_layers("pseudo:pseudo")
SPANISH = Layers(
    version=1,
    models=(StoredModel("en", "es", ModelChoice("apertium", "eng-spa"), 1), StoredModel("es", "en", ModelChoice("apertium", "spa-eng"), 2)),
)


@pytest.fixture
def installed() -> None:
    if ("en", "es") in apertium.available_pairs():
        return
    if os.environ.get("CI") == "true":
        pytest.fail("CI tests with Apertium: apt-get install apertium apertium-eng-spa")
    pytest.skip("Apertium is not installed here: apt-get install apertium apertium-eng-spa")


def translate_back(data: Any, layers: Layers, source: str) -> Translation:
    return translate(replace(make_request(data, layers=layers.turned(), target="en"), source_locale=source))


def remarks(source: str, back: str, locale: str = "en") -> list[tuple[Severity, IssueType]]:
    return [(remark.severity, remark.type) for remark in compare(JudgeText((), source, "", back), locale)]


def test_pseudo_mends_common_mistakes_and_says_which() -> None:
    edits = run_edit(Kind.CLEAN, "Teh  file , {name}", "Seperate teh", "Good", "https://x.example/teh", layers=PSEUDO)

    assert [(change.after, change.reason, change.made_by) for change in edits.changes] == [
        ("The file, {name}", "A space before a comma. Several spaces in a row. “teh” is spelt “the”.", "pseudo:pseudo"),
        ("Separate the", "“seperate” is spelt “separate”. “teh” is spelt “the”.", "pseudo:pseudo"),
    ]
    assert edits.refused == ()


def test_pseudo_knows_english_mistakes_only() -> None:
    edits = run_edit(Kind.POST_EDIT, ("teh", "teh"), layers=PSEUDO)

    assert edits.changes == ()


def test_what_pseudo_mends_is_verified_like_a_model_s_change() -> None:
    edits = run_edit(Kind.CLEAN, "Occured Inc.", layers=make_layers("pseudo:pseudo", glossary=[Term("en", "*", "Occured", None)]))

    assert ([refused.code for refused in edits.refused], edits.usage.calls) == (["glossary"], 1)


@pytest.mark.parametrize("kind", [Kind.POST_EDIT, Kind.REPHRASE, Kind.CORRECT])
def test_pseudo_leaves_translations_as_they_are(kind: Kind) -> None:
    edits = run_edit(kind, ("Save", "[de] Šááṽéé"), layers=PSEUDO)

    assert (edits.changes, edits.refused) == ((), ())
    assert edits.usage.model == "pseudo:pseudo"


@pytest.mark.parametrize(
    "text",
    [
        "Save {name}, 3 files",
        "# Title\n- <b>AEIOU</b>",
        "\n  Go\n",
        "{n, plural, one {# aa} other {# ees}}",
        "Aa ee <a href='x'>me@x.example</a>",
        "漢字 ok",
    ],
)
def test_pseudo_translates_its_own_output_back_to_what_it_was(text: str) -> None:
    there = translate(make_request({"a": text}, layers=PSEUDO, target="pt-BR"))
    back = translate_back(there.data, PSEUDO, "pt-BR")

    assert back.data == {"a": text}
    assert back.warnings == ()
    assert judge(make_judge([(text, pseudolocalize(text, "pt-BR"), text)], layers=PSEUDO, target="pt-BR")).issues == ()


@pytest.mark.parametrize("text", ["Save", "[fr] Šááṽéé", "[de] Save", "x [de] Šááṽéé"])
def test_pseudo_undoes_nothing_that_it_did_not_do(text: str) -> None:
    assert undo(text, "de") is None


def test_pseudo_judges_by_letters() -> None:
    judgement = judge(make_judge([("Save file!", "x", "save  file"), ("Save file", "x", "Save it")], layers=PSEUDO))

    assert [(issue.path, issue.severity, issue.type) for issue in judgement.issues] == [((1,), Severity.MINOR, "mistranslation")]
    assert judgement.judged_by == "pseudo:pseudo"


def test_models_that_only_translate_are_passed_over(installed: None, chat_model: ModelServer) -> None:
    layers = make_layers("apertium:eng-spa", "openai:test-small")

    edits = run_edit(Kind.REPHRASE, ("clumsy", "Torpe"), layers=layers, target="es")
    judgement = judge(make_judge([("a majorflaw", "x", "y")], layers=layers, target="es"))

    assert ([change.made_by for change in edits.changes], judgement.judged_by) == (["openai:test-small"], "openai:test-small")


@pytest.mark.parametrize(
    ("kind", "does"), [(Kind.CLEAN, "correct source texts"), (Kind.REPHRASE, "rephrase translations"), (Kind.CORRECT, "correct translations")]
)
def test_an_engine_whose_models_only_translate_says_that_it_cannot_edit(installed: None, kind: Kind, does: str) -> None:
    with pytest.raises(ProviderRefused) as caught:
        run_edit(kind, ("Save", "Guardar"), layers=SPANISH, target="es")

    assert str(caught.value) == f"No model of this engine can {does}: apertium only translates."


def test_a_source_is_cleaned_by_any_model_that_translates_from_its_language(chat_model: ModelServer) -> None:
    choices = [ModelChoice("openai", "test-large"), ModelChoice("openai", "test-small")]
    stored = (StoredModel("en", "es", choices[0], 2), StoredModel("en", "fr", choices[1], 1), StoredModel("de", "fr", ModelChoice("x", "y"), 0))

    edits = run_edit(Kind.CLEAN, "teh end", layers=Layers(version=1, models=stored))

    assert [change.made_by for change in edits.changes] == ["openai:test-small"]


def test_with_apertium_alone_a_text_goes_there_and_back_and_is_compared(installed: None) -> None:
    texts = {"a": "The house is red", "b": "Save 3 files in {name}"}
    there: Any = translate(make_request(texts, layers=SPANISH, target="es")).data
    back: Any = translate_back(there, SPANISH, "es").data

    judgement = judge(make_judge([(texts[key], there[key], back[key]) for key in texts], layers=SPANISH, target="es"))

    assert judgement.judged_by == "checks"
    assert judgement.usage == Usage()
    assert [issue for issue in judgement.issues if issue.severity is not Severity.MINOR] == []


@pytest.mark.parametrize(
    ("source", "back", "found"),
    [
        ("Save {name}", "Save", (Severity.MAJOR, IssueType.OMISSION)),
        ("See https://x.example/a", "See https://x.example/b", (Severity.MAJOR, IssueType.OMISSION)),
        ("<b>Save</b> it", "Save it", (Severity.MAJOR, IssueType.OMISSION)),
        ("In 9 days", "In 19 days", (Severity.MAJOR, IssueType.MISTRANSLATION)),
        ("Save it", "", (Severity.MAJOR, IssueType.OMISSION)),
        ("The house on the hill is red", "Our ships sail towards Africa", (Severity.MINOR, IssueType.MISTRANSLATION)),
    ],
)
def test_without_a_model_the_checks_judge(source: str, back: str, found: tuple[Severity, IssueType]) -> None:
    assert remarks(source, back) == [found]


@pytest.mark.parametrize(
    ("source", "back", "locale"),
    [("Save {name}", "Store {name}", "en"), ("The house is red", "The red houses", "en"), ("OK", "Fine", "en"), ("保存文件", "保存这个文件", "zh")],
)
def test_without_a_model_other_words_are_no_issue(source: str, back: str, locale: str) -> None:
    assert remarks(source, back, locale) == []
