"""The way from one organization to another, which keeps to the page where the person may see it."""

import re

import pytest

from engines.models import Engine
from organizations.models import Organization, User
from organizations.permissions import ACCESS_ENGINES, MANAGE_SETTINGS, MANAGE_TEAM, Grants
from tests.factories import make_engine, make_member, make_organization, make_person, make_role
from tests.localization.pages.people import HOSTILE, browser, page_of

pytestmark = pytest.mark.django_db


def links(user: User, address: str) -> list[str]:
    """Where the list of organizations leads, from a page."""
    menu = page_of(browser(user), address).partition('<details class="il-organizations">')[2].partition("</details>")[0]
    return re.findall(r'href="([^"]+)"', menu)


def join(user: User, name: str, grants: Grants = Grants()) -> Organization:  # noqa: B008  # it is frozen
    """Another organization, with a role of the person's own."""
    other = make_organization(name=name)
    make_member(other, make_role(other, grants=grants), user=user)
    return other


def test_person_of_one_organization_has_no_list(organization: Organization, owner: User) -> None:
    page = page_of(browser(owner), f"/orgs/{organization.pk}/")

    assert 'class="il-organizations"' not in page
    assert f'href="/orgs/{organization.pk}/"><img' in page


def test_list_names_all_and_marks_the_one_that_is_open(organization: Organization, owner: User) -> None:
    other = join(owner, HOSTILE)

    page = page_of(browser(owner), f"/orgs/{organization.pk}/")

    assert links(owner, f"/orgs/{organization.pk}/") == [f"/orgs/{organization.pk}/", f"/orgs/{other.pk}/"]
    assert f'href="/orgs/{organization.pk}/" aria-current="true"' in page
    assert HOSTILE not in page


def test_link_keeps_to_the_page_where_the_person_may_see_it(organization: Organization, owner: User) -> None:
    may = join(owner, "May", Grants(everywhere=frozenset({MANAGE_SETTINGS, ACCESS_ENGINES})))
    may_not = join(owner, "May not", Grants(everywhere=frozenset({MANAGE_TEAM})))

    def leads_to(page: str) -> list[str]:
        return [link.partition("/orgs/")[2] for link in links(owner, f"/orgs/{organization.pk}/{page}")][1:]

    assert leads_to("webhooks") == [f"{may.pk}/webhooks", f"{may_not.pk}/"]
    assert leads_to("webhooks/replay-failed") == [f"{may.pk}/webhooks", f"{may_not.pk}/"]
    assert leads_to("jobs") == [f"{may.pk}/jobs", f"{may_not.pk}/"]
    assert leads_to("audit-log") == [f"{may.pk}/audit-log", f"{may_not.pk}/audit-log"]
    assert leads_to("api-keys") == [f"{may.pk}/api-keys", f"{may_not.pk}/api-keys"]
    assert leads_to("notifications") == [f"{may.pk}/", f"{may_not.pk}/"]
    for link in links(owner, f"/orgs/{organization.pk}/webhooks"):
        assert browser(owner).get(link).status_code == 200


def test_permission_on_one_engine_keeps_to_the_pages_of_engines(organization: Organization, owner: User) -> None:
    other = make_organization(name="Other")
    engine: Engine = make_engine(other)
    make_member(other, make_role(other, grants=Grants(chosen={ACCESS_ENGINES: (engine,)})), user=owner)

    assert links(owner, f"/orgs/{organization.pk}/jobs")[1] == f"/orgs/{other.pk}/jobs"
    assert links(owner, f"/orgs/{organization.pk}/webhooks")[1] == f"/orgs/{other.pk}/"


def test_person_of_no_organization_is_told_what_to_do(organization: Organization) -> None:
    person = make_person(email="new@example.com")

    page = page_of(browser(person), "/")

    assert "new@example.com</strong> is in no organization." in page
    assert "Were you invited?" in page
    assert 'action="/logout"' in page


def test_list_costs_no_query_more(organization: Organization, owner: User, django_assert_max_num_queries) -> None:
    for number in range(5):
        join(owner, f"Other {number}")
    client = browser(owner)

    with django_assert_max_num_queries(12):
        client.get(f"/orgs/{organization.pk}/webhooks/replay-failed")
