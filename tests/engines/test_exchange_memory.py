"""A memory as TMX: out and in again, from other tools, and what is refused."""

from dataclasses import replace
from io import BytesIO

import pytest

from engines.memory import NewEntry, look_up, remember
from engines.models import Engine, MemoryEntry
from engines.tmx import BadRow, BadTmx, export_tmx, import_tmx
from organizations.models import Organization
from tests.factories import NOW, make_engine

HUMAN, MACHINE = MemoryEntry.Origin.HUMAN, MemoryEntry.Origin.MACHINE
FIELDS = ("source_locale", "target_locale", "source_text", "target_text", "hint", "origin", "digest")


@pytest.fixture
def engine(organization: Organization) -> Engine:
    return make_engine(organization)


def read(engine: Engine, body: str, *, header: str = 'srclang="en"') -> int:
    text = f'<?xml version="1.0"?><!DOCTYPE tmx SYSTEM "tmx14.dtd"><tmx version="1.4"><header {header}/><body>{body}</body></tmx>'
    return import_tmx(BytesIO(text.encode()), engine=engine, made_by="owner@example.com", now=NOW)


def row(source: str = "Save", target: str = "Sichern", *, locale: str = "de", members: str = "") -> str:
    return f'<tu>{members}<tuv xml:lang="en"><seg>{source}</seg></tuv><tuv xml:lang="{locale}"><seg>{target}</seg></tuv></tu>'


def test_what_goes_out_comes_in_as_it_was(engine: Engine, organization: Organization) -> None:
    first = NewEntry(engine.pk, "en", "zh-Hant", '<b>"A" & B</b>\r\n\ttwo  lines 🚀', "Cart > Button", "", "<b>甲&乙</b>", HUMAN, 0, "Rita")
    others = (replace(first, text="Save", hint="", origin=MACHINE, layers_version=1), replace(first, text="Save", context="A shop."))
    remember([first, *others], NOW)
    other = make_engine(organization, name="Other", is_default=False)

    count = import_tmx(BytesIO(b"".join(export_tmx(engine))), engine=other, made_by="owner@example.com", now=NOW)

    assert count == 3
    assert list(other.memory.order_by("id").values_list(*FIELDS)) == list(engine.memory.order_by("id").values_list(*FIELDS))


def test_a_file_of_another_tool_becomes_peoples_entries(engine: Engine) -> None:
    inline = 'Click <bpt i="1">&lt;b&gt;</bpt>here<ept i="1">&lt;/b&gt;</ept>'
    count = read(engine, f'<tu><tuv xml:lang="DE_de"><seg>Hier</seg></tuv><tuv xml:lang="en"><seg>{inline}</seg></tuv></tu>')

    assert count == 1
    found = look_up(engine.pk, "en", "de-DE", {"key": ("Click <b>here</b>", "")}, "", 9)
    assert (found["key"].text, found["key"].origin) == ("Hier", HUMAN)


def test_every_language_of_a_row_is_a_translation_of_its_source(engine: Engine) -> None:
    texts = (("en", "Save"), ("de", "Sichern"), ("fr", "Enregistrer"))
    variants = "".join(f'<tuv lang="{locale}"><seg>{text}</seg></tuv>' for locale, text in texts)

    assert read(engine, f'<tu srclang="*all*">{variants}</tu>') == 2
    assert sorted(engine.memory.values_list("source_locale", "target_locale")) == [("en", "de"), ("en", "fr")]


def test_bad_rows_are_named_and_nothing_is_imported(engine: Engine) -> None:
    body = row() + row(target=" ") + row(locale="english") + row("x" * 50_001) + "<tu><tuv xml:lang='en'><seg>Alone</seg></tuv></tu>"
    body += "<tu><tuv xml:lang='de'><seg>a</seg></tuv><tuv xml:lang='fr'><seg>b</seg></tuv></tu>"

    with pytest.raises(BadTmx) as caught:
        read(engine, body)

    assert caught.value.rows == (
        BadRow(2, "The text for de is empty."),
        BadRow(3, "Unknown language subtag 'english'."),
        BadRow(4, "The text for en is longer than 50000 characters."),
        BadRow(5, "It has no translation: two tuv elements are needed."),
        BadRow(6, "It has no text in its source language, en."),
    )
    assert not MemoryEntry.objects.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not well-formed"),
        ("Save,Sichern", "not well-formed"),
        ("<tmx><body><tu>", "not well-formed"),
        ("<xliff/>", "no tmx element"),
        ('<!DOCTYPE tmx [<!ENTITY a "b">]><tmx/>', "declares entities"),
        ('<!DOCTYPE tmx [<!ENTITY a SYSTEM "file:///etc/passwd">]><tmx><body>&a;</body></tmx>', "declares entities"),
    ],
)
def test_what_is_no_plain_tmx_is_refused(engine: Engine, text: str, message: str) -> None:
    with pytest.raises(BadTmx, match=message):
        import_tmx(BytesIO(text.encode()), engine=engine, made_by="", now=NOW)


def test_no_more_than_a_hundred_rows_are_named(engine: Engine) -> None:
    with pytest.raises(BadTmx) as caught:
        read(engine, row(target="") * 500)

    assert len(caught.value.rows) == 100
