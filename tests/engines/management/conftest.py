"""An engine, and callers: the organization's owner, somebody who may only use engines, a key limited to another engine, and an owner elsewhere."""

import pytest
from pytest_django import Settings

from engines.models import Engine
from organizations.models import Organization, User
from organizations.permissions import ACCESS_ENGINES, Grants
from tests.api import Api
from tests.factories import make_engine, make_key, make_member, make_role


@pytest.fixture(autouse=True)
def no_static_files(settings: Settings) -> None:
    """Static files are not looked for: each test client would, which takes longer than most tests here."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture
def engine(organization: Organization) -> Engine:
    """The organization's default engine; it pseudo-localizes."""
    return make_engine(organization)


@pytest.fixture
def other_engine(organization: Organization) -> Engine:
    return make_engine(organization, name="Other", is_default=False)


@pytest.fixture
def api(organization: Organization, owner: User, engine: Engine) -> Api:
    return Api(make_key(organization, user=owner)[1])


@pytest.fixture
def editor_api(organization: Organization) -> Api:
    """Uses and edits every engine, and may do nothing else."""
    role = make_role(organization, name="Editor", grants=Grants(everywhere=frozenset({ACCESS_ENGINES})))
    return Api(make_key(organization, user=make_member(organization, role).user)[1])


@pytest.fixture
def limited_api(organization: Organization, other_engine: Engine) -> Api:
    """A service key for the other engine only."""
    return Api(make_key(organization, engines=[other_engine])[1])


@pytest.fixture
def foreign_api(stranger: User) -> Api:
    organization = stranger.memberships.get().organization
    make_engine(organization)
    return Api(make_key(organization, user=stranger)[1])
