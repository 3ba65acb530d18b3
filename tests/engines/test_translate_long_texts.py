"""Texts that are too long for one call: sent in parts, joined, and kept whole where they fail."""

import json

from engines.errors import ModelUnavailable
from engines.translation.chunks import MAX_TOKENS
from engines.translation.translate import translate
from tests.engines.factories import make_layers, make_request
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

LAYERS = make_layers("openai:test-small")
SENTENCES = [f"Sentence number {number} tells {{name}} to check the brakes before the shift." for number in range(300)]
LONG = "\n\n".join(" ".join(SENTENCES[start : start + 10]) for start in range(0, 300, 10))


def sent(server: ModelServer) -> list[str]:
    return [text for call in server.requests() for text in json.loads(call["body"]["messages"][1]["content"])["texts"].values()]


def test_a_long_text_is_sent_in_parts_and_joined(chat_model: ModelServer) -> None:
    result = translate(make_request({"a": LONG, "b": "Save"}, layers=LAYERS))

    parts = [text for text in sent(chat_model) if text != "Save"]
    assert len(parts) > 4
    assert max(len(part) for part in parts) <= MAX_TOKENS * 2
    assert isinstance(result.data, dict)
    assert isinstance(result.data["a"], str)
    assert result.data["a"].replace("[de] ", "") == LONG
    assert result.data["a"].count("[de] ") == len(parts)
    assert (result.report["segments"], result.report["translated"], result.warnings) == (2, 2, ())


def test_a_part_that_fails_leaves_the_whole_text_as_it_was(chat_model: ModelServer) -> None:
    chat_model.script(rule("lost_placeholder", only="number 150 "))

    result = translate(make_request({"a": LONG, "b": "Save"}, layers=LAYERS))

    assert result.data == {"a": LONG, "b": "[de] Save"}
    assert [warning.path for warning in result.warnings] == ["a"]
    assert "{name}" in result.warnings[0].message
    assert (result.report["translated"], result.report["failed"]) == (1, 1)


def test_parts_of_a_failed_attempt_are_not_sent_again(chat_model: ModelServer) -> None:
    chat_model.script(rule("status", status=500, match={"text": "number 299 "}))
    verified = {}
    try:
        translate(make_request({"a": LONG}, layers=LAYERS))
    except ModelUnavailable as exc:
        verified = dict(exc.verified)
    chat_model.reset()

    result = translate(make_request({"a": LONG}, layers=LAYERS, known=verified))

    assert 0 < len(sent(chat_model)) < len(verified) + 1
    assert isinstance(result.data, dict)
    assert str(result.data["a"]).replace("[de] ", "") == LONG
