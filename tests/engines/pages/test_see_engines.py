"""Who sees the list of engines and their tabs, and what the others are told."""

import pytest
from django.test import Client

from engines.models import Engine, GlossaryItem
from organizations.models import Organization, User
from tests.factories import make_engine, make_member
from tests.localization.pages.people import HOSTILE, browser, make_editor, page_of
from tests.localization.steps import make_group

TABS = ["", "/models", "/settings", "/pipeline"]


def statuses(user: User | None, engine: Engine) -> list[int]:
    client = browser(user)
    return [client.get(f"/orgs/{engine.organization_id}/engines/{engine.pk}{tab}").status_code for tab in TABS]


def test_owner_and_full_access_see_every_tab(organization: Organization, owner: User, engine: Engine) -> None:
    assert statuses(owner, engine) == [200] * 4
    assert statuses(make_member(organization).user, engine) == [200] * 4


def test_editor_of_one_engine_sees_that_one_alone(organization: Organization, engine: Engine) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    editor = make_editor(organization, engine)

    assert statuses(editor, engine) == [200] * 4
    assert statuses(editor, other) == [404] * 4
    listed = page_of(browser(editor), f"/orgs/{organization.pk}/engines")
    assert engine.pk in listed
    assert other.pk not in listed
    assert "New engine" not in listed


def test_member_without_an_engine_is_told_what_is_missing(reviewer: User, engine: Engine) -> None:
    answer = browser(reviewer).get(f"/orgs/{engine.organization_id}/engines")

    assert answer.status_code == 403
    assert "This needs the permission engine:access." in answer.content.decode()
    assert statuses(reviewer, engine) == [403] * 4


def test_stranger_finds_nothing_and_a_visitor_is_asked_to_log_in(stranger: User, engine: Engine) -> None:
    assert statuses(stranger, engine) == [404] * 4
    assert statuses(None, engine) == [302] * 4


def test_engine_of_another_organization_is_not_there(organization: Organization, owner: User, stranger: User) -> None:
    foreign = make_engine(stranger.memberships.get().organization)

    assert browser(owner).get(f"/orgs/{organization.pk}/engines/{foreign.pk}").status_code == 404


def test_list_says_what_each_engine_has(as_owner: Client, organization: Organization, engine: Engine) -> None:
    GlossaryItem.objects.bulk_create(GlossaryItem(engine=engine, source_text=f"term {number}") for number in range(3))
    make_group(organization, engine=engine)
    make_engine(organization, name="Off", is_default=False, enabled=False)

    rows = as_owner.get(f"/orgs/{organization.pk}/engines").context["rows"]

    assert [(row.engine.name, row.models, row.contents.glossary, row.contents.memory, row.contents.last_used_at is not None) for row in rows] == [
        ("Off", ["pseudo:pseudo"], 0, 0, False),
        ("Website", ["pseudo:pseudo"], 3, 0, True),
    ]


def test_empty_list_leads_to_the_first_engine(organization: Organization, as_owner: Client) -> None:
    empty = page_of(as_owner, f"/orgs/{organization.pk}/engines")

    assert "No engines yet" in empty
    assert empty.count(f"/orgs/{organization.pk}/engines/new") == 2


@pytest.mark.parametrize("tab", TABS)
def test_names_and_texts_stay_texts(as_owner: Client, address: str, engine: Engine, tab: str) -> None:
    Engine.objects.filter(pk=engine.pk).update(name=HOSTILE, description=HOSTILE)
    engine.model_configs.update(model=HOSTILE)

    shown = page_of(as_owner, f"{address}{tab}")

    assert HOSTILE not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("tab", ["list", *TABS])
def test_pages_take_few_queries(as_owner: Client, organization: Organization, engine: Engine, tab: str, django_assert_max_num_queries) -> None:
    for number in range(12):
        make_engine(organization, name=f"Engine {number}", is_default=False)
    address = f"/orgs/{organization.pk}/engines"

    with django_assert_max_num_queries(15):
        page_of(as_owner, address if tab == "list" else f"{address}/{engine.pk}{tab}")
