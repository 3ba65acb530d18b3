"""Generated payloads with every kind of text that a localization file may hold, nested, with values that must come back as they were spelt."""

from collections.abc import Callable
from random import Random
from typing import Any

from foundation.customer_json import JSONValue, Number

WORDS = ["account", "battery", "check", "delivery", "engine", "filter", "garden", "handle", "invoice", "journey", "kitchen", "ladder", "market"]
WORDS += ["number", "order", "paper", "quick", "river", "shift", "table", "update", "vehicle", "window", "yellow", "before", "after", "every"]
WORDS += ["under", "please", "remember", "careful", "worker", "brake", "horn", "signal", "driver", "report"]
KEYS = ["title", "body text", "a.b", "ключ", "鍵", "__proto__", "x[0]", 'quote"d', "back\\slash", "🚚", " "]
NUMBERS = ["0", "-0", "1.50", "1e5", "-12.000", "123456789012345678901234567890", "0.1E-7"]


def _words(random: Random, count: int) -> str:
    return " ".join(random.choice(WORDS) for _ in range(count))


def _plural(random: Random) -> str:
    branches = " ".join(f"{category} {{# {_words(random, 2)}}}" for category in ("zero", "one", "two", "few", "many", "other"))
    return f"{{count, plural, {branches}}}"


def _select(random: Random) -> str:
    return f"{{who, select, female {{She has {{n}} {_words(random, 1)}}} other {{They have {{n}} {_words(random, 1)}}}}}"


def _around(piece: Callable[[Random], str]) -> Callable[[Random], str]:
    return lambda random: f"{_words(random, 3).capitalize()} {piece(random)} {_words(random, 2)}."


def _fixed(*pieces: str) -> Callable[[Random], str]:
    return _around(lambda random: random.choice(pieces))


KINDS: dict[str, Callable[[Random], str]] = {
    "plain": lambda random: _words(random, random.randint(2, 14)).capitalize(),
    "sentences": lambda random: ". ".join(_words(random, 6).capitalize() for _ in range(4)) + ".",
    "braces": _fixed("{name}", "{0}", "{user.name}", "{}", "{price:.2f}", "{when, date, short}"),
    "double_braces": _fixed("{{name}}", "{{ count }}", "{{{html}}}"),
    "dollar": _fixed("${total}", "#{kind}"),
    "printf": _fixed("%s", "%d", "%1$s", "%(count)d", "%@", "%.2f", "%ld"),
    "tags": lambda random: f"<b>{_words(random, 2)}</b> {_words(random, 2)} <0>{_words(random, 1)}</0> <br/>",
    "attributes": lambda random: (
        f'<a href="https://x.example/{random.randint(1, 99)}?a=1&amp;b=2" class="c">{_words(random, 2)}</a> {_words(random, 2)}'
    ),
    "entities": _fixed("&nbsp;", "&amp;", "&#8217;"),
    "heading": lambda random: f"## {_words(random, 3)}\n\n{_words(random, 6)}",
    "link": _around(lambda random: f"[{_words(random, 2)}](https://x.example/{random.randint(1, 999)})"),
    "list": lambda random: f"- {_words(random, 3)}",
    "bold": _around(lambda random: f"**{_words(random, 2)}**"),
    "code": _around(lambda random: f"`npm run {random.choice(WORDS)}`"),
    "address": _fixed("https://www.example.com/a/b?c=d#e", "info@example.com"),
    "digits": _around(lambda random: f"{random.randint(2, 99)} and {random.randint(100, 9999)}"),
    "plural": _plural,
    "select": _select,
    "emoji": _fixed("🎉", "👩‍👩‍👧‍👦", "🇩🇪", "✅"),
    "scripts": _fixed("(مرحبا)", "(שלום)", "(日本語)", "(Ελλάδα)", "café"),
    "lines": lambda random: f"{_words(random, 3)}\n{_words(random, 3)}\r\n\t{_words(random, 2)}",
    "edges": lambda random: f"  {_words(random, 3)} ",
    "quotes": lambda random: f"\"{_words(random, 2)}\" isn't 'the' \\ {_words(random, 1)}",
}
# The model server copies these only where it need not write another script.
LATIN_KINDS = {"calls": _fixed("$t(common.save)"), "bare_address": _fixed("www.example.org")}


def make_payload(leaves: int, *, seed: int, is_latin: bool = True) -> dict[str, JSONValue]:
    """An object with that many texts, no two of them alike, in sections up to three deep."""
    random = Random(seed)
    kinds = [*KINDS.values(), *(LATIN_KINDS.values() if is_latin else ())]
    texts = [kinds[index % len(kinds)](random) for index in range(leaves)]
    unlike: dict[str, None] = {}
    for text in texts:
        while text in unlike:
            text = f"{text.rstrip()} {random.choice(WORDS)}"
        unlike[text] = None
    return {f"section {start}": _section(list(unlike)[start : start + 20], random) for start in range(0, leaves, 20)}


def _section(texts: list[str], random: Random) -> JSONValue:
    inner: dict[str, JSONValue] = {}
    for index, text in enumerate(texts):
        key = f"{random.choice(KEYS)}{index}"
        shapes: list[Any] = [text, [text, None, True], {"deep": {"deeper": text, "": ""}, "n": Number(random.choice(NUMBERS))}]
        inner[key] = random.choice(shapes)
        inner[f"n{index}"] = random.choice([Number(random.choice(NUMBERS)), False, None, "", "42", "https://x.example"])
    return inner
