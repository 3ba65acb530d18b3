"""A glossary as a file, by form: taken in whole or not at all, and given out without anything that runs."""

import csv
import io

import pytest
from django.test import Client
from pytest_django import Settings

from engines.models import Engine
from tests.engines.management.files import HEADER, tbx, terms_of
from tests.engines.pages.knowledge import address_of, file_of, make_term, version_of
from tests.localization.pages.people import HOSTILE

ROW = "en,de,Cart,Warenkorb,custom_translation,"


@pytest.fixture
def address(engine: Engine) -> str:
    return address_of(engine, "glossary/import")


def test_file_adds_the_terms_that_are_not_there(as_owner: Client, address: str, engine: Engine) -> None:
    make_term(engine, source_locale="en")

    page = as_owner.post(address, {"file": file_of(f"{HEADER}\n{ROW}\nen,de,Save,Sichern,,\n")}, follow=True)

    assert "Imported: 1 new, 1 there already." in page.content.decode()
    assert [row[2] for row in terms_of(engine)] == ["Cart", "Save"]
    assert version_of(engine) == 2


def test_terms_that_the_file_lacks_go_where_that_is_ticked(as_owner: Client, address: str, engine: Engine) -> None:
    make_term(engine, "Old")

    as_owner.post(address, {"file": file_of(f"{HEADER}\n{ROW}\n"), "is_whole": "on"})

    assert [row[2] for row in terms_of(engine)] == ["Cart"]


def test_tbx_is_told_by_its_content(as_owner: Client, address: str, engine: Engine) -> None:
    terms = "".join(
        f'<langSec xml:lang="{locale}"><termSec><term>{text}</term></termSec></langSec>' for locale, text in (("en", "Cart"), ("de", "Korb"))
    )

    as_owner.post(address, {"file": file_of(tbx(f"<conceptEntry>{terms}</conceptEntry>").encode("utf-16"), "terms.bin")})

    assert [row[:4] for row in terms_of(engine)] == [("en", "de", "Cart", "Korb")]


def test_every_bad_row_is_named_and_nothing_is_written(as_owner: Client, address: str, engine: Engine) -> None:
    answer = as_owner.post(address, {"file": file_of(f"{HEADER}\n{ROW}\nenglish,de,{HOSTILE},Korb,,\nen,de,Save,,,\n")})

    assert answer.status_code == 400
    assert [(problem.path, problem.message) for problem in answer.context["problems"]] == [
        ("rows[1].sourceLocale", "Unknown language subtag 'english'. (Line 3.)"),
        ("rows[2].targetText", "A custom_translation needs one. (Line 4.)"),
    ]
    page = answer.content.decode()
    assert "Nothing was imported: 2 of 3 rows cannot be." in page
    assert HOSTILE not in page
    assert (terms_of(engine), version_of(engine)) == ([], 1)


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        ("a,b\n", 400, "Unknown column &#x27;a&#x27;"),
        (b"\xff\xfe\x00", 400, "The file is not in UTF-8."),
        ("<html/>", 400, "The file is not TBX"),
        ("", 400, "The file is empty."),
        (f"{HEADER}\n" + "x" * 300, 413, "The body is larger than 300 bytes."),
    ],
)
def test_file_that_cannot_be_read_is_refused(
    as_owner: Client, address: str, settings: Settings, content: str | bytes, status: int, sentence: str
) -> None:
    settings.BODY_LIMIT = 300

    answer = as_owner.post(address, {"file": file_of(content)})

    assert answer.status_code == status
    assert sentence in answer.content.decode()


def test_file_has_to_be_chosen(as_owner: Client, address: str) -> None:
    assert "Choose a file." in as_owner.post(address, {}).content.decode()


def test_export_has_no_formula_and_no_markup(as_owner: Client, engine: Engine) -> None:
    make_term(engine, "=cmd()", HOSTILE)

    as_csv, as_tbx = (as_owner.get(address_of(engine, f"glossary/export.{name}")) for name in ("csv", "tbx"))

    rows = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"))))
    assert (rows[0]["sourceText"], rows[0]["targetText"]) == ("'=cmd()", HOSTILE)
    assert HOSTILE.encode() not in as_tbx.content
    for answer, kind in ((as_csv, "text/csv; charset=utf-8"), (as_tbx, "application/x-tbx+xml")):
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert as_owner.get(address_of(engine, "glossary/export.exe")).status_code == 404
