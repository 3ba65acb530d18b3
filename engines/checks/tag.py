"""HTML and XML tags: the same elements with the same attributes, each opened and closed, inside the same parents. Siblings may change places.

The values of attributes that people read (`title`, `alt`) are free. `<password>` is doubtful where nothing closes it, HTML has no such element and no
other tag stands in the texts: a warning.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from engines.checks.finding import Finding, error, warning
from engines.checks.reading import Comparison, Reading, enumerate_items
from engines.translation.placeholders import Kind

CODE = "tag"

_TAG = re.compile(r"<(/?)([A-Za-z0-9][\w:.-]*)(\s[^<>]*?)?\s*(/?)>", re.DOTALL)
_CLOSING = re.compile(r"</([A-Za-z0-9][\w:.-]*)")
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?""")
_READ_BY_PEOPLE = frozenset({"title", "alt", "placeholder", "aria-label", "label", "summary", "content"})
_VOID_NAMES = "area base br col embed hr img input link meta source track wbr"
_OTHER_NAMES = """
    a abbr article aside audio b bdi bdo blockquote body button canvas caption center cite code dd del details dfn div dl dt em fieldset figcaption
    figure font footer form h1 h2 h3 h4 h5 h6 head header html i iframe ins kbd label legend li main mark nav ol option p picture pre q s samp script
    section select small span strike strong style sub sup svg table tbody td textarea tfoot th thead time tr tt u ul var video
"""
_VOID = frozenset(_VOID_NAMES.split())
_HTML = _VOID | frozenset(_OTHER_NAMES.split())


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    closes: bool
    stands_alone: bool  # `<br>`, `<0/>`
    spelling: str  # as compared, and as quoted in messages
    in_branch: bool  # of an ICU argument


def find_faults(pair: Comparison) -> Iterator[Finding]:
    if "<" not in pair.pair.source and "<" not in pair.pair.target:
        return
    closed = set(_CLOSING.findall(pair.pair.source + pair.pair.target))
    wanted, found = _read_tags(pair.source, closed), _read_tags(pair.target, closed)
    known = _element_names((*wanted, *found))
    doubtful = {tag.spelling for tag in wanted if tag.name not in known} ^ {tag.spelling for tag in found if tag.name not in known}
    if doubtful:
        told = "Something in angle brackets differs from the text. It must be copied exactly if a program reads it."
        yield error(CODE, told) if known else warning(CODE, told)
    wanted, found = [tag for tag in wanted if tag.name in known], [tag for tag in found if tag.name in known]
    faults = list(_compare_counts(_count(wanted), _count(found)))
    yield from faults
    in_order = _parents(wanted)
    if faults or in_order is None:
        return
    nested = _parents(found)
    if nested is None:
        yield error(CODE, "A tag of the translation is not closed, or closed in the wrong order.")
    elif nested != in_order and not any(tag.in_branch for tag in wanted):
        yield error(CODE, "The tags of the translation are nested in another way than those of the text.")


def _compare_counts(wanted: Counter[str], found: Counter[str]) -> Iterator[Finding]:
    if missing := wanted - found:
        yield error(CODE, f"The translation lacks these tags, which must be copied exactly: {enumerate_items(missing)}.")
    elif found != wanted:
        yield error(CODE, "The translation contains a tag that the text has not, or one too often.")


def _read_tags(reading: Reading, closed: set[str]) -> list[_Tag]:
    """`closed` holds the names that something closes: `<link>` is a void element of HTML, and a pair of tags in many products."""
    tags = []
    for token in reading.tokens:
        parts = _TAG.fullmatch(token.text) if token.kind is Kind.TAG else None
        if parts is None:
            continue
        name = parts[2].lower() if parts[2].lower() in _HTML else parts[2]
        alone = bool(parts[4]) or (name in _VOID and parts[2] not in closed)
        spelling = f"<{parts[1]}{name}{_spell_attributes(parts[3] or '')}{'/' if alone else ''}>"
        tags.append(_Tag(name, bool(parts[1]), alone, spelling, token.in_branch))
    return tags


def _spell_attributes(text: str) -> str:
    """In the order of their names: order and quotes mean nothing."""
    attributes = sorted((name.lower(), value.strip("\"'")) for name, value in _ATTRIBUTE.findall(text))
    return "".join(f" {name}" if name in _READ_BY_PEOPLE or not value else f' {name}="{value}"' for name, value in attributes)


def _element_names(tags: tuple[_Tag, ...]) -> set[str]:
    """Those of HTML, and those that something closes or gives an attribute."""
    return {tag.name for tag in tags if tag.name in _HTML or tag.closes or tag.stands_alone or "=" in tag.spelling}


def _count(tags: list[_Tag]) -> Counter[str]:
    counts = Counter(tag.spelling for tag in tags if not tag.in_branch)
    counts.update({tag.spelling for tag in tags if tag.in_branch})
    return counts


def _parents(tags: list[_Tag]) -> Counter[tuple[str, ...]] | None:
    """How often each element stands inside which others, from the outermost; None where tags are not closed in order."""
    opened: list[str] = []
    places: Counter[tuple[str, ...]] = Counter()
    for tag in tags:
        if tag.closes:
            if not opened or opened.pop() != tag.name:
                return None
        else:
            places[(*opened, tag.name)] += 1
            if not tag.stands_alone:
                opened.append(tag.name)
    return None if opened else places
