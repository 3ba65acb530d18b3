"""A review provider on loopback, and an organization with an account there."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from organizations.models import Organization
from reviews.sandbox.server import Sandbox
from tests.reviews.external.orders import make_account


@pytest.fixture(autouse=True)
def development(settings: Settings) -> None:
    settings.REVIEW_ALLOW_LOOPBACK = True
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A provider that calls nobody back."""
    with Sandbox(callbacks="none") as one:
        yield one


@pytest.fixture
def customer(organization: Organization, sandbox: Sandbox) -> Organization:
    """The organization, with an account at the provider."""
    make_account(organization, sandbox)
    return organization
