"""Known translations that a caller sends along (`reference`): of what may be thousands, the few that help with these texts reach the prompt.

Clients send all of a file's texts in both locales. Whatever cannot be used is passed over: a reference is never an error.
"""

import re
from collections.abc import Iterator, Sequence

from engines.locales import applies, rank
from foundation.customer_json import JSONValue, Path
from foundation.locales import UnknownLocale, canonical_locale

MOST = 20  # pairs in a prompt
LONGEST = 500  # characters of either text of a pair
SCANNED = 20_000  # texts of a reference that are looked at

Pair = tuple[str, str]  # source text, target text
_WORD = re.compile(r"\w{2,}")


def relevant_pairs(reference: JSONValue, source_locale: str, target_locale: str, texts: Sequence[str]) -> tuple[Pair, ...]:
    """Pairs of a text and its translation under the same path, those that share most with `texts` first; at most MOST."""
    if not isinstance(reference, dict):
        return ()
    known = _translations(reference, source_locale, target_locale)
    if not known:
        return ()
    wanted = {word for text in texts for word in _words(text)}
    scored = [(score, pair) for pair in known if (score := _likeness(pair[0], wanted)) > 0]
    scored.sort(key=lambda item: -item[0])
    return tuple(pair for _, pair in scored[:MOST])


def _translations(reference: dict[str, JSONValue], source_locale: str, target_locale: str) -> list[Pair]:
    """Distinct pairs, in the reference's order. A text that is the same in both locales says nothing: it may be not translated yet."""
    sources = dict(_leaves(_under(reference, source_locale)))
    targets = dict(_leaves(_under(reference, target_locale))) if sources else {}
    pairs = ((text, targets[path]) for path, text in sources.items() if path in targets)
    return list(dict.fromkeys(pair for pair in pairs if pair[0] != pair[1] and max(map(len, pair)) <= LONGEST))


def _under(reference: dict[str, JSONValue], locale: str) -> JSONValue:
    """The part for the nearest locale that applies."""
    named = {key: _canonical(key) for key in reference}
    fitting = [key for key, name in named.items() if name is not None and applies(name, locale)]
    return reference[min(fitting, key=lambda key: rank(str(named[key]), locale))] if fitting else None


def _canonical(text: str) -> str | None:
    try:
        return canonical_locale(text)
    except UnknownLocale:
        return None


def _leaves(data: JSONValue) -> Iterator[tuple[Path, str]]:
    """Path and text of the first SCANNED string leaves."""
    waiting: list[tuple[Path, JSONValue]] = [((), data)]
    found = 0
    while waiting and found < SCANNED:
        path, value = waiting.pop()
        if isinstance(value, str):
            found += 1
            if value:
                yield path, value
        elif isinstance(value, dict | list):
            members: list[tuple[str | int, JSONValue]] = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
            waiting += [((*path, key), child) for key, child in reversed(members)]


def _likeness(text: str, wanted: set[str]) -> float:
    """The share of a text's words that are wanted, 0 to 1."""
    words = _words(text)
    return len(words & wanted) / len(words) if words else 0.0


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
