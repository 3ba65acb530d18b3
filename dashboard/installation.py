"""Making an installation usable: an organization, its owner, an engine that translates at once, and a key.

`manage.py setup` calls it for a real installation; `dashboard.demo` builds the demo's data from the same parts.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from engines.management.services import add_default_models
from engines.models import Engine
from organizations.audit import command_author
from organizations.models import Organization, User
from organizations.services import create_organization, create_person, create_service_key

ENGINE_NAME = "Default"


@dataclass(frozen=True, slots=True)
class Installed:
    """What was made; `key_text` can be shown now and never again."""

    organization: Organization
    owner: User
    engine: Engine
    key_text: str


def install(*, organization_name: str, email: str, password: str, key_name: str = "First key", now: datetime) -> Installed:
    """All or nothing. The key may do what Full Access may. Raises Conflict when the address is taken."""
    author = command_author("setup")
    with transaction.atomic():
        owner = create_person(email=email, password=password, now=now)
        organization = create_organization(name=organization_name, owner=owner, author=author, now=now)
        engine = make_default_engine(organization, now)
        role = organization.roles.get(kind="full_access")
        _, text = create_service_key(organization=organization, creator=owner, name=key_name, role=role, author=author, now=now)
    return Installed(organization=organization, owner=owner, engine=engine, key_text=text)


def make_default_engine(organization: Organization, now: datetime) -> Engine:
    """The organization's default engine with the models that this installation has; the one there is, if there is one."""
    with transaction.atomic():
        engine, is_new = Engine.objects.get_or_create(organization=organization, is_default=True, defaults={"name": ENGINE_NAME, "created_at": now})
        if is_new:
            add_default_models(engine)
    return engine
