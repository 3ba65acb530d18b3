"""An engine, and callers: the organization's owner and an owner elsewhere, each with an engine and a key of their own."""

import pytest
from pytest_django import Settings

from engines.models import Engine
from organizations.models import Organization, User
from tests.factories import make_engine, make_key
from tests.localization.calls import Api
from tests.servers.fixtures import model_server, model_server_process

__all__ = ["model_server", "model_server_process"]


@pytest.fixture(autouse=True)
def no_static_files(settings: Settings) -> None:
    """Each test client would look for all static files, which takes longer than most tests here."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture
def engine(organization: Organization) -> Engine:
    """The organization's default engine; it pseudo-localizes."""
    return make_engine(organization)


@pytest.fixture
def api(organization: Organization, owner: User, engine: Engine) -> Api:
    return Api(make_key(organization, user=owner)[1])


@pytest.fixture
def foreign_api(stranger: User) -> Api:
    organization = stranger.memberships.get().organization
    make_engine(organization)
    return Api(make_key(organization, user=stranger)[1])
