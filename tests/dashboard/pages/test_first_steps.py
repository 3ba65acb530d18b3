"""The home page of a new organization: the first steps, which tick off as they become true."""

import pytest
from pytest_django import Settings

from organizations.models import Organization, User
from tests.factories import make_engine, make_key
from tests.localization.pages.people import browser, page_of
from tests.localization.steps import make_group


@pytest.fixture(autouse=True)
def no_static_files(settings: Settings) -> None:
    """Each test client would look for all static files, which takes longer than most tests here."""
    settings.WHITENOISE_USE_FINDERS = False


def test_new_organization_is_led_from_engine_to_key_to_job(organization: Organization, owner: User) -> None:
    def steps() -> list[tuple[str, bool, bool]]:
        return [(step.title, step.is_done, step.is_next) for step in browser(owner).get(f"/orgs/{organization.pk}/").context["steps"]]

    assert steps() == [("An engine", False, True), ("An API key", False, False), ("A job", False, False)]
    engine = make_engine(organization)
    assert steps() == [("An engine", True, False), ("An API key", False, True), ("A job", False, False)]
    make_key(organization)
    assert steps() == [("An engine", True, False), ("An API key", True, False), ("A job", False, True)]
    make_group(organization, engine=engine)
    assert steps() == []


def test_next_step_is_the_one_button_of_the_page(organization: Organization, owner: User) -> None:
    make_key(organization)

    page = page_of(browser(owner), f"/orgs/{organization.pk}/")

    assert page.count('class="il-button il-button-small"') == 1
    assert f'href="/orgs/{organization.pk}/engines/new"' in page
    assert "New job" not in page
    assert page.count('title="Done"') == 1


def test_who_may_not_do_the_next_step_is_told_who_can(organization: Organization, reviewer: User) -> None:
    page = page_of(browser(reviewer), f"/orgs/{organization.pk}/")

    assert "This can be done by Olive Owner." in page
    assert "/engines/new" not in page
    make_engine(organization)
    assert "This can be done by" not in page_of(browser(reviewer), f"/orgs/{organization.pk}/")
