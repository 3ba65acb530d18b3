"""The owner's browser."""

import pytest
from django.test import Client

from organizations.models import User
from tests.localization.pages.people import browser


@pytest.fixture
def as_owner(owner: User) -> Client:
    return browser(owner)
