"""A text as the checks read it: what a program reads in it, the prose around that, its words. Each is worked out once, when first asked for."""

import re
from collections import Counter

from engines.checks.finding import TextPair
from engines.translation.placeholders import Kind, Token, find_syntax, tally
from foundation.locales import base_language

# Anything that a check of syntax looks for. Hyphens and pluses matter at the start of a line only.
_SPECIAL = re.compile(r"[%{}<>$@&`*_#\[\]\n\d\ue000-\uf8ff]|://|www\.")
_WORD = re.compile(r"[^\W\d_]+")
_NAMED = 10  # items in a sentence


class Reading:
    """One text. `is_plain`: no check of syntax has anything to look at in it."""

    __slots__ = ("_prose", "_tokens", "_words", "is_plain", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_plain = _SPECIAL.search(text) is None and text[:1] not in ("-", "+", "=")
        self._tokens: list[Token] | None = [] if self.is_plain else None
        self._prose: str | None = text if self.is_plain else None
        self._words: list[str] | None = None

    @property
    def tokens(self) -> list[Token]:
        if self._tokens is None:
            self._tokens = find_syntax(self.text)
        return self._tokens

    @property
    def prose(self) -> str:
        """The text with a space in the place of each token."""
        if self._prose is None:
            parts, end = [], 0
            for token in self.tokens:
                parts.append(self.text[end : token.start])
                end = token.end
            parts.append(self.text[end:])
            self._prose = " ".join(parts)
        return self._prose

    @property
    def words(self) -> list[str]:
        """The runs of letters in the prose, in order."""
        if self._words is None:
            self._words = _WORD.findall(self.prose)
        return self._words

    def tally(self, kind: Kind) -> Counter[str]:
        return tally(self.tokens, kind)


class Comparison:
    """A pair with both texts read. `source_language` and `target_language` are base languages, empty where the locale is."""

    __slots__ = ("pair", "source", "source_language", "target", "target_language")

    def __init__(self, pair: TextPair) -> None:
        self.pair = pair
        self.source = Reading(pair.source)
        self.target = Reading(pair.target)
        self.source_language = base_language(pair.source_locale)
        self.target_language = base_language(pair.target_locale)

    @property
    def is_plain(self) -> bool:
        return self.source.is_plain and self.target.is_plain

    @property
    def crosses_languages(self) -> bool:
        return self.source_language != self.target_language and bool(self.source_language and self.target_language)


def enumerate_items(items: Counter[str]) -> str:
    """At most ten, as often as they are counted."""
    listed = list(items.elements())
    named = ", ".join(listed[:_NAMED])
    return f"{named} and {len(listed) - _NAMED} more" if len(listed) > _NAMED else named
