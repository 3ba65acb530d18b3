"""Divides a text that is too long for one call at its sentence borders, so that its parts can be translated one by one and joined again.

A border is never inside a placeholder, an address, an element, a Markdown link or code: what a program reads stays whole. ICU messages and texts with
block elements are not divided at all: their grammar or their structure reaches across sentences.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engines.translation.icu import find_icu
from engines.translation.placeholders import Kind, find_syntax

# Lines end anywhere; a sentence ends where its mark is followed by space, in scripts that write none after the mark itself.
_BORDER = re.compile(
    r"""
    [ \t]*(?:\r?\n[ \t]*)+
  | (?<=[。！？｡])[」』）”’"']*[ \t]*
  | (?<=[.!?…।॥؟۔])["'”’»)\]]*[ \t]+
    """,
    re.VERBOSE,
)
_ABBREVIATED = re.compile(r"(?:\b[^\W\d_]|\b\d{1,3}|\b(?:e\.g|i\.e|z\.B|d\.h|bzw|etc|vs|Mr|Mrs|Ms|Dr|Prof|St|No|Nr|cf|ca))\.$")
_KEPT_WHOLE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`|!?\[[^\[\]]*\]\([^()\s]*(?:\s[^()]*)?\)|!?\[[^\[\]]*\]\[[^\[\]]*\]", re.DOTALL)
_TAG_NAME = re.compile(r"<(/?)([A-Za-z0-9]+)")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_BLOCK = frozenset(("address", "article", "aside", "blockquote", "details", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form"))
_BLOCK |= {"h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "ul"}
_BLOCK |= {"table", "tbody", "td", "tfoot", "th", "thead", "tr"}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the text to translate, and the white space between it and the next."""

    text: str
    after: str


def split_text(text: str, limit: int) -> list[Part]:
    """Parts of at most `limit` UTF-8 bytes where its borders allow that; a single part where it has none. Joined they are the text."""
    parts: list[Part] = []
    start = end = size = 0
    for border in [*_borders(text), len(text)]:
        grown = len(text[end:border].encode())
        if size and size + grown > limit:
            parts.append(_cut(text, start, end))
            start, size = end, 0
        end, size = border, size + grown
    if start < len(text):
        parts.append(_cut(text, start, len(text)))
    return parts


def join_parts(parts: list[Part], translations: list[str]) -> str:
    """Each translation between the white space of its part's source."""
    return "".join(f"{_space_before(part.text)}{translation.strip()}{part.after}" for part, translation in zip(parts, translations, strict=True))


def _space_before(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _cut(text: str, start: int, end: int) -> Part:
    piece = text[start:end]
    body = piece.rstrip()
    return Part(body, piece[len(body) :])


def _borders(text: str) -> Iterator[int]:
    """Where the next sentence begins. None where the text is not to be divided."""
    whole = _find_whole(text)
    if whole is None:
        return
    index = 0
    for found in _BORDER.finditer(text):
        begins = found.end()
        if begins in (0, len(text)) or (found[0] and "\n" not in found[0] and _is_abbreviation(text, found.start(), begins)):
            continue
        while index < len(whole) and whole[index][1] <= begins:
            index += 1
        if index == len(whole) or whole[index][0] >= begins:
            yield begins


def _is_abbreviation(text: str, mark: int, begins: int) -> bool:
    """`z. B.`, `1. Januar`, `e.g. this`: the sentence goes on."""
    return text[begins].islower() or _ABBREVIATED.search(text, max(0, mark - 8), mark) is not None


def _find_whole(text: str) -> list[tuple[int, int]] | None:
    """The spans that no border may fall into, in order and apart from each other. None: nothing may be divided."""
    tokens = find_syntax(text)
    tags = [(found, token) for token in tokens if token.kind is Kind.TAG and (found := _TAG_NAME.match(token.text))]
    if find_icu(text) or any(found[2].lower() in _BLOCK for found, _ in tags):
        return None
    spans = [found.span() for found in _KEPT_WHOLE.finditer(text)] + [(token.start, token.end) for token in tokens]
    opened: list[tuple[str, int]] = []
    for found, token in tags:
        name = found[2].lower()
        if found[1]:
            spans += _close(opened, name, token.end)
        elif name not in _VOID and not token.text.endswith("/>"):
            opened.append((name, token.start))
    return _merge(spans)


def _close(opened: list[tuple[str, int]], name: str, end: int) -> Iterator[tuple[int, int]]:
    """The span of the innermost element of that name, which ends here, if one is open; what was opened in it and not closed ends with it."""
    for index in range(len(opened) - 1, -1, -1):
        if opened[index][0] == name:
            yield opened[index][1], end
            del opened[index:]
            return


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
