"""A translation memory as TMX 1.4, in and out (https://www.gala-global.org/tmx-14b). Both ways stream: a file may hold 100,000s of entries.

Read with expat: no external entity is ever loaded, and a file that declares entities of its own is refused. A file is read twice, first to judge
every row and then to store, so a bad row means that nothing is imported. Rows are `tu` elements, counted from 1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from engines.errors import EngineError
from engines.memory import NewEntry, digest_of, remember
from engines.models import Engine, MemoryEntry
from foundation.locales import UnknownLocale, canonical_locale

READ_BYTES = 64 * 1024
BATCH = 1000  # entries stored at once
LONGEST_TEXT = 50_000  # characters (contract §1.2)
MOST_PROBLEMS = 100  # listed in one refusal
HINT, ORIGIN, KEY = "x-hint", "x-origin", "x-key"  # types of `prop`
_DIGEST = re.compile(r"[0-9a-f]{64}")
ANY_SOURCE = "*all*"


@dataclass(frozen=True, slots=True)
class BadRow:
    number: int
    message: str


class BadTmx(EngineError):
    """The file cannot be imported; nothing was. `rows` names what is wrong, at most MOST_PROBLEMS; empty where the file as a whole is no TMX."""

    def __init__(self, message: str, rows: tuple[BadRow, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.rows = rows


@dataclass(slots=True)
class _Row:
    """One `tu` while it is read."""

    number: int
    source_locale: str
    texts: list[tuple[str, str]] = field(default_factory=list)  # locale as written, text
    properties: dict[str, str] = field(default_factory=dict)


def export_tmx(engine: Engine) -> Iterator[bytes]:
    """The engine's memory, a piece at a time."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4">\n'
        '<header creationtool="Interlinear" creationtoolversion="1" segtype="block" o-tmf="Interlinear" adminlang="en" '
        f'srclang="{ANY_SOURCE}" datatype="plaintext"/>\n<body>\n'
    ).encode()
    for entry in MemoryEntry.objects.filter(engine=engine).order_by("id").iterator(BATCH):
        yield _write(entry).encode()
    yield b"</body>\n</tmx>\n"


def import_tmx(file: BinaryIO, *, engine: Engine, made_by: str, now: datetime) -> int:
    """Stores every translation in `file` (which can be read twice) and returns how many. Raises BadTmx; then nothing is stored.

    An entry is a person's unless its `x-origin` says `machine`.
    """
    problems: list[BadRow] = []
    for row in _read(file):
        problems += [BadRow(row.number, message) for message in _problems(row)]
        if len(problems) >= MOST_PROBLEMS:
            break
    if problems:
        raise BadTmx(f"Nothing was imported: {len(problems)} or more rows are wrong.", tuple(problems[:MOST_PROBLEMS]))
    file.seek(0)
    count = 0
    batch: list[NewEntry] = []
    for row in _read(file):
        batch += _entries(row, engine, made_by)
        if len(batch) >= BATCH:
            remember(batch, now)
            count += len(batch)
            batch = []
    remember(batch, now)
    return count + len(batch)


def _write(entry: MemoryEntry) -> str:
    properties = f'<prop type="{ORIGIN}">{entry.origin}</prop>' + (f'<prop type="{HINT}">{_text(entry.hint)}</prop>' if entry.hint else "")
    if entry.digest != digest_of(entry.source_text, entry.hint):
        properties += f'<prop type="{KEY}">{entry.digest}</prop>'  # of a text with a context, which is nowhere but in the key
    variants = "".join(
        f"<tuv xml:lang={quoteattr(locale)}><seg>{_text(text)}</seg></tuv>"
        for locale, text in ((entry.source_locale, entry.source_text), (entry.target_locale, entry.target_text))
    )
    return f'<tu srclang={quoteattr(entry.source_locale)} changedate="{entry.updated_at:%Y%m%dT%H%M%SZ}">{properties}{variants}</tu>\n'


def _text(text: str) -> str:
    """As character data. A carriage return that stands as itself would be read as a line break; other controls cannot stand in XML 1.0 at all."""
    kept = "".join(character for character in text if character >= " " or character in "\t\n\r")
    return escape(kept, {"\r": "&#13;"})


def _read(file: BinaryIO) -> Iterator[_Row]:
    """Raises BadTmx for what is not TMX."""
    reader = _Reader()
    found_end = False
    while not found_end:
        data = file.read(READ_BYTES)
        found_end = not data
        yield from reader.feed(data, is_last=found_end)
    if not reader.is_tmx:
        raise BadTmx("The file is not TMX: it has no tmx element.")


class _Reader:
    """Makes rows of what expat reports. The text of inline elements (`bpt`, `ph` …) is part of the segment: it is the native code they stand for."""

    def __init__(self) -> None:
        self.is_tmx = False
        self._number = 0
        self._source_locale = ANY_SOURCE
        self._row: _Row | None = None
        self._locale = ""
        self._done: list[_Row] = []
        self._collected: list[str] | None = None  # of the `seg` or `prop` that is open
        self._property = ""
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._refuse_entity
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def feed(self, data: bytes, *, is_last: bool) -> list[_Row]:
        try:
            self._parser.Parse(data, is_last)
        except expat.ExpatError as exc:
            raise BadTmx(f"The file is not well-formed XML: {exc}.") from exc
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "tmx":
            self.is_tmx = True
        elif name == "header":
            self._source_locale = attributes.get("srclang", ANY_SOURCE)
        elif name == "tu":
            self._number += 1
            self._row = _Row(self._number, attributes.get("srclang", self._source_locale))
        elif name == "tuv":
            self._locale = attributes.get("xml:lang") or attributes.get("lang", "")
        elif name == "seg" or (name == "prop" and self._row):
            self._collected, self._property = [], attributes.get("type", "")

    def _end(self, name: str) -> None:
        if name == "tu" and self._row:
            self._done.append(self._row)
            self._row = None
        elif name in ("seg", "prop") and self._row and self._collected is not None:
            text = "".join(self._collected)
            if name == "seg":
                self._row.texts.append((self._locale, text))
            else:
                self._row.properties[self._property] = text
            self._collected = None

    def _characters(self, text: str) -> None:
        if self._collected is not None:
            self._collected.append(text)

    def _refuse_entity(self, *_: object) -> None:
        raise BadTmx("The file declares entities of its own; they are not read.")


def _problems(row: _Row) -> Iterator[str]:
    for locale, text in row.texts:
        try:
            canonical_locale(locale)
        except UnknownLocale as exc:
            yield exc.reason
        if not text.strip():
            yield f"The text for {locale} is empty."
        elif len(text) > LONGEST_TEXT:
            yield f"The text for {locale} is longer than {LONGEST_TEXT} characters."
    if len(row.texts) < 2:
        yield "It has no translation: two tuv elements are needed."
    elif _source_of(row) is None:
        yield f"It has no text in its source language, {row.source_locale}."


def _source_of(row: _Row) -> int | None:
    """The place of the source among the row's texts: the first where any language may be the source."""
    if row.source_locale == ANY_SOURCE:
        return 0
    wanted = _spelling(row.source_locale)
    return next((index for index, (locale, _) in enumerate(row.texts) if _spelling(locale) == wanted), None)


def _spelling(locale: str) -> str:
    try:
        return canonical_locale(locale)
    except UnknownLocale:
        return locale.lower()


def _entries(row: _Row, engine: Engine, made_by: str) -> Iterator[NewEntry]:
    source = _source_of(row)
    assert source is not None
    source_locale, text = row.texts[source]
    is_machine = row.properties.get(ORIGIN) == MemoryEntry.Origin.MACHINE
    key = row.properties.get(KEY, "")
    for index, (locale, translation) in enumerate(row.texts):
        if index != source:
            yield NewEntry(
                engine_id=engine.pk,
                source_locale=canonical_locale(source_locale),
                target_locale=canonical_locale(locale),
                text=text,
                hint=row.properties.get(HINT, ""),
                context="",
                translation=translation,
                origin=MemoryEntry.Origin.MACHINE if is_machine else MemoryEntry.Origin.HUMAN,
                layers_version=engine.layers_version if is_machine else 0,
                made_by=made_by,
                digest=key if _DIGEST.fullmatch(key) else "",
            )
