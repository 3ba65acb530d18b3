"""Who reaches the tabs about what an engine knows, and how many queries each takes."""

import pytest
from django.test import Client

from engines.models import Engine, ModelConfig
from organizations.models import Organization, User
from tests.engines.pages.knowledge import address_of, make_entry, make_term
from tests.factories import make_engine
from tests.localization.pages.people import browser, make_editor, make_manager

TABS = ["glossary", "glossary/new", "glossary/import", "instructions", "brand-voices", "memory", "memory/import", "playground"]
FILES = ["glossary/export.csv", "glossary/export.tbx", "memory/export.tmx"]
ACTS = ["glossary/{term}/delete", "glossary/{term}/restore", "memory/{entry}/delete", "memory/forget", "playground"]


@pytest.mark.parametrize("part", [*TABS, *FILES])
def test_editor_of_the_engine_sees_it_and_others_do_not(part: str, engine: Engine, organization: Organization, stranger: User) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    people = {"editor": make_editor(organization, engine), "of another": make_editor(organization, other, name="Other"), "stranger": stranger}
    answers = {name: browser(person).get(address_of(engine, part)).status_code for name, person in people.items()}

    assert answers == {"editor": 200, "of another": 404, "stranger": 404}
    assert browser(make_manager(organization)).get(address_of(engine, part)).status_code == 403
    assert Client().get(address_of(engine, part)).status_code == 302


@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_may_act_and_no_act_is_a_link(act: str, engine: Engine, organization: Organization, stranger: User, owner: User) -> None:
    term, entry = make_term(engine), make_entry(engine)
    address = address_of(engine, act.format(term=term.pk, entry=entry.pk))

    assert browser(stranger).post(address).status_code == 404
    assert browser(make_manager(organization)).post(address).status_code == 403
    assert browser(owner).get(address).status_code == (200 if act == "playground" else 405)
    assert (engine.glossary_items.count(), engine.memory.count()) == (1, 1)


@pytest.mark.parametrize("part", [*TABS, "glossary?q=a&locale=de&deleted=gls_0123456789abcdefghj", "memory?q=ä&origin=human&before=99999"])
def test_tab_takes_few_queries_however_much_is_there(part: str, engine: Engine, owner: User, django_assert_max_num_queries) -> None:
    for number in range(30):
        make_term(engine, f"Term {number}")
        make_entry(engine, f"Text {number}")
        ModelConfig.objects.create(engine=engine, provider="openai", model=f"gpt-{number}", rank=2)
    client = browser(owner)

    with django_assert_max_num_queries(15):
        assert client.get(address_of(engine, part)).status_code == 200


@pytest.mark.parametrize("part", ["glossary/gls_0000000000000000000", "glossary/x", "memory/0", "memory/99999999999999999999", "memory/x"])
def test_what_is_not_there_is_404(part: str, engine: Engine, owner: User) -> None:
    assert browser(owner).get(address_of(engine, part)).status_code == 404


def test_item_of_another_engine_is_404(engine: Engine, organization: Organization, owner: User) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    term, entry = make_term(other), make_entry(other)

    for part in (f"glossary/{term.pk}", f"memory/{entry.pk}"):
        assert browser(owner).get(address_of(engine, part)).status_code == 404
        assert browser(owner).get(address_of(other, part)).status_code == 200
