"""The memory's tab: what is found, in which order, and that a page looks at a bounded part of a large memory."""

import pytest
from django.test import Client

from engines.models import Engine
from engines.pages import memory_search
from organizations.models import Organization
from tests.engines.pages.knowledge import HUMAN, address_of, make_entry
from tests.factories import make_engine
from tests.localization.pages.people import HOSTILE, page_of


@pytest.fixture
def address(engine: Engine) -> str:
    return address_of(engine, "memory")


def shown(client: Client, address: str, **query: object) -> list[str]:
    """The source texts on the page, in order."""
    return [row.entry.source_text for row in client.get(address, query).context["rows"]]


def test_empty_memory_says_how_it_fills(as_owner: Client, address: str) -> None:
    page = page_of(as_owner, address)

    assert "Nothing is remembered yet" in page
    assert "Delete what machines made" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Open", "Save"]),
        ({"q": "SAV"}, ["Save"]),
        ({"q": "öff"}, ["Open"]),
        ({"q": "ÖFF"}, ["Open"]),
        ({"q": "%"}, []),
        ({"origin": "human"}, ["Open"]),
        ({"origin": "machine"}, ["Save"]),
        ({"target": "FR"}, ["Open"]),
        ({"source": "en", "target": "de"}, ["Save"]),
        ({"q": "open", "origin": "machine"}, []),
    ],
)
def test_filters_find_entries(
    as_owner: Client, address: str, engine: Engine, organization: Organization, query: dict[str, str], found: list[str]
) -> None:
    make_entry(engine, "Save", "Sichern")
    make_entry(engine, "Open", "Öffnen", origin=HUMAN, target_locale="fr")
    make_entry(make_engine(organization, name="Other", is_default=False), "Save elsewhere", "Öffnen")

    assert shown(as_owner, address, **query) == found


def test_entry_names_who_or_what_made_it_and_whether_it_still_holds(as_owner: Client, address: str, engine: Engine) -> None:
    make_entry(engine, "Save")
    make_entry(engine, "Open", origin=HUMAN)
    Engine.objects.update(layers_version=2)

    page = page_of(as_owner, address)

    assert '<span class="il-made-by" dir="auto">openai:gpt-x</span> (machine)' in page
    assert '<span class="il-made-by" dir="auto">Rita</span> (person)' in page
    assert page.count("not used any more") == 1


def test_pages_meet_while_entries_are_added(as_owner: Client, address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_search, "PAGE_SIZE", 2)
    for name in "ABC":
        make_entry(engine, name)

    first = as_owner.get(address).context["page"]
    make_entry(engine, "D")
    second = as_owner.get(address, {"before": first.older}).context["page"]

    assert [entry.source_text for entry in first.rows] == ["C", "B"]
    assert [entry.source_text for entry in second.rows] == ["A"]
    assert second.older is None
    assert shown(as_owner, address, after=second.newer) == ["C", "B"]


def test_search_goes_on_where_a_page_stopped_looking(as_owner: Client, address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_search, "SEARCHED", 3)
    for name in ("Found 1", "x1", "x2", "x3", "x4", "Found 2", "x5"):
        make_entry(engine, name)

    places, found = [""], []
    while places[-1] is not None:
        context = as_owner.get(address, {"q": "found", "before": places[-1]}).context
        found.append([row.entry.source_text for row in context["rows"]])
        places.append(context["page"].older)

    assert found == [["Found 2"], [], ["Found 1"]]
    assert "the search goes on below" in page_of(as_owner, address, q="found", before=places[1])
    back = as_owner.get(address, {"q": "found", "after": engine.memory.earliest("id").pk}).context
    assert ([row.entry.source_text for row in back["rows"]], back["is_cut"]) == ([], True)
    assert shown(as_owner, address, q="found", after=back["page"].newer) == ["Found 2"]


@pytest.mark.parametrize("place", ["x", "-1", "9" * 30, "٣"])
def test_place_that_is_none_is_the_beginning(as_owner: Client, address: str, engine: Engine, place: str) -> None:
    make_entry(engine)

    assert shown(as_owner, address, before=place, after=place) == ["Save"]


def test_filter_that_means_nothing_is_named_and_filters_nothing(as_owner: Client, address: str, engine: Engine) -> None:
    make_entry(engine)

    assert "Unknown language subtag" in page_of(as_owner, address, target="english")
    assert shown(as_owner, address, target="english", origin="both") == ["Save"]


def test_texts_carry_their_language_and_are_inert(as_owner: Client, address: str, engine: Engine) -> None:
    entry = make_entry(engine, HOSTILE, f"{HOSTILE} حفظ", target_locale="ar", hint=HOSTILE, made_by=HOSTILE)

    page = page_of(as_owner, address)
    assert HOSTILE not in page
    assert '<div class="il-text" lang="ar" dir="rtl">' in page
    assert HOSTILE not in page_of(as_owner, f"{address}/{entry.pk}")
    assert HOSTILE.encode() not in as_owner.get(f"{address}/export.tmx").content
