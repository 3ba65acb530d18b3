"""The translation memory: what is a hit, who goes before whom, what replaces what."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from engines.memory import Known, NewEntry, look_up, remember
from engines.models import Engine, MemoryEntry
from organizations.models import Organization
from tests.factories import NOW, make_engine

HUMAN, MACHINE = MemoryEntry.Origin.HUMAN, MemoryEntry.Origin.MACHINE


@pytest.fixture
def engine(organization: Organization) -> Engine:
    return make_engine(organization)


@pytest.fixture
def entry(engine: Engine) -> NewEntry:
    return NewEntry(engine.pk, "en", "de", "Save", "", "", "Sichern", MACHINE, 1, "openai:small")


def find(engine: Engine, text: str = "Save", *, hint: str = "", context: str = "", version: int = 1, target: str = "de") -> Known | None:
    return look_up(engine.pk, "en", target, {"key": (text, hint)}, context, version).get("key")


def test_a_remembered_text_is_found_by_its_whole_key_only(engine: Engine, entry: NewEntry) -> None:
    remember([replace(entry, hint="Cart", context="A shop.")], NOW)

    assert find(engine, hint="Cart", context="A shop.") == Known("Sichern", MACHINE)
    assert find(engine, hint="Cart") is None
    assert find(engine, context="A shop.") is None
    assert find(engine, "save", hint="Cart", context="A shop.") is None
    assert find(engine, hint="Cart", context="A shop.", target="de-AT") is None


def test_a_machines_entry_holds_for_its_layers_and_a_persons_for_all(engine: Engine, entry: NewEntry) -> None:
    remember([entry], NOW)
    assert find(engine, version=2) is None

    remember([replace(entry, origin=HUMAN, translation="Speichern", layers_version=0)], NOW)

    assert find(engine, version=1) == find(engine, version=2) == Known("Speichern", HUMAN)


def test_a_candidate_that_does_not_pass_gives_way_to_the_next(engine: Engine, entry: NewEntry) -> None:
    remember([entry, replace(entry, origin=HUMAN, translation="Speichern")], NOW)

    found = look_up(engine.pk, "en", "de", {"key": ("Save", "")}, "", 1, passes=lambda key, text: text == "Sichern")

    assert found == {"key": Known("Sichern", MACHINE)}


def test_a_newer_translation_replaces_the_older_of_its_origin(engine: Engine, entry: NewEntry) -> None:
    remember([entry], NOW)

    remember([replace(entry, translation="lost"), replace(entry, translation="Speichern", layers_version=2)], NOW + timedelta(days=1))

    stored = MemoryEntry.objects.values_list("target_text", "layers_version", "created_at", "updated_at").get()
    assert stored == ("Speichern", 2, NOW, NOW + timedelta(days=1))


def test_thousands_are_looked_up_in_one_query(engine: Engine, entry: NewEntry, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    texts = [f"Text {number}" for number in range(5000)]
    remember([replace(entry, text=text, translation=text.upper()) for text in texts], NOW)

    with django_assert_num_queries(1):
        found = look_up(engine.pk, "en", "de", {text: (text, "") for text in texts}, "", 1)

    assert {key: known.text for key, known in found.items()} == {text: text.upper() for text in texts}


def test_entries_of_an_engine_that_is_gone_are_dropped(engine: Engine, entry: NewEntry) -> None:
    remember([entry, replace(entry, engine_id="eng_0000000000000000000")], NOW)

    assert list(MemoryEntry.objects.values_list("engine_id", flat=True)) == [engine.pk]


def test_nothing_to_look_up_or_remember_needs_no_query(engine: Engine, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        remember([], NOW)
        assert look_up(engine.pk, "en", "de", {}, "", 1) == {}
