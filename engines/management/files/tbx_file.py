"""Glossaries as TBX-Basic (ISO 30042:2019, DCA style); files of the 2008 edition (`martif`) are read too.

A concept entry is one item: its first language section is the source, its second the target, a note of the entry the hint. What TBX has no word
for is said in its terms: the locale `*` is `x-any`, and a term that must not be translated stands in both sections, marked with the subset
`non_translatable`. In a file from elsewhere each term of the first section is paired with the first term of every other.

Files are hostile until read: no entity may be declared, nothing is fetched, nothing outside the file is looked at.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from engines.management.files.rows import MAX_ROWS, BadFile, FileRow, decode, too_many_rows
from engines.models import ANY_LOCALE, GlossaryItem

_NAMESPACE = "urn:iso:std:iso:30042:ed-2"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ANY = "x-any"
_SUBSET = "projectSubset"
_STAYS = str(GlossaryItem.Type.NON_TRANSLATABLE)
_ROOTS = frozenset({"tbx", "martif"})
_ENTRIES = frozenset({"conceptEntry", "termEntry"})
_SECTIONS = frozenset({"langSec", "langSet"})


def write_tbx(rows: Iterable[Mapping[str, str]]) -> bytes:
    """`rows` have the members of a glossary item and its `id`. One entry is one line."""
    root = etree.Element("tbx", {"style": "dca", "type": "TBX-Basic", _LANG: "en"}, nsmap={None: _NAMESPACE})
    source = _add(_add(_add(root, "tbxHeader"), "fileDesc"), "sourceDesc")
    _add(source, "p", "Glossary of an Interlinear engine")
    body = _add(_add(root, "text"), "body")
    for row in rows:
        _add_entry(body, row)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return content


def read_tbx(content: bytes) -> list[FileRow]:
    """The pairs of terms in the order of the file. Raises BadFile."""
    root = _parse(decode(content))
    if _name(root) not in _ROOTS:
        raise BadFile("The file is not TBX: its outermost element is neither tbx nor martif.")
    rows: list[FileRow] = []
    for row in _read_entries(root):
        if len(rows) == MAX_ROWS:
            raise too_many_rows()
        rows.append(row)
    return rows


def _add_entry(body: Any, row: Mapping[str, str]) -> None:
    entry = _add(body, "conceptEntry", id=row["id"])
    entry.tail = "\n"
    if row["hint"]:
        _add(entry, "note", row["hint"])
    stays = row["type"] == _STAYS
    _add_section(entry, row["sourceLocale"], row["sourceText"])
    term = _add_section(entry, row["targetLocale"], row["sourceText"] if stays else row["targetText"])
    if stays:
        _add(term, "admin", _STAYS, type=_SUBSET)


def _add_section(entry: Any, locale: str, text: str) -> Any:
    section = _add(entry, "langSec", **{_LANG: _ANY if locale == ANY_LOCALE else locale})
    term = _add(section, "termSec")
    _add(term, "term", text)
    return term


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}", attributes)
    element.text = text
    return element


def _parse(text: str) -> Any:
    if "<!ENTITY" in text:
        raise BadFile("The file declares entities.")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as exc:
        raise BadFile(f"Line {exc.lineno or 1} is not well-formed XML.") from exc


def _read_entries(root: Any) -> Iterator[FileRow]:
    for entry in root.iter("{*}*"):
        if _name(entry) in _ENTRIES:
            yield from _read_entry(entry)


def _read_entry(entry: Any) -> Iterator[FileRow]:
    source, *targets = [child for child in entry if _name(child) in _SECTIONS] or [None]
    if not targets or not _below(source, "term"):
        yield FileRow(entry.sourceline, {}, "The entry needs terms in two languages.")
        return
    notes = [*_below(entry, "note", nested=False), *_below(source, "note")]
    hint = {"hint": _text(notes[0])} if notes else {}
    for term in _below(source, "term"):
        for target in targets:
            yield FileRow(entry.sourceline, {**_read_pair(source, term, target), **hint})


def _read_pair(source: Any, term: Any, target: Any) -> dict[str, str]:
    stays = any(mark.get("type") == _SUBSET and _text(mark) == _STAYS for mark in _below(target, "admin"))
    terms = _below(target, "term")
    return {
        "sourceLocale": _locale(source),
        "targetLocale": _locale(target),
        "sourceText": _text(term),
        "targetText": "" if stays or not terms else _text(terms[0]),
        "type": _STAYS if stays else str(GlossaryItem.Type.CUSTOM_TRANSLATION),
    }


def _below(element: Any, name: str, *, nested: bool = True) -> list[Any]:
    """The elements of that name in any namespace: at any depth, or children only."""
    found = element.iter(f"{{*}}{name}") if nested else element.iterchildren(f"{{*}}{name}")
    return list(found)


def _locale(section: Any) -> str:
    tag = str(section.get(_LANG) or section.get("lang") or "")
    return ANY_LOCALE if tag.lower() == _ANY else tag


def _text(element: Any) -> str:
    """All text inside, markup left out."""
    return "".join(element.itertext())


def _name(element: Any) -> str:
    return str(etree.QName(element).localname)
