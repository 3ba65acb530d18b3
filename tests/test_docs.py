"""What README.md and docs/*.md lead to is there: files, headings, pictures. And no picture is left that nothing shows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
TEXTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MAX_BYTES = 250_000  # of a picture
MAX_PICTURES = 12

_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")


def tokens(path: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))


def addresses(path: Path) -> Iterator[str]:
    """Of links and pictures, but for those on other hosts."""
    for token in tokens(path):
        for child in token.children or ():
            address = child.attrGet("src" if child.type == "image" else "href")
            if child.type in ("link_open", "image") and isinstance(address, str) and not _WITH_SCHEME.match(address):
                yield address


def anchors(path: Path) -> set[str]:
    """Of the headings, as GitHub and GitLab make them."""
    found = tokens(path)
    headings = [found[index + 1].content for index, token in enumerate(found) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_there(text: Path, address: str) -> bool:
    name, _, anchor = address.partition("#")
    target = (text.parent / name).resolve() if name else text
    return target.is_relative_to(ROOT) and target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(text: Path) -> None:
    assert [address for address in addresses(text) if not is_there(text, address)] == []


def test_every_picture_is_shown() -> None:
    shown = {(text.parent / address).resolve() for text in TEXTS for address in addresses(text)}

    assert [path.name for path in PICTURES.iterdir() if path not in shown] == []


def test_pictures_are_few_and_small() -> None:
    sizes = {path.name: path.stat().st_size for path in PICTURES.iterdir()}

    assert len(sizes) <= MAX_PICTURES
    assert {name: size for name, size in sizes.items() if size > MAX_BYTES} == {}
