"""The model server edits and judges as its module says, and its faults spoil that too."""

import json
from typing import Any

import pytest

from tests.servers.model_faults import CONTENT_KINDS
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

FILE = {"source": "Clean clumsy uneven majorflaw {name}", "current": "Saubere {name}\n"}


def answer(ask, task: str, texts: dict[str, Any], **members: Any) -> Any:
    return json.loads(json.loads(ask(texts, task=task, **members).body)["choices"][0]["message"]["content"])


@pytest.mark.parametrize(
    ("task", "after"), [("post_edit", "Saubere {name} ◆\n"), ("rephrase", "Saubere {name} ◇\n"), ("correct", "Saubere {name} ✓\n")]
)
def test_a_text_with_the_agreed_word_gets_the_mark_of_its_task_once(ask, task, after):
    changes = answer(ask, task, {"1": FILE, "2": {**FILE, "current": after}})["changes"]

    assert {number: change["text"] for number, change in changes.items()} == {"1": after}


@pytest.mark.parametrize("task", ["post_edit", "rephrase", "clean"])
def test_a_text_without_anything_agreed_does_not_change(ask, task):
    assert answer(ask, task, {"1": "A file" if task == "clean" else {"source": "A file", "current": "Eine Datei"}}) == {"changes": {}}


def test_clean_mends_outside_of_what_is_protected(ask):
    assert answer(ask, "clean", {"1": "Teh  end {teh  x} occured"})["changes"] == {"1": {"text": "The end {teh  x} occurred", "reason": "Spelling."}}


def test_a_judge_finds_the_agreed_words_until_they_are_corrected(ask):
    texts = {"1": {"source": "majorflaw", "translation": "x", "back": "y"}, "2": {"source": "minorflaw", "translation": "x ✓", "back": "y"}}

    assert answer(ask, "judge", texts)["issues"] == [{"n": "1", "severity": "major", "type": "mistranslation", "explanation": "It says majorflaw."}]


@pytest.mark.parametrize("task", ["rephrase", "judge"])
@pytest.mark.parametrize("kind", sorted(CONTENT_KINDS))
def test_every_content_kind_spoils_edits_and_judgements(model_server: ModelServer, ask, task, kind):
    texts = {"1": {**FILE, "source": "Hello {name}, <b>9</b> clumsy majorflaw days", "current": "Hallo {name}, <b>9</b> Tage"}, "2": FILE}
    good = json.loads(ask(texts, task=task).body)["choices"]
    model_server.script(rule(kind, times=1))

    spoiled = json.loads(ask(texts, task=task).body)["choices"]

    assert spoiled != good
    assert json.loads(ask(texts, task=task).body)["choices"] == good
