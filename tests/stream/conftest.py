"""An engine, a key that reaches it, and a feed that looks often, without Redis unless a test brings it."""

import pytest
from pytest_django import Settings

from engines.models import Engine
from localization import feed
from organizations.models import ApiKey, Organization
from organizations.permissions import ACCESS_ENGINES, Grants
from tests.factories import make_engine, make_key, make_role, organization_owner


@pytest.fixture(autouse=True)
def quick_feed(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(feed, "LOOK_SECONDS_ALONE", 0.02)
    monkeypatch.setattr(feed, "REST_SECONDS", 0.005)
    settings.REDIS_URL = ""


@pytest.fixture
def engine(organization: Organization) -> Engine:
    return make_engine(organization)


@pytest.fixture
def service_key(organization: Organization) -> tuple[ApiKey, str]:
    """A service key whose role may use every engine, and its text."""
    role = make_role(organization, name="Integration", grants=Grants(everywhere=frozenset({ACCESS_ENGINES})))
    return make_key(organization, role=role)


@pytest.fixture
def key(service_key: tuple[ApiKey, str]) -> str:
    return service_key[1]


@pytest.fixture
def other_key(organization: Organization) -> str:
    """The text of a personal key of the owner."""
    return make_key(organization, user=organization_owner(organization))[1]
