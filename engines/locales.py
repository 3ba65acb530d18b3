"""Which stored locale applies to a requested one, and which of several applies first (contract §7). The same rule for every layer of an engine.

A stored locale applies when it equals the requested one, or one is an ancestor of the other; siblings never. `*` applies to all and comes last.
Locales are canonical BCP-47 tags. A script that a tag leaves out is the one that CLDR calls likely: `zh-Hant` is an ancestor of `zh-TW`.
"""

from dataclasses import dataclass
from functools import lru_cache

import langcodes

ANY_LOCALE = "*"
Rank = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Tag:
    language: str
    script: str | None
    region: str | None
    rest: tuple[str, ...]  # variants, extensions, private use
    likely_script: str | None
    maximized: str

    @property
    def specificity(self) -> int:
        return (self.script is not None) + (self.region is not None) + len(self.rest)


def applies(stored: str, requested: str) -> bool:
    """Whether what is stored for one locale holds for the requested one."""
    if stored in (ANY_LOCALE, requested):
        return True
    first, second = _tag(stored), _tag(requested)
    return _is_ancestor(first, second) or _is_ancestor(second, first)


def rank(stored: str, requested: str) -> Rank:
    """A sort key among stored locales that apply, the best first.

    Exact, then the same locale by the language's default region (`de` and `de-DE`), then ancestors, the most specific first, then other regions,
    then `*`.
    """
    if stored == requested:
        return (0, 0)
    if stored == ANY_LOCALE:
        return (3, 0)
    first, second = _tag(stored), _tag(requested)
    if first.maximized == second.maximized:
        return (0, 1)
    if _is_ancestor(first, second):
        return (1, -first.specificity)
    return (2, first.specificity)


def shares_script(stored: str, requested: str) -> bool:
    """Whether texts of both are written in one script: a glossary never crosses scripts. True for `*`."""
    return ANY_LOCALE in (stored, requested) or _tag(stored).likely_script == _tag(requested).likely_script


def _is_ancestor(ancestor: _Tag, descendant: _Tag) -> bool:
    if ancestor.language != descendant.language:
        return False
    if ancestor.script is not None and ancestor.script != descendant.likely_script:
        return False
    if ancestor.region is not None and ancestor.region != descendant.region:
        return False
    return ancestor.rest == descendant.rest[: len(ancestor.rest)]


@lru_cache(maxsize=4096)
def _tag(locale: str) -> _Tag:
    parsed = langcodes.Language.get(locale)
    likely = parsed.maximize()
    return _Tag(
        language=parsed.language or "und",
        script=parsed.script,
        region=parsed.territory,
        rest=(*(parsed.variants or ()), *(parsed.extensions or ()), *((parsed.private,) if parsed.private else ())),
        likely_script=likely.script,
        maximized=likely.to_tag(),
    )
