"""Browsers of the three people around the queue: a reviewer, a rival, and a review manager."""

import pytest
from django.test import Client

from organizations.access import Actor
from organizations.models import Organization
from tests.reviews.pages.people import browser, make_manager


@pytest.fixture
def as_rita(rita: Actor) -> Client:
    return browser(rita.user)


@pytest.fixture
def as_manager(organization: Organization) -> Client:
    return browser(make_manager(organization))
