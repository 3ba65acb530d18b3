"""What every test may ask for: an organization and three fixed people (its owner, a reviewer of every engine, and a stranger)."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from organizations import audit_trigger
from organizations.models import Organization, User
from organizations.permissions import REVIEW_TRANSLATIONS, Grants
from tests.factories import make_member, make_organization, make_person, make_role, organization_owner


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """After a transactional test Django empties SQLite's tables by DELETE, which the audit log's trigger refuses. Its own test installs it."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            with connection.schema_editor() as editor:
                audit_trigger.remove(None, editor)


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> None:
    """Passwords hash fast. Where nobody ran collectstatic, whitenoise warns of the missing directory, and a warning is an error here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def organization(db: None) -> Organization:
    return make_organization(name="Acme", owner=make_person(email="owner@example.com", name="Olive Owner"))


@pytest.fixture
def owner(organization: Organization) -> User:
    return organization_owner(organization)


@pytest.fixture
def reviewer(organization: Organization) -> User:
    """Reviews translations of every engine, and may do nothing else."""
    role = make_role(organization, name="Reviewer", grants=Grants(everywhere=frozenset({REVIEW_TRANSLATIONS})))
    return make_member(organization, role, user=make_person(email="reviewer@example.com", name="Rita Reviewer")).user


@pytest.fixture
def stranger(db: None) -> User:
    """Owns another organization."""
    person = make_person(email="stranger@example.com", name="Sam Stranger")
    make_organization(name="Elsewhere", owner=person)
    return person
