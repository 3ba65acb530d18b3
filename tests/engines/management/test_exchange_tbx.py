"""Glossaries as TBX: what goes out is TBX-Basic, what comes in may be another tool's, and hostile files are refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.management.files.rows import MEMBERS
from engines.management.files.tbx_file import read_tbx, write_tbx
from engines.models import Engine
from tests.api import Api, invalid, refusal
from tests.engines.management.calls import GLOSSARY, nothing_written
from tests.engines.management.files import TBX, export, send, tbx, terms_of

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from("\t\n\r<&>\"'"), min_size=1, max_size=20)
LOCALES = st.sampled_from(["*", "en", "de", "pt-BR", "sr-Latn-RS"])


def section(locale: str, *terms: str, tags: tuple[str, str] = ("langSec", "termSec")) -> str:
    outer, inner = tags
    return f'<{outer} xml:lang="{locale}">' + "".join(f"<{inner}><term>{term}</term></{inner}>" for term in terms) + f"</{outer}>"


def test_export_is_tbx_basic(api: Api, engine: Engine) -> None:
    first, second = GLOSSARY.add(api, engine, sourceText="<b> & co"), GLOSSARY.add(api, engine, **GLOSSARY.other)

    response = api.client.get(f"/engines/{engine.pk}/glossary/export", {"format": "tbx"})

    assert response.headers["Content-Type"] == "application/x-tbx+xml"
    assert response.headers["Content-Disposition"] == f'attachment; filename="glossary-{engine.pk}.tbx"'
    assert response.content.decode() == (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<tbx xmlns="urn:iso:std:iso:30042:ed-2" style="dca" type="TBX-Basic" xml:lang="en">'
        "<tbxHeader><fileDesc><sourceDesc><p>Glossary of an Interlinear engine</p></sourceDesc></fileDesc></tbxHeader><text><body>"
        f'<conceptEntry id="{first.body["id"]}"><note>shop</note>'
        '<langSec xml:lang="en"><termSec><term>&lt;b&gt; &amp; co</term></termSec></langSec>'
        '<langSec xml:lang="de"><termSec><term>Korb</term></termSec></langSec></conceptEntry>\n'
        f'<conceptEntry id="{second.body["id"]}">'
        '<langSec xml:lang="x-any"><termSec><term>Acme</term></termSec></langSec>'
        '<langSec xml:lang="fr"><termSec><term>Acme</term><admin type="projectSubset">non_translatable</admin></termSec></langSec></conceptEntry>\n'
        "</body></text></tbx>"
    )


@given(st.lists(st.tuples(LOCALES, LOCALES, TEXTS, TEXTS, st.booleans(), st.just("") | TEXTS), max_size=5))
def test_every_text_survives_a_file(rows: list[tuple[Any, ...]]) -> None:
    members = []
    for source, target, text, translation, stays, hint in rows:
        kind, other = ("non_translatable", "") if stays else ("custom_translation", translation)
        members.append(dict(zip(MEMBERS, (source, target, text, other, kind, hint), strict=True)))

    read = read_tbx(write_tbx({**row, "id": "gls_1"} for row in members))

    assert [{"hint": "", **row.values} for row in read] == [{"hint": "", **row} for row in members]


def test_older_edition_is_read(api: Api, engine: Engine) -> None:
    tags = ("langSet", "tig")
    entry = f"<termEntry><descrip type='definition'>x</descrip>{section('en', 'cart', tags=tags)}{section('DE_de', 'Korb', tags=tags)}</termEntry>"
    content = tbx(entry, root="martif").replace("?>", '?><!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd"><!-- made by -->', 1)

    assert send(api, engine, content, "application/xml").shown == (200, {"added": 1, "unchanged": 0, "removed": 0})
    assert terms_of(engine) == [("en", "de-DE", "cart", "Korb", "custom_translation", "")]


def test_entry_of_many_languages_and_synonyms_is_many_items(api: Api, engine: Engine) -> None:
    entry = section("en", "cart", "<hi>shopping</hi> cart") + section("de", "Korb", "Wagen") + section("fr", "panier<!-- x -->")
    note = "<note>shop</note>"

    assert send(api, engine, tbx(f"<conceptEntry>{note}{entry}</conceptEntry>"), TBX).shown == (200, {"added": 4, "unchanged": 0, "removed": 0})

    pairs = [("cart", "de", "Korb"), ("cart", "fr", "panier"), ("shopping cart", "de", "Korb"), ("shopping cart", "fr", "panier")]
    assert terms_of(engine) == [("en", locale, text, translation, "custom_translation", "shop") for text, locale, translation in pairs]


def test_file_with_a_byte_order_mark_or_in_utf_16_is_read(api: Api, engine: Engine) -> None:
    content = tbx(f"<conceptEntry>{section('en', 'cart')}{section('ja', 'カート')}</conceptEntry>")

    answers = [send(api, engine, body, TBX) for body in ("\ufeff" + content, content.replace("UTF-8", "UTF-16").encode("utf-16"))]

    assert [answer.body for answer in answers] == [{"added": 1, "unchanged": 0, "removed": 0}, {"added": 0, "unchanged": 1, "removed": 0}]


def test_bad_entries_are_named_one_by_one_and_nothing_is_imported(api: Api, engine: Engine) -> None:
    good = f"<conceptEntry>{section('en', 'cart')}{section('de', 'Korb')}</conceptEntry>"
    bad = [
        f"<conceptEntry>{section('en', 'alone')}</conceptEntry>",
        "<conceptEntry/>",
        f"<conceptEntry>{section('en', 'cart')}{section('english', '')}</conceptEntry>",
        f"<conceptEntry>{section('en', 'cart')}<langSec><termSec><term>x</term></termSec></langSec></conceptEntry>",
        f"<conceptEntry>{section('en')}{section('de', 'Korb')}</conceptEntry>",
    ]

    with nothing_written():
        answer = send(api, engine, tbx("\n".join([good, *bad, good])), TBX, mode="replace")

    problems = [
        ("rows[1]", "The entry needs terms in two languages. (Line 2.)"),
        ("rows[2]", "The entry needs terms in two languages. (Line 3.)"),
        ("rows[3].targetLocale", "Unknown language subtag 'english'. (Line 4.)"),
        ("rows[4].targetLocale", "The locale is empty. (Line 5.)"),
        ("rows[5]", "The entry needs terms in two languages. (Line 6.)"),
    ]
    errors = [{"path": path, "message": message} for path, message in problems]
    assert answer.shown == refusal(400, "BadRequestError", "bad_rows", "Nothing was imported: 5 of 7 rows cannot be.", errors=errors)


SECRET = '<!DOCTYPE tbx [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE tbx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
MANY = f"<conceptEntry>{section('en', *['a'] * 200)}{section('de', 'b') * 101}</conceptEntry>"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "The file is empty."),
        ("<tbx>", "Line 1 is not well-formed XML."),
        ("no XML", "Line 1 is not well-formed XML."),
        ("<html/>", "The file is not TBX: its outermost element is neither tbx nor martif."),
        (f"{SECRET}<tbx>&secret;</tbx>", "The file declares entities."),
        (f"{LAUGHS}<tbx>&b;</tbx>", "The file declares entities."),
        (f"{SECRET}<tbx/>".encode("utf-16"), "The file declares entities."),
        ("<tbx>&undeclared;</tbx>", "Line 1 is not well-formed XML."),
        ("<tbx>" * 1000, "Line 1 is not well-formed XML."),
        (tbx("\x01"), "Line 1 is not well-formed XML."),
        ("<tbx>\xff</tbx>".encode("latin-1"), "The file is not in UTF-8."),
        (tbx(MANY), "The file has more than 10,000 rows."),
    ],
)
def test_file_that_is_no_glossary_is_refused(api: Api, engine: Engine, content: str | bytes, message: str) -> None:
    with nothing_written():
        answer = send(api, engine, content, TBX)

    assert answer.shown == invalid(("", message), code="bad_file")


def test_no_file_outside_is_looked_at(api: Api, engine: Engine) -> None:
    entry = f"<conceptEntry>{section('en', 'cart')}{section('de', 'Korb')}</conceptEntry>"
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    content = tbx(include + entry).replace("?>", '?><!DOCTYPE tbx SYSTEM "http://127.0.0.1:9/x.dtd">', 1)

    assert send(api, engine, content, TBX).body["added"] == 1
    assert b"root:" not in export(api, engine, "tbx")
