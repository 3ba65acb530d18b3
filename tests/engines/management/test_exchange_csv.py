"""Glossaries as CSV: out and in again, as spreadsheets save it, as people write it, and what is refused."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from engines.management.files.csv_file import read_csv, write_csv
from engines.management.files.rows import MEMBERS
from engines.models import Engine, GlossaryItem
from organizations.models import AuditEvent
from tests.api import Api, invalid, not_found, refusal
from tests.engines.management.calls import GLOSSARY, nothing_written, version_of
from tests.engines.management.files import CSV, HEADER, export, send, terms_of

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''=1",
    "'+",
    "'quoted'",
    "'",
    "O'Neill",
    "",
    "a=b",
]


def fill(api: Api, engine: Engine) -> list[tuple[str, ...]]:
    GLOSSARY.add(api, engine, sourceText='say "hi", now;\nthen', targetText="=cmd()", hint="-x")
    GLOSSARY.add(api, engine, sourceText="カート🛒", targetText="'=1", targetLocale="*")
    GLOSSARY.add(api, engine, **GLOSSARY.other)
    return terms_of(engine)


def test_export_is_a_file_that_spreadsheets_open(api: Api, engine: Engine) -> None:
    fill(api, engine)

    response = api.client.get(f"/engines/{engine.pk}/glossary/export")

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="glossary-{engine.pk}.csv"'
    assert response.content.decode() == (
        '\ufeff"sourceLocale","targetLocale","sourceText","targetText","type","hint"\r\n'
        '"en","de","say ""hi"", now;\nthen","\'=cmd()","custom_translation","\'-x"\r\n'
        '"en","*","カート🛒","\'\'=1","custom_translation","shop"\r\n'
        '"*","fr","Acme","","non_translatable",""\r\n'
    )


@pytest.mark.parametrize("file_format", ["csv", "tbx"])
def test_what_goes_out_comes_in_as_it_was(api: Api, engine: Engine, other_engine: Engine, file_format: str) -> None:
    terms = fill(api, engine)
    exported = export(api, engine, file_format)
    media_type = {"csv": CSV, "tbx": "application/x-tbx+xml"}[file_format]

    answer = send(api, other_engine, exported, media_type)

    assert answer.shown == (200, {"added": 3, "unchanged": 0, "removed": 0})
    assert terms_of(other_engine) == terms
    with nothing_written():
        for mode in ("add", "replace"):
            assert send(api, engine, exported, media_type, mode=mode).shown == (200, {"added": 0, "unchanged": 3, "removed": 0})


@given(st.lists(st.lists(st.sampled_from(FORMULAS) | st.text(st.characters(codec="utf-8")), min_size=6, max_size=6), max_size=5))
def test_every_text_survives_a_file(rows: list[list[str]]) -> None:
    members = [{**dict(zip(MEMBERS, row, strict=True)), "type": "custom_translation"} for row in rows]

    assert [row.values for row in read_csv(write_csv(members))] == members


@given(st.sampled_from(FORMULAS) | st.text(st.characters(codec="utf-8")))
def test_no_cell_of_an_export_is_a_formula(text: str) -> None:
    content = write_csv([dict.fromkeys(MEMBERS, text)]).decode("utf-8-sig")

    _, cells = csv.reader(io.StringIO(content, newline=""))
    assert not cells[0].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def test_adding_keeps_what_is_there_and_replacing_removes_the_rest(api: Api, engine: Engine) -> None:
    fill(api, engine)
    kept = engine.glossary_items.get(type="non_translatable").pk
    content = f"{HEADER}\n*,fr,Acme,,non_translatable,\nen,de,new,neu,custom_translation,\nen,de,new,neu,custom_translation,\n"

    added = send(api, engine, content, mode="add")
    version = version_of(engine)
    replaced = send(api, engine, content, mode="replace")

    assert added.shown == (200, {"added": 2, "unchanged": 1, "removed": 0})
    assert replaced.shown == (200, {"added": 0, "unchanged": 3, "removed": 2})
    assert version_of(engine) == version + 1
    new = ("en", "de", "new", "neu", "custom_translation", "")
    assert terms_of(engine) == [("*", "fr", "Acme", "", "non_translatable", ""), new, new]
    assert engine.glossary_items.filter(pk=kept).exists()
    audit = AuditEvent.objects.latest("sequence")
    assert (audit.action, audit.target_type, audit.target_id) == ("glossary.imported", "engine", engine.pk)
    sizes = {"before": {"items": 5}, "after": {"items": 3}}
    assert json.loads(audit.detail) == {"mode": "replace", "format": "csv", "added": 0, "removed": 2, **sizes}


@pytest.mark.parametrize(
    "content",
    [
        "sourceText,targetText\ncart,Korb\n",
        "\ufefftargetText;sourceText\r\nKorb;cart\r\n\r\n",
        "sourceText\ttargetText\n cart \tKorb",
        '"targetText","type","sourceText"\n"Korb","","cart"\n',
        "sourceText,targetText\ncart,Korb\n".encode("utf-16"),
    ],
    ids=["written by hand", "semicolons, other order", "tabs, white space", "quoted, no type", "UTF-16"],
)
def test_file_of_a_spreadsheet_or_by_hand_is_read(api: Api, engine: Engine, content: str | bytes) -> None:
    answer = send(api, engine, content)

    assert answer.shown == (200, {"added": 1, "unchanged": 0, "removed": 0})
    assert terms_of(engine) == [("*", "*", "cart", "Korb", "custom_translation", "")]


def test_bad_rows_are_named_one_by_one_and_nothing_is_imported(api: Api, engine: Engine) -> None:
    rows = [
        'en,de,good,"gut\nja",custom_translation,',
        "en,xx-,,x,custom_translation,",
        "",
        "en,de,term,,custom_translation,",
        "en,de,term,x,non_translatable,",
        "en,de,term,x,synonym,",
        "en,de,term",
        f"EN_us,,term,{'x' * 501},custom_translation,a\x00b",
    ]

    with nothing_written():
        answers = [send(api, engine, "\n".join([HEADER, *rows]), mode=mode) for mode in ("add", "replace")]

    problems = [
        ("rows[1].targetLocale", "'xx-' is not a well-formed BCP-47 locale. (Line 4.)"),
        ("rows[1].sourceText", "Must not be empty. (Line 4.)"),
        ("rows[2].targetText", "A custom_translation needs one. (Line 6.)"),
        ("rows[3].targetText", "A non_translatable term has none. (Line 7.)"),
        ("rows[4].type", "Must be one of: custom_translation, non_translatable. (Line 8.)"),
        ("rows[5]", "Has 3 cells where the header has 6. (Line 9.)"),
        ("rows[6].targetLocale", "The locale is empty. (Line 10.)"),
        ("rows[6].targetText", "Must have at most 500 characters. (Line 10.)"),
        ("rows[6].hint", "Must not have control characters. (Line 10.)"),
    ]
    errors = [{"path": path, "message": message} for path, message in problems]
    expected = refusal(400, "BadRequestError", "bad_rows", "Nothing was imported: 6 of 7 rows cannot be.", errors=errors)
    assert [answer.shown for answer in answers] == [expected] * 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "The file is empty."),
        (" \r\n", "The file is empty."),
        ("sourceText,target\n", f"Unknown column 'target': the columns are {', '.join(MEMBERS)}."),
        ("sourceText,sourceText\n", "A column is there twice."),
        ("targetText\nKorb\n", "The column sourceText is missing."),
        ('sourceText\n"cart\n', "Line 2 is not well-formed CSV."),
        ('sourceText\n"cart"x\n', "Line 2 is not well-formed CSV."),
        (b"sourceText\n\xff\n", "The file is not in UTF-8."),
        (b"\xff\xfea", "The file is not in UTF-8."),
        ("sourceText\n" + "x\n" * 10_001, "The file has more than 10,000 rows."),
    ],
)
def test_file_that_is_no_glossary_is_refused(api: Api, engine: Engine, content: str | bytes, message: str) -> None:
    with nothing_written():
        answer = send(api, engine, content)

    assert answer.shown == invalid(("", message), code="bad_file")


def test_glossary_does_not_grow_past_its_limit(api: Api, engine: Engine) -> None:
    GlossaryItem.objects.bulk_create(
        [GlossaryItem(engine=engine, source_text=str(number), target_text="x") for number in range(9_999)], batch_size=1000
    )
    content = "sourceText,targetText\na,b\nc,d\n"

    with nothing_written():
        answer = send(api, engine, content)

    assert answer.shown == refusal(409, "ConflictError", "too_many_glossary", "An engine has at most 10,000 glossary items.")
    assert send(api, engine, content, mode="replace").shown == (200, {"added": 2, "unchanged": 0, "removed": 9_999})


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "multipart/form-data", "application/vnd.ms-excel"])
@pytest.mark.parametrize("noun", ["glossary", "memory"])
def test_other_content_types_are_refused(api: Api, engine: Engine, media_type: str, noun: str) -> None:
    with nothing_written():
        answer = send(api, engine, "x", media_type, noun=noun)

    assert (answer.status, answer.body["_tag"]) == (415, "UnsupportedMediaTypeError")


def test_encoded_and_oversized_files_are_refused(api: Api, engine: Engine, settings: Any) -> None:
    settings.BODY_LIMIT = 20

    with nothing_written():
        encoded = send(api, engine, "x", headers={"Content-Encoding": "gzip"})
        large = send(api, engine, "x" * 21)

    assert encoded.shown == refusal(415, "UnsupportedMediaTypeError", "unsupported_encoding", "Send the body without Content-Encoding.")
    assert large.shown == refusal(413, "PayloadTooLargeError", "payload_too_large", "The body is larger than 20 bytes.")


@pytest.mark.parametrize(("mode", "message"), [("merge", "Must be one of: add, replace."), ("", "Must be one of: add, replace.")])
def test_other_modes_and_formats_are_refused(api: Api, engine: Engine, mode: str, message: str) -> None:
    with nothing_written():
        assert send(api, engine, "sourceText\n", mode=mode).shown == invalid(("mode", message))
    path = f"/engines/{engine.pk}/glossary/export"
    assert api.get(path, format=mode or "xlsx").shown == invalid(("format", "Must be one of: csv, tbx."))


def test_strangers_glossary_is_neither_read_nor_written(foreign_api: Api, engine: Engine) -> None:
    with nothing_written():
        answers = [foreign_api.get(f"/engines/{engine.pk}/glossary/export"), send(foreign_api, engine, "sourceText,targetText\na,b\n")]

    assert [answer.shown for answer in answers] == [not_found("engine", "engine", engine.pk)] * 2


def test_import_makes_as_many_queries_for_one_row_as_for_many(api: Api, engine: Engine) -> None:
    counts = []
    for rows in (1, 400):
        content = "sourceText,targetText\n" + "".join(f"{rows} {number},x\n" for number in range(rows))
        send(api, engine, "sourceText,targetText\nold,x\n", mode="replace")
        with CaptureQueriesContext(connection) as captured:
            assert send(api, engine, content, mode="replace").status == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]
