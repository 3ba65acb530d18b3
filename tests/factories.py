"""Valid rows for tests, made by the use cases that make them in production. A test names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count

from django.db.models import Model

from engines.models import Engine, ModelConfig
from organizations import services
from organizations.audit import Author
from organizations.models import ApiKey, Membership, Organization, Role, User
from organizations.permissions import Grants

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
AUTHOR = Author(id="test", label="a test")

_numbers = count(1)


def make_person(*, email: str | None = None, name: str = "", now: datetime = NOW) -> User:
    """Somebody who can log in, with PASSWORD, and is a member of nothing."""
    return services.create_person(email=email or f"person{next(_numbers)}@example.com", password=PASSWORD, name=name, now=now)


def make_organization(*, name: str = "Acme", owner: User | None = None, now: datetime = NOW) -> Organization:
    return services.create_organization(name=name, owner=owner or make_person(now=now), author=AUTHOR, now=now)


def make_role(organization: Organization, *, name: str = "Custom", grants: Grants | None = None, now: datetime = NOW) -> Role:
    return services.create_role(organization=organization, name=name, grants=grants or Grants(), author=AUTHOR, now=now)


def make_member(organization: Organization, role: Role | str = "Full Access", *, user: User | None = None, now: datetime = NOW) -> Membership:
    """A member with a role, or with the organization's role of that name."""
    held = role if isinstance(role, Role) else organization.roles.get(name=role)
    return services.create_member(organization=organization, user=user or make_person(now=now), role=held, author=AUTHOR, now=now)


def make_key(
    organization: Organization,
    *,
    user: User | None = None,
    role: Role | None = None,
    engines: Sequence[Model] = (),
    name: str = "CI",
    expires_at: datetime | None = None,
    now: datetime = NOW,
) -> tuple[ApiKey, str]:
    """A key and its text: a personal one of `user`, or without a user a service key created by the organization's owner."""
    if user is not None:
        return services.create_personal_key(organization=organization, user=user, name=name, author=AUTHOR, now=now, expires_at=expires_at)
    creator = organization_owner(organization)
    return services.create_service_key(
        organization=organization, creator=creator, name=name, role=role, engines=engines, author=AUTHOR, now=now, expires_at=expires_at
    )


def organization_owner(organization: Organization) -> User:
    """The organization's first owner."""
    return Membership.objects.select_related("user").filter(organization=organization, role__kind=Role.Kind.OWNER).earliest("id").user


def make_engine(
    organization: Organization, *, name: str = "Default", provider: str = "pseudo", is_default: bool = True, enabled: bool = True, now: datetime = NOW
) -> Engine:
    """An engine with one model on wildcard locales."""
    engine = Engine.objects.create(organization=organization, name=name, is_default=is_default, enabled=enabled, created_at=now)
    ModelConfig.objects.create(engine=engine, provider=provider, model=provider)
    return engine
