"""The owner's browser, and where the pages are."""

import pytest
from django.test import Client

from organizations.models import Organization, User
from tests.localization.pages.people import browser


@pytest.fixture
def as_owner(owner: User) -> Client:
    return browser(owner)


@pytest.fixture
def jobs_address(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/jobs"
