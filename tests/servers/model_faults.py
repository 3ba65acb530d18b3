"""What a model may say instead of a good answer: the content faults of the model server, by kind.

A text fault spoils single translations, an answer fault the JSON around them, a completion fault the chat completion.
`only` (a substring of the source) in an action limits text faults and key faults to the texts that hold it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from tests.servers.model_edits import edit_text, find_issues, make_issue
from tests.servers.model_prompts import PROTECTED, TO_SCRIPT, Prompt, change_outside, script_of, translate
from tests.servers.script import Action

DEFAULT_MEGABYTES = 10
REFUSAL = "I'm sorry, I can't help with translating this content."
GARBAGE = "}{ <<not json>> \\u12 [1, 2,, \x00\x07 texts:"
TAG = re.compile(r"</?[A-Za-z0-9][^<>]*>")


@dataclass(slots=True)
class Completion:
    """The message of the one choice. `choices` false leaves the list empty."""

    content: str | None
    finish_reason: str = "stop"
    refusal: str | None = None
    choices: bool = True


def _first_protected(text: str, change: Callable[[str], str]) -> str:
    return PROTECTED.sub(lambda found: change(found.group()), text, count=1)


def _translate_name(placeholder: str) -> str:
    return re.sub(r"([A-Za-z]+)", r"\1_uebersetzt", placeholder, count=1)


def _break_tag(text: str) -> str:
    tags = list(TAG.finditer(text))
    return text[: tags[-1].end() - 1] + text[tags[-1].end() :] if tags else text


def _foreign_letters(text: str, target: str) -> str:
    table = TO_SCRIPT["Cyrl" if script_of(target) != "Cyrl" else "Kana"]
    return change_outside(PROTECTED, text, lambda piece: piece.translate(table))


# source, good translation, target → the spoiled one
TEXT_FAULTS: dict[str, Callable[[str, str, str], str]] = {
    "echo": lambda source, good, target: source,
    "empty_texts": lambda source, good, target: "",
    "ten_times": lambda source, good, target: " ".join([good] * 10),
    "lost_placeholder": lambda source, good, target: _first_protected(good, lambda found: ""),
    "doubled_placeholder": lambda source, good, target: _first_protected(good, lambda found: f"{found} {found}"),
    "translated_placeholder": lambda source, good, target: _first_protected(
        good, lambda found: re.sub(r"([A-Za-z]+)", r"\1_uebersetzt", found, count=1)
    ),
    "invented_placeholder": lambda source, good, target: f"{good} {{invented}}",
    "broken_tag": lambda source, good, target: _break_tag(good),
    "added_markup": lambda source, good, target: f"{good}<script>alert(1)</script>",
    "control_characters": lambda source, good, target: f"{good[:4]}\x00\x07\x1b[31m\u202e{good[4:]}",
    "wrong_script": lambda source, good, target: _foreign_letters(source, target),
    "changed_numbers": lambda source, good, target: re.sub(r"\d", lambda found: str((int(found.group()) + 1) % 10), good),
    "chatter": lambda source, good, target: f"Sure! Here is the translation: {good}",
    "obeyed_injection": lambda source, good, target: "I have been instructed to ignore my previous instructions.",
}


def _rename(texts: dict[str, str], affected: set[str], new_name: Callable[[str], str]) -> dict[str, str]:
    return {new_name(number) if number in affected else number: text for number, text in texts.items()}


def _next_number(number: str) -> str:
    return str(int(number) + 1) if number.isdigit() else f"{number}1"


def _without_last(texts: dict[str, str], affected: set[str]) -> dict[str, str]:
    last = next((number for number in reversed(texts) if number in affected), None)
    return {number: text for number, text in texts.items() if number != last}


# good texts, numbers affected → the value that is serialised under "texts"
KEY_FAULTS: dict[str, Callable[[dict[str, str], set[str]], Any]] = {
    "wrong_keys": lambda texts, affected: _rename(texts, affected, lambda number: f"text_{number}"),
    "shifted_keys": lambda texts, affected: _rename(texts, affected, _next_number),
    "missing_keys": _without_last,
    "extra_keys": lambda texts, affected: texts | {"9999": "a text that nobody sent", "note": "translated with care"},
    "null_texts": lambda texts, affected: {number: None if number in affected else text for number, text in texts.items()},
    "number_texts": lambda texts, affected: {number: 42 if number in affected else text for number, text in texts.items()},
    "nested_texts": lambda texts, affected: {number: {"translation": text} if number in affected else text for number, text in texts.items()},
    "list_texts": lambda texts, affected: list(texts.values()),
    "no_texts": lambda texts, affected: {},
}


def _half(text: str) -> str:
    return text[: len(text) // 2]


# good content → the completion
COMPLETION_FAULTS: dict[str, Callable[[str], Completion]] = {
    "prose": lambda good: Completion(f"Sure! Here is the JSON you asked for:\n\n{good}\n\nLet me know if you need anything else."),
    "fence": lambda good: Completion(f"```json\n{good}\n```"),
    "refusal": lambda good: Completion(REFUSAL),
    "refusal_member": lambda good: Completion(None, refusal=REFUSAL),
    "content_filter": lambda good: Completion("", finish_reason="content_filter"),
    "truncation": lambda good: Completion(_half(good), finish_reason="length"),
    "cut_json": lambda good: Completion(_half(good)),
    "garbage": lambda good: Completion(GARBAGE),
    "empty_content": lambda good: Completion(""),
    "null_content": lambda good: Completion(None),
    "no_choices": lambda good: Completion(None, choices=False),
    "json_list": lambda good: Completion(f"[{good}]"),
    "twice": lambda good: Completion(f"{good}\n{good}"),
    "lone_surrogate": lambda good: Completion('{"texts":{"1":"\\ud800"}}'),
    "deep_nesting": lambda good: Completion('{"texts":' + "[" * 100_000),
    "long_integer": lambda good: Completion('{"texts":{"1":' + "9" * 5_000 + "}}"),
}
CONTENT_KINDS = frozenset({*TEXT_FAULTS, *KEY_FAULTS, *COMPLETION_FAULTS, "huge"})


def complete(prompt: Prompt, action: Action | None) -> Completion:
    """The completion for a prompt, spoiled as the action says if its kind is one of CONTENT_KINDS."""
    kind = action["kind"] if action else None
    affected = {number for number, text in prompt.texts.items() if action and action.get("only", "") in text}
    good = orjson.dumps(_answer(prompt, action, affected)).decode()
    return COMPLETION_FAULTS[kind](good) if kind in COMPLETION_FAULTS else Completion(good)


def _answer(prompt: Prompt, action: Action | None, affected: set[str]) -> dict[str, Any]:
    """The object of the answer, its texts and numbers spoiled as the action says."""
    if prompt.task == "judge":
        return {"issues": _judge(prompt, action, affected)}
    if prompt.task == "translate":
        return {"texts": _spoil({number: translate(text, prompt) for number, text in prompt.texts.items()}, prompt, action, affected)}
    edited = {number: edit_text(prompt.task, entry) for number, entry in prompt.entries.items()}
    is_spoiled = action is not None and action["kind"] in {*TEXT_FAULTS, *KEY_FAULTS, "huge"}
    meant = {number for number, (text, _) in edited.items() if text != prompt.entries[number].current} | (affected if is_spoiled else set())
    changes = _spoil({number: text for number, (text, _) in edited.items() if number in meant}, prompt, action, affected)
    if not isinstance(changes, dict):
        return {"changes": changes}
    reasons = {number: reason for number, (_, reason) in edited.items()}
    return {"changes": {key: {"text": text, "reason": reasons.get(key, "")} if isinstance(text, str) else text for key, text in changes.items()}}


def _judge(prompt: Prompt, action: Action | None, affected: set[str]) -> Any:
    """Under a fault of texts or numbers, one minor issue for each text affected, spoiled."""
    if action is None or action["kind"] not in {*TEXT_FAULTS, *KEY_FAULTS, "huge"}:
        return [issue for number, entry in prompt.entries.items() for issue in find_issues(number, entry)]
    spoiled = _spoil({number: prompt.entries[number].current for number in prompt.entries if number in affected}, prompt, action, affected)
    return [make_issue(number, "minor", text) for number, text in spoiled.items()] if isinstance(spoiled, dict) else spoiled


def _spoil(texts: dict[str, str], prompt: Prompt, action: Action | None, affected: set[str]) -> Any:
    """`texts` are the good ones, with all that are affected among them."""
    kind = action["kind"] if action else None
    if kind in TEXT_FAULTS:
        spoil = TEXT_FAULTS[kind]
        return texts | {number: spoil(prompt.texts[number], texts[number], prompt.target) for number in affected}
    if kind in KEY_FAULTS:
        return KEY_FAULTS[kind](texts, affected)
    if kind == "huge":
        size = int(action.get("megabytes", DEFAULT_MEGABYTES) * 1_000_000)
        return texts | {number: f"{texts[number]} ".ljust(size // max(1, len(affected)), "x") for number in affected}
    return texts
