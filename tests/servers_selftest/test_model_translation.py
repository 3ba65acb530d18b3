"""What the model server reads in a prompt and makes of it."""

import json

import openai
import pytest

from tests.servers.model_prompts import Prompt, last_object_with_texts, read_prompt, translate
from tests.servers.model_server import ModelServer

TEXTS = {"1": "Hello {name}", "2": "# Title"}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"source": "en", "target": "de", "texts": TEXTS}),
        "Translate {name} as said.\n" + json.dumps({"target": "de", "texts": TEXTS}),
        'First {"texts": {"1": "old"}, "target": "fr"} then ' + json.dumps({"target": "de", "texts": TEXTS}) + "\nAnswer with JSON.",
        "```json\n" + json.dumps({"target": "de", "texts": TEXTS}, indent=2) + "\n```",
    ],
)
def test_prompt_is_the_last_object_with_texts(content):
    found = last_object_with_texts(content)

    assert (found["target"], found["texts"]) == ("de", TEXTS)


def test_newest_user_message_with_texts_counts():
    repair = json.dumps({"target": "de", "texts": {"1": "Hello"}})
    messages = [
        {"role": "user", "content": json.dumps({"target": "de", "texts": TEXTS})},
        {"role": "assistant", "content": json.dumps({"texts": {"1": "schlecht", "2": "gut"}})},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Again: "}, {"type": "text", "text": repair}],
        },
    ]

    assert read_prompt(messages) == Prompt("de", {"1": "Hello"})


def test_prompt_without_texts_is_empty():
    assert read_prompt([{"role": "user", "content": "ping {"}]) == Prompt()


@pytest.mark.parametrize(
    ("target", "text", "translation"),
    [
        ("de", "Hello {name}", "[de] Hello {name}"),
        ("pt-BR", "", "[pt-BR] "),
        ("de", "  ## A *b*", "  ## [de] A *b*"),
        ("de", "- item", "- [de] item"),
        ("sr-Latn", "Cab", "[sr-Latn] Cab"),
        ("ru", "Cab {name} %s <b>cab</b>", "[ru] цаб {name} %s <b>цаб</b>"),
        ("el", "{n, plural, one {# cab} other {# cabs}} %(n)d ${x} {{y}}", "[el] {n, plural, one {# cab} other {# cabs}} %(n)d ${x} {{y}}"),
        ("ja", "A https://example.com/a?b=c a@example.com `a` &amp;", "[ja] ア https://example.com/a?b=c a@example.com `a` &amp;"),
    ],
)
def test_translation_marks_the_text_and_keeps_what_is_protected(target, text, translation):
    assert translate(text, Prompt(target)) == translation


def test_translation_obeys_the_glossary():
    glossary = {"save": "Speichern", "Save as": "Speichern unter"}
    prompt = read_prompt(
        [{"role": "user", "content": json.dumps({"target": "de", "glossary": glossary, "texts": {"1": "Save as, Save {save}, saved"}})}]
    )

    assert translate(prompt.texts["1"], prompt) == "[de] Speichern unter, Speichern {save}, saved"


def test_unmodified_openai_client_is_answered(model_server: ModelServer):
    prompt = json.dumps({"target": "de", "texts": TEXTS})
    with openai.OpenAI(base_url=model_server.base_url, api_key="k", max_retries=0) as client:
        models = [model.id for model in client.models.list()]
        completion = client.chat.completions.create(
            model="test-large",
            messages=[{"role": "user", "content": [{"type": "text", "text": prompt}]}],
            extra_headers={"X-Client-Request-Id": "ljb_1.localize.1"},
        )

    content = '{"texts":{"1":"[de] Hello {name}","2":"# [de] Title"}}'
    assert models == ["test-small", "test-large"]
    assert (completion.model, completion.choices[0].finish_reason, completion.choices[0].message.content) == ("test-large", "stop", content)
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (len(prompt) // 4, len(content) // 4)
