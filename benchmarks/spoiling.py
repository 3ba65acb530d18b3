"""Spoils one thing in a good translation, in the ways that models do. What to spoil is found by expressions of its own, not those of the checks."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from random import Random

from babel import Locale
from babel.numbers import format_decimal

from benchmarks.corpus import HumanPair
from engines.checks import TextPair

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\{\w+\}\}|\{\w+\}")
_CLOSING_TAG = re.compile(r"</[A-Za-z]\w*>")
_TAG = re.compile(r"<[A-Za-z]\w*\s?/?>")
_WORDS = ("nombre", "имя", "anzahl", "名前", "lukumaara")
GENERATED = 1500  # pairs of each generated kind


@dataclass(frozen=True, slots=True)
class Spoiled:
    good: TextPair
    bad: TextPair


def spoil_pairs(pairs: Sequence[HumanPair], random: Random) -> dict[str, list[Spoiled]]:
    """By kind: the pairs that have such a thing, each with one of them spoiled."""
    spoilers: dict[str, Callable[[TextPair, Random], str | None]] = {
        "placeholder dropped": lambda pair, chance: _change(_PLACEHOLDER, pair, chance, lambda text: ""),
        "placeholder doubled": lambda pair, chance: _change(_PLACEHOLDER, pair, chance, lambda text: f"{text} {text}"),
        "placeholder translated": lambda pair, chance: _change(_PLACEHOLDER, pair, chance, lambda text: _translate_name(text, chance)),
        "tag unclosed": lambda pair, chance: _change(_CLOSING_TAG, pair, chance, lambda text: ""),
        "tag renamed": lambda pair, chance: _change(_TAG, pair, chance, lambda text: re.sub(r"[A-Za-z]\w*", "tag", text, count=1)),
        "source echoed": lambda pair, chance: pair.source,
    }
    return {kind: list(_spoil(spoiler, pairs, random)) for kind, spoiler in spoilers.items()}


def generate(pairs: Sequence[HumanPair], random: Random) -> dict[str, list[Spoiled]]:
    """Pairs with something put into both texts, and then spoiled in the translation."""
    hosts = [pair.pair for pair in pairs if " " in pair.pair.source and not _PLACEHOLDER.search(pair.pair.source) and "<" not in pair.pair.source]
    random.shuffle(hosts)
    makers = {"number changed": _make_number, "URL cut": _make_url, "Markdown link broken": _make_link}
    made = {kind: [maker(pair, random) for pair in islice(cycle(hosts), GENERATED)] for kind, maker in makers.items()}
    messages = list(_messages(pairs))
    random.shuffle(messages)
    return {"ICU branch lost": [_lose_branch(message, random) for message in islice(cycle(messages), GENERATED)], **made}


def _spoil(spoiler: Callable[[TextPair, Random], str | None], pairs: Sequence[HumanPair], random: Random) -> Iterator[Spoiled]:
    for human in pairs:
        target = spoiler(human.pair, random)
        if target is not None and target != human.pair.target:
            yield Spoiled(human.pair, replace(human.pair, target=target))


def _change(pattern: re.Pattern[str], pair: TextPair, random: Random, change: Callable[[str], str]) -> str | None:
    """One place of the translation that the source has as well: what people added by mistake cannot be spoiled by leaving it out."""
    places = [place for place in pattern.finditer(pair.target) if place[0] in pair.source]
    if not places:
        return None
    place = random.choice(places)
    return pair.target[: place.start()] + change(place[0]) + pair.target[place.end() :]


def _translate_name(placeholder: str, random: Random) -> str:
    return re.sub(r"(?<=[({])\w+", random.choice(_WORDS), placeholder)


def _insert(pair: TextPair, source: str, good: str, bad: str) -> Spoiled:
    """Before the last sentence mark, or at the end."""
    with_good = replace(pair, source=_place(pair.source, source), target=_place(pair.target, good))
    return Spoiled(with_good, replace(with_good, target=_place(pair.target, bad)))


def _place(text: str, addition: str) -> str:
    body = text.rstrip(" .:!?。：…")
    return f"{body} {addition}{text[len(body) :]}"


def _make_number(pair: TextPair, random: Random) -> Spoiled:
    number = random.choice((random.randint(3, 99), random.randint(100, 999_999), round(random.uniform(3, 5000), 1)))
    wrong = number
    while wrong == number:
        digits = [character if character == "." else random.choice((character, random.choice("3456789"))) for character in str(number)]
        wrong = type(number)("".join(digits))
    locale = Locale.parse(pair.target_locale, sep="-")
    return _insert(pair, format_decimal(number, locale="en"), format_decimal(number, locale=locale), format_decimal(wrong, locale=locale))


def _make_url(pair: TextPair, random: Random) -> Spoiled:
    url = _url(random)
    return _insert(pair, url, url, url[: random.randint(len(url) // 2, len(url) - 1)])


def _make_link(pair: TextPair, random: Random) -> Spoiled:
    url, text = _url(random), random.choice(pair.target.split()).strip(".,:;!?()[]*_`'\"") or "x"
    broken = random.choice(
        (
            f"[{text}] ({url})",
            f"[{text}]({url}",
            f"[{text}({url})",
            f"{text}]({url})",
            f"({text})[{url}]",
            f"[{text}]( {url[:8]} {url[8:]})",
            f"[{text}]()",
            text,
        )
    )
    return _insert(pair, f"[this]({url})", f"[{text}]({url})", broken)


def _url(random: Random) -> str:
    path = random.choice(("docs/start", "a/b/c?x=1&y=2", "help#top", "releases/v1.2.3", "wiki/Main_Page_(old)"))
    return f"https://{random.choice(('www.', 'app.', ''))}product{random.randint(3, 99)}.example/{path}"


def _messages(pairs: Sequence[HumanPair]) -> Iterator[tuple[str, TextPair, dict[str, str]]]:
    """ICU messages made of `one` and `other` of the same text: the source, a pair to take the locales of, the branches of the translation."""
    by_key = {(human.project, human.locale, human.key): human.pair for human in pairs}
    for (project, locale, key), other in by_key.items():
        one = by_key.get((project, locale, f"{key.removesuffix('.other')}.one"))
        if not key.endswith(".other") or one is None or not all(_is_simple(text) for text in (one.source, one.target, other.source, other.target)):
            continue
        form = Locale.parse(locale, sep="-").plural_form
        branches = {category: _to_icu(one.target if category == "one" else other.target) for category in (*form.tags, "other")}
        source = _write_message({"one": _to_icu(one.source), "other": _to_icu(other.source)})
        yield source, other, branches


def _is_simple(text: str) -> bool:
    return not re.search(r"[{}#<'|]", text)


def _to_icu(text: str) -> str:
    return re.sub(r"%\((\w+)\)[sd]", lambda found: "#" if found[1] == "count" else f"{{{found[1]}}}", text)


def _write_message(branches: dict[str, str]) -> str:
    return f"{{count, plural, {' '.join(f'{category} {{{text}}}' for category, text in branches.items())}}}"


def _lose_branch(message: tuple[str, TextPair, dict[str, str]], random: Random) -> Spoiled:
    source, pair, branches = message
    lost = random.choice(list(branches))
    good = replace(pair, source=source, target=_write_message(branches))
    left = {category: text for category, text in branches.items() if category != lost}
    return Spoiled(good, replace(good, target=_write_message(left) if left else ""))
