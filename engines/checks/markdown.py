"""The skeleton of Markdown (CommonMark): headings by level, links and images by address, code, lists and their items.

Looked at only where either text has such syntax. Indented code and underlined headings are none here: indentation and dashes occur in any text.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison

CODE = "markdown"

_SUSPECT = re.compile(r"\]\(|`|^[ \t]{0,8}(?:\#{1,6}[ \t]|[-*+][ \t]|\d{1,9}[.)][ \t]|~~~)", re.MULTILINE)
_PARSER = MarkdownIt("commonmark", {"html": False}).disable(["code", "lheading", "hr", "entity", "autolink", "blockquote"])
_NAMES = {"heading_open": "heading", "bullet_list_open": "bullet list", "ordered_list_open": "numbered list", "list_item_open": "list item"}


def find_faults(pair: Comparison) -> Iterator[Finding]:
    if not _SUSPECT.search(pair.pair.source) and not _SUSPECT.search(pair.pair.target):
        return
    wanted, found = _skeleton(pair.pair.source), _skeleton(pair.pair.target)
    if missing := wanted - found:
        yield error(CODE, f"The translation lost Markdown of the text: {_describe(missing)}.")
    elif found != wanted:
        kinds = sorted({kind for kind, _ in found - wanted})
        yield error(CODE, f"The translation has Markdown that the text has not: {', '.join(kinds)}.")


def _skeleton(text: str) -> Counter[tuple[str, str]]:
    """How often each kind of element occurs, with what of it must not be translated."""
    return Counter(_elements(_PARSER.parse(text)))


def _elements(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for token in tokens:
        if token.type in _NAMES:
            yield _NAMES[token.type], token.tag if token.type == "heading_open" else ""
        elif token.type == "link_open":
            yield "link", str(token.attrs["href"])
        elif token.type == "image":
            yield "image", str(token.attrs["src"])
        elif token.type in ("code_inline", "fence"):
            yield "code", token.content
        yield from _elements(token.children or ())


def _describe(missing: Counter[tuple[str, str]]) -> str:
    return ", ".join(sorted(f"{kind} {detail}".strip() for kind, detail in missing))
