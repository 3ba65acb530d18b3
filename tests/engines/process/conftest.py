"""The synchronous API with engines of two kinds: one that pseudo-localizes, and one that asks the model server."""

import pytest
from pytest_django import Settings

from engines.models import Engine
from organizations.models import Organization, User
from tests.api import Api
from tests.engines.conftest import chat_model
from tests.factories import make_engine, make_key
from tests.servers.fixtures import model_server, model_server_process

__all__ = ["chat_model", "model_server", "model_server_process"]


@pytest.fixture(autouse=True)
def no_static_files(settings: Settings) -> None:
    """Each test client would look for all static files, which takes longer than most tests here."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture
def api(organization: Organization, owner: User) -> Api:
    return Api(make_key(organization, user=owner)[1])


@pytest.fixture
def pseudo_engine(organization: Organization) -> Engine:
    """The organization's default engine; it pseudo-localizes."""
    return make_engine(organization)


@pytest.fixture
def chat_engine(organization: Organization, chat_model: object) -> Engine:
    """The organization's default engine; it asks the model server, which answers `[de] Hello` for `Hello`."""
    return make_engine(organization, provider="openai")
