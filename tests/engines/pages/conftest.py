"""An engine that pseudo-localizes, its owner's browser, and where its pages are."""

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from engines.models import Engine
from organizations.models import Organization, User
from tests.engines.conftest import chat_model
from tests.factories import make_engine
from tests.localization.pages.people import browser
from tests.servers.fixtures import model_server, model_server_process

__all__ = ["chat_model", "model_server", "model_server_process"]


@pytest.fixture(autouse=True)
def no_static_files(settings: Settings) -> None:
    """Each test client would look for all static files, which takes longer than most tests here."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """What limits how often people try something is counted in the cache."""
    cache.clear()


@pytest.fixture
def engine(organization: Organization) -> Engine:
    return make_engine(organization, name="Website")


@pytest.fixture
def as_owner(owner: User) -> Client:
    return browser(owner)


@pytest.fixture
def address(engine: Engine) -> str:
    """Of the engine's overview; its tabs are below."""
    return f"/orgs/{engine.organization_id}/engines/{engine.pk}"
