"""The memory of an engine as a file over REST; what TMX holds is tested with `engines.tmx`."""

import json

from engines.memory import NewEntry, remember
from engines.models import Engine, MemoryEntry
from organizations.models import AuditEvent
from tests.api import Api, invalid, not_found, refusal
from tests.engines.management.calls import nothing_written, version_of
from tests.engines.management.files import send
from tests.factories import NOW

TMX = "application/x-tmx+xml"


def row(source: str, target: str, locale: str = "de") -> str:
    return f'<tu><tuv xml:lang="en"><seg>{source}</seg></tuv><tuv xml:lang="{locale}"><seg>{target}</seg></tuv></tu>'


def tmx(*rows: str) -> str:
    return f'<tmx version="1.4"><header srclang="en"/><body>{"".join(rows)}</body></tmx>'


def memory_of(engine: Engine) -> list[tuple[str, ...]]:
    return list(engine.memory.order_by("id").values_list("source_locale", "target_locale", "source_text", "target_text", "origin"))


def test_what_goes_out_comes_in_as_it_was(api: Api, engine: Engine, other_engine: Engine) -> None:
    human = MemoryEntry.Origin.HUMAN
    remember([NewEntry(engine.pk, "en", "de", text, "", "", f"{text} & <b>", human, 0, "Rita") for text in ("Save", "Open")], NOW)

    exported = api.client.get(f"/engines/{engine.pk}/memory/export")
    answer = send(api, other_engine, exported.content, TMX, noun="memory")

    assert (exported.status_code, exported.headers["Content-Type"]) == (200, TMX)
    assert exported.headers["Content-Disposition"] == f'attachment; filename="{engine.pk}.tmx"'
    assert answer.shown == (200, {"imported": 2})
    assert memory_of(other_engine) == memory_of(engine)


def test_import_is_in_the_audit_log_and_changes_no_layer(api: Api, engine: Engine) -> None:
    assert send(api, engine, tmx(row("Save", "Sichern")), "application/xml", noun="memory").shown == (200, {"imported": 1})

    audit = AuditEvent.objects.latest("sequence")
    assert (audit.action, audit.target_id, json.loads(audit.detail)) == ("memory.imported", engine.pk, {"format": "tmx", "imported": 1})
    assert version_of(engine) == 1
    assert engine.memory.get().made_by == "Olive Owner"


def test_bad_rows_are_named_and_nothing_is_imported(api: Api, engine: Engine) -> None:
    content = tmx(row("Save", "Sichern"), row("Open", " "), row("Close", "x", "english"))

    with nothing_written():
        answer = send(api, engine, content, TMX, noun="memory")

    errors = [
        {"path": "rows[1]", "message": "The text for de is empty. (Row 2.)"},
        {"path": "rows[2]", "message": "Unknown language subtag 'english'. (Row 3.)"},
    ]
    assert answer.shown == refusal(400, "BadRequestError", "bad_rows", answer.body["message"], errors=errors)


def test_file_that_is_no_memory_is_refused(api: Api, engine: Engine) -> None:
    with nothing_written():
        answers = [send(api, engine, content, TMX, noun="memory") for content in ("", "<html/>")]

    assert answers[0].shown == invalid(("", "The file is empty."), code="bad_file")
    assert (answers[1].status, answers[1].body["code"]) == (400, "bad_file")


def test_strangers_memory_is_neither_read_nor_written(foreign_api: Api, engine: Engine) -> None:
    with nothing_written():
        answers = [foreign_api.get(f"/engines/{engine.pk}/memory/export"), send(foreign_api, engine, tmx(), TMX, noun="memory")]

    assert [answer.shown for answer in answers] == [not_found("engine", "engine", engine.pk)] * 2
