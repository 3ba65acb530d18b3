"""A review that waits, and two people who may take it."""

import pytest
from pytest_django import Settings

from organizations.access import Actor
from organizations.models import Organization, User
from reviews.models import ReviewItem
from tests.reviews.work import acting, make_review, reviewer_of


@pytest.fixture(autouse=True)
def no_static_files(settings: Settings) -> None:
    """Each test client would look for all static files, which takes longer than most tests here."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture
def item(organization: Organization) -> ReviewItem:
    return make_review(organization)


@pytest.fixture
def rita(organization: Organization, reviewer: User) -> Actor:
    return acting(reviewer, organization)


@pytest.fixture
def rolf(organization: Organization) -> Actor:
    return reviewer_of(organization, name="Rolf Rival")
