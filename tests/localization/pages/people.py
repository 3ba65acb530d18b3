"""Browsers of the people who may or may not see the pages about jobs."""

from django.test import Client

from engines.models import Engine
from organizations.models import Organization, User
from organizations.permissions import ACCESS_ENGINES, MANAGE_REVIEWS, Grants
from tests.factories import make_member, make_role

HOSTILE = "<script>alert(1)</script>"


def browser(user: User | None) -> Client:
    """A browser that is logged in."""
    client = Client()
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def make_editor(organization: Organization, *engines: Engine, name: str = "Editor") -> User:
    """Somebody who may use these engines and no other."""
    return make_member(organization, make_role(organization, name=name, grants=Grants(chosen={ACCESS_ENGINES: engines}))).user


def make_manager(organization: Organization) -> User:
    """Manages reviews, and reaches no engine."""
    return make_member(organization, make_role(organization, name="Review manager", grants=Grants(everywhere=frozenset({MANAGE_REVIEWS})))).user


def page_of(client: Client, address: str, **query: str) -> str:
    """The text of a page that is there."""
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()
