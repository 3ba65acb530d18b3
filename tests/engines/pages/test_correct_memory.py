"""Entries of the memory are corrected, deleted and exchanged by people."""

import json

import pytest
from django.test import Client

from engines.memory import look_up
from engines.models import Engine, MemoryEntry
from organizations.models import AuditEvent, Organization
from tests.engines.pages.knowledge import HUMAN, MACHINE, address_of, edit_form, file_of, make_entry, make_term, version_of
from tests.factories import make_engine
from tests.localization.pages.people import HOSTILE, page_of

TMX = '<tmx version="1.4"><header srclang="en"/><body>{}</body></tmx>'
ROW = '<tu><tuv xml:lang="en"><seg>Save</seg></tuv><tuv xml:lang="{}"><seg>{}</seg></tuv></tu>'


@pytest.fixture(autouse=True)
def strict(engine: Engine) -> None:
    """A model that is excused from no check."""
    engine.model_configs.update(provider="openai")


@pytest.fixture
def address(engine: Engine) -> str:
    return address_of(engine, "memory")


def correct(client: Client, entry: MemoryEntry, text: str, **fields: object) -> int:
    address = address_of(entry.engine, "memory", entry.pk)
    return client.post(address, edit_form(client, address, text=text) | fields).status_code


def entries(engine: Engine) -> list[tuple[str, str, str]]:
    return list(engine.memory.order_by("id").values_list("origin", "target_text", "made_by"))


def test_corrected_entry_is_the_persons_and_goes_first(as_owner: Client, engine: Engine, address: str) -> None:
    entry = make_entry(engine, "Save", "Sparen", context="Of a file.", hint="Button")

    assert correct(as_owner, entry, "Sichern") == 302

    assert entries(engine) == [(HUMAN, "Sichern", "Olive Owner")]
    assert look_up(engine.pk, "en", "de", {"key": ("Save", "Button")}, "Of a file.", 99)["key"].text == "Sichern"
    audit = AuditEvent.objects.latest("sequence")
    assert (audit.action, audit.target_id) == ("memory_entry.corrected", str(entry.pk))
    assert "Sparen" not in audit.detail
    assert version_of(engine) == 1


def test_persons_entry_is_corrected_in_place(as_owner: Client, engine: Engine) -> None:
    entry = make_entry(engine, "Save", "Sparen", origin=HUMAN)

    correct(as_owner, entry, "Sichern")

    assert list(engine.memory.values_list("id", "target_text", "made_by")) == [(entry.pk, "Sichern", "Olive Owner")]


def test_line_ends_of_a_browser_are_no_change(as_owner: Client, engine: Engine) -> None:
    entry = make_entry(engine, "One.\r\nTwo.", "Eins.\r\nZwei.", origin=HUMAN)

    assert correct(as_owner, entry, "Eins.\r\nZwei.") == 302

    assert entries(engine) == [(HUMAN, "Eins.\r\nZwei.", "Rita")]


def test_error_blocks(as_owner: Client, engine: Engine, address: str) -> None:
    entry = make_entry(engine, "Save {name}", "Sichere {name}")
    form = edit_form(as_owner, f"{address}/{entry.pk}", text="Sichern")

    answer = as_owner.post(f"{address}/{entry.pk}", {**form, "seen_warning": ["placeholder", "error"]})

    assert answer.status_code == 400
    assert [(one.finding.code, one.is_error) for one in answer.context["findings"]] == [("placeholder", True)]
    assert answer.context["form"]["text"].value() == "Sichern"
    assert entries(engine) == [(MACHINE, "Sichere {name}", "openai:gpt-x")]


def test_term_of_the_glossary_blocks_too(as_owner: Client, engine: Engine) -> None:
    make_term(engine, "Cart", "Warenkorb")

    assert correct(as_owner, make_entry(engine, "Open the cart", "Warenkorb öffnen"), "Korb öffnen") == 400


def test_warning_needs_a_tick(as_owner: Client, engine: Engine, address: str) -> None:
    entry = make_entry(engine, "Costs 5 dollars", "Kostet 5 Dollar")

    assert correct(as_owner, entry, "Kostet 6 Dollar") == 400
    assert correct(as_owner, entry, "Kostet 6 Dollar", seen_warning="number") == 302

    assert entries(engine) == [(HUMAN, "Kostet 6 Dollar", "Olive Owner")]


def test_correction_over_somebody_elses_is_refused_and_keeps_what_was_typed(as_owner: Client, engine: Engine, address: str) -> None:
    entry = make_entry(engine, "Save", "Sparen", origin=HUMAN)
    form = edit_form(as_owner, f"{address}/{entry.pk}", text="Sichern")
    make_entry(engine, "Save", "Speichern", origin=HUMAN)

    answer = as_owner.post(f"{address}/{entry.pk}", form)

    assert answer.status_code == 409
    assert "<del>Sparen</del> <ins>Speichern</ins>" in answer.content.decode()
    assert answer.context["form"]["text"].value() == "Sichern"
    assert entries(engine) == [(HUMAN, "Speichern", "Rita")]


def test_persons_decision_is_not_replaced_by_way_of_a_machines_entry(as_owner: Client, engine: Engine, address: str) -> None:
    machine, human = make_entry(engine, "Save", "Sparen"), make_entry(engine, "Save", "Sichern", origin=HUMAN)

    assert f'href="{address}/{human.pk}"' in page_of(as_owner, f"{address}/{machine.pk}")
    assert correct(as_owner, machine, "Retten") == 409
    assert entries(engine) == [(MACHINE, "Sparen", "openai:gpt-x"), (HUMAN, "Sichern", "Rita")]


def test_text_is_bounded(as_owner: Client, engine: Engine) -> None:
    assert correct(as_owner, make_entry(engine), "x" * 50_001) == 400


def test_entry_is_deleted_as_it_was_seen(as_owner: Client, engine: Engine, address: str) -> None:
    entry = make_entry(engine)
    tag = as_owner.get(address).context["rows"][0].tag
    make_entry(engine, target="Speichern")
    assert "was not deleted" in as_owner.post(f"{address}/{entry.pk}/delete", {"tag": tag}, follow=True).content.decode()

    answer = as_owner.post(f"{address}/{entry.pk}/delete?q=x", {"tag": as_owner.get(address).context["rows"][0].tag})

    assert answer.headers["Location"] == f"{address}?q=x"
    assert entries(engine) == []
    assert AuditEvent.objects.latest("sequence").action == "memory_entry.deleted"


def test_what_machines_made_is_forgotten_by_name(as_owner: Client, engine: Engine, address: str, organization: Organization) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    for text in ("Save", "Open"):
        make_entry(engine, text)
    make_entry(engine, "Close", "Zu", origin=HUMAN)
    make_entry(other)

    refused = as_owner.post(f"{address}/forget", {"name": "Other"})
    assert (refused.status_code, engine.memory.count()) == (400, 3)
    assert "Nothing was deleted" in refused.content.decode()
    as_owner.post(f"{address}/forget", {"name": " Website "})

    assert entries(engine) == [(HUMAN, "Zu", "Rita")]
    assert other.memory.count() == 1
    audit = AuditEvent.objects.latest("sequence")
    assert (audit.action, json.loads(audit.detail)) == ("memory.machine_entries_deleted", {"deleted": 2})


def test_memory_comes_in_and_goes_out_as_tmx(as_owner: Client, engine: Engine, address: str) -> None:
    done = as_owner.post(f"{address}/import", {"file": file_of(TMX.format(ROW.format("de", "Sichern")), "m.tmx")}, follow=True)

    assert "Translations imported: 1." in done.content.decode()
    assert entries(engine) == [(HUMAN, "Sichern", "Olive Owner")]
    exported = as_owner.get(f"{address}/export.tmx")
    assert exported.headers["Content-Disposition"] == f'attachment; filename="memory-{engine.pk}.tmx"'
    assert b"<seg>Sichern</seg>" in exported.content


def test_bad_rows_of_a_tmx_are_named_and_nothing_is_written(as_owner: Client, engine: Engine, address: str) -> None:
    rows = ROW.format("de", "Sichern") + ROW.format("de", " ") + ROW.format("english", HOSTILE.replace("<", "&lt;"))

    answer = as_owner.post(f"{address}/import", {"file": file_of(TMX.format(rows), "m.tmx")})

    assert answer.status_code == 400
    assert [problem.path for problem in answer.context["problems"]] == ["rows[1]", "rows[2]"]
    assert HOSTILE not in answer.content.decode()
    assert entries(engine) == []
    broken = as_owner.post(f"{address}/import", {"file": file_of("<tmx>", "m.tmx")})
    assert "not well-formed XML" in broken.content.decode()
