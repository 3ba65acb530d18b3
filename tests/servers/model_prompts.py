"""What the model server reads in a prompt, and the translation it makes of it. Edits and judgements are in `model_edits`.

The prompt is the last JSON object with `texts` in the user messages: `{"source", "target", "glossary", "texts": {"1": "…"}}`.
A prompt that edits or judges says which in `task`.
The translation is `[<target>] <text>`, after the Markdown marks a line may begin with. Where the target is not written in
Latin letters, letters outside protected spans become letters of its script, one for one. Glossary items are obeyed.
"""

import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from json import JSONDecodeError, JSONDecoder
from typing import Any

import orjson

UNKNOWN_TARGET = "xx"
TARGET_NAMES = ("target", "targetLocale", "target_locale")
LEADING_MARKS = re.compile(r"\s*(?:(?:#{1,6}|[-*+>]|\d{1,3}[.)])[ \t]+)*")
# What a translation must carry over letter by letter: braces (three deep, so ICU messages as wholes), printf, tags, addresses, code, entities.
PROTECTED = re.compile(
    r"""
    \$?\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}
    | %\(\w+\)[-+#0]*\d*(?:\.\d+)?[a-zA-Z]
    | %(?:\d+\$)?[-+#0]*\d*(?:\.\d+)?(?:l{1,2})?[sdifuxXeEgGcr@]
    | </?[A-Za-z0-9][^<>]*>
    | https?://[^\s<>"')\]]+
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | `[^`]*`
    | &\#?\w+;
    """,
    re.VERBOSE,
)
LETTERS = {
    "Arab": "ابتثجحخدذرزسشصضطظعغفقكلمنه",
    "Cyrl": "абцдефгхийклмнопярстувщыжз",
    "Deva": "कखगघङचछजझञटठडढणतथदधनपफबभमय",
    "Grek": "αβγδεζηθικλμνξοπρστυφχψωάέ",
    "Hang": "가나다라마바사아자차카타파하거너더러머버서어저처커터",
    "Hani": "天地人日月山水火木金土大小中上下左右东西南北春夏秋冬",
    "Hebr": "אבגדהוזחטיכלמנסעפצקרשתךםןף",
    "Kana": "アイウエオカキクケコサシスセソタチツテトナニヌネノハ",
    "Thai": "กขคงจฉชซญฐดตถทธนบปผพฟมยรลว",
}
SCRIPT_OF_LANGUAGE = {
    **dict.fromkeys(("ar", "fa", "ur", "ps"), "Arab"),
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg"), "Cyrl"),
    **dict.fromkeys(("hi", "mr", "ne"), "Deva"),
    **dict.fromkeys(("he", "yi"), "Hebr"),
    "el": "Grek",
    "ja": "Kana",
    "ko": "Hang",
    "th": "Thai",
    "zh": "Hani",
}
TO_SCRIPT = {name: str.maketrans(string.ascii_letters, letters * 2) for name, letters in LETTERS.items()}


@dataclass(slots=True)
class Entry:
    """One text of a prompt that edits or judges. `current` is the translation, `back` what it became translated back."""

    source: str
    current: str
    back: str = ""


@dataclass(slots=True)
class Prompt:
    target: str = UNKNOWN_TARGET
    texts: dict[str, str] = field(default_factory=dict)
    glossary: list[tuple[str, str]] = field(default_factory=list)
    task: str = "translate"
    entries: dict[str, Entry] = field(default_factory=dict)  # the texts of an edit or a judgement


def message_text(message: dict[str, Any]) -> str:
    """The text of one chat message, whether a string or a list of parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def read_prompt(messages: list[dict[str, Any]]) -> Prompt:
    """The newest user message that carries texts; an empty prompt where none does (a probe says only "ping")."""
    for message in reversed(messages):
        if message.get("role") == "user":
            found = last_object_with_texts(message_text(message))
            if found is not None:
                return _prompt_of(found)
    return Prompt()


def last_object_with_texts(text: str) -> dict[str, Any] | None:
    start = text.find("{")
    if start < 0 or '"texts"' not in text:
        return None
    try:
        whole = orjson.loads(text[start:])
    except orjson.JSONDecodeError:
        whole = None
    if isinstance(whole, dict) and isinstance(whole.get("texts"), dict):
        return whole
    return next(reversed([found for found in _objects_in(text) if isinstance(found.get("texts"), dict)]), None)


def _objects_in(text: str) -> Iterator[dict[str, Any]]:
    decoder = JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            found, end = decoder.raw_decode(text, start)
        except JSONDecodeError:
            end = start + 1
        else:
            yield found
        start = text.find("{", end)


def _prompt_of(found: dict[str, Any]) -> Prompt:
    task = found.get("task", "translate")
    entries = {number: _entry_of(value) for number, value in found["texts"].items()} if task != "translate" else {}
    target = next((found[name] for name in TARGET_NAMES if found.get(name)), UNKNOWN_TARGET)
    texts = {number: text if isinstance(text, str) else _text_of(text) for number, text in found["texts"].items()}
    return Prompt(str(target), texts, _glossary_of(found.get("glossary")), task, entries)


def _entry_of(value: Any) -> Entry:
    if isinstance(value, str):
        return Entry(value, value)
    source = str(value.get("source", ""))
    return Entry(source, str(value.get("current", value.get("translation", source))), str(value.get("back", "")))


def _text_of(value: Any) -> str:
    return str(value.get("text") or value.get("source") or "") if isinstance(value, dict) else str(value)


def _glossary_of(value: Any) -> list[tuple[str, str]]:
    """From `{"term": "translation"}` or `[{"source": "term", "target": "translation"}]`; a term without translation stays as it is."""
    if not value:
        return []
    if isinstance(value, dict):
        return [(source, target) for source, target in value.items() if isinstance(target, str)]
    pairs = [(item.get("source") or item.get("sourceText"), item.get("target") or item.get("targetText")) for item in value if isinstance(item, dict)]
    return [(source, target or source) for source, target in pairs if source]


def script_of(target: str) -> str:
    """The ISO 15924 code this server writes a locale in; everything it does not know is Latn."""
    if "-latn" in target.lower():
        return "Latn"
    return SCRIPT_OF_LANGUAGE.get(target.split("-")[0].lower(), "Latn")


def translate(text: str, prompt: Prompt) -> str:
    marks = LEADING_MARKS.match(text).end()
    script = script_of(prompt.target)
    if script == "Latn" and not prompt.glossary:
        return f"{text[:marks]}[{prompt.target}] {text[marks:]}"
    table = TO_SCRIPT.get(script, {})
    return f"{text[:marks]}[{prompt.target}] {change_outside(PROTECTED, text[marks:], _word_changer(prompt.glossary, table))}"


def change_outside(pattern: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
    """`text` with everything changed that `pattern` does not match."""
    pieces, end = [], 0
    for found in pattern.finditer(text):
        pieces += [change(text[end : found.start()]), found.group()]
        end = found.end()
    return "".join([*pieces, change(text[end:])])


def _word_changer(glossary: list[tuple[str, str]], table: dict[int, int]) -> Callable[[str], str]:
    if not glossary:
        return lambda piece: piece.translate(table)
    wanted = {source.lower(): target for source, target in glossary}
    longest_first = sorted(wanted, key=len, reverse=True)
    terms = re.compile(r"(?<!\w)(" + "|".join(re.escape(term) for term in longest_first) + r")(?!\w)", re.IGNORECASE)

    def change(piece: str) -> str:
        # split() with one group alternates plain text and terms.
        parts = terms.split(piece)
        return "".join(wanted[part.lower()] if place % 2 else part.translate(table) for place, part in enumerate(parts))

    return change
