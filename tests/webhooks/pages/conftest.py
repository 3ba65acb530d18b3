"""The owner's browser, and where the pages about webhooks are."""

import pytest
from django.test import Client
from pytest_django import Settings

from organizations.models import Organization, User
from tests.localization.pages.people import browser


@pytest.fixture(autouse=True)
def no_static_files(settings: Settings) -> None:
    """Each test client would look for all static files, which takes longer than most tests here."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture
def as_owner(owner: User) -> Client:
    return browser(owner)


@pytest.fixture
def log_address(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/webhooks"
