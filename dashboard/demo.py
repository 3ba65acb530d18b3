"""The demo's data: an organization, its engine, a key, and two people whose passwords everybody knows. For trying things out, never for real texts.

Making it again finds what is there and gives the demo's people their password back; only a new key is ever made twice.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from dashboard.installation import make_default_engine
from engines.models import Engine
from organizations.audit import Author, command_author
from organizations.models import ApiKey, Membership, Organization, Role, User
from organizations.permissions import REVIEW_TRANSLATIONS, Grants
from organizations.services import create_member, create_organization, create_person, create_role, create_service_key
from webhooks.signing import current_secret

ORGANIZATION_NAME = "Demo"
PASSWORD = "interlinear-demo"
KEY_NAME = "Demo key"
REVIEWER_ROLE = "Reviewer"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to log in as."""

    email: str
    role: str
    password: str = PASSWORD


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo consists of; `api_key` is the text of a key made now, None where there was one and no other was asked for."""

    organization: Organization
    engine: Engine
    api_key: str | None
    webhook_secret: str
    people: tuple[DemoPerson, ...]

    def as_json(self) -> dict[str, object]:
        """What `manage.py demo --json` prints."""
        return {
            "baseUrl": settings.PUBLIC_URL,
            "organizationId": self.organization.pk,
            "engineId": self.engine.pk,
            "apiKey": self.api_key,
            "webhookSecret": self.webhook_secret,
            "users": [{"email": person.email, "password": person.password, "role": person.role} for person in self.people],
        }


def make_demo(*, organization_name: str = ORGANIZATION_NAME, with_new_key: bool = False, now: datetime) -> Demo:
    """All or nothing, as often as one likes. The key may do all that an owner may; the reviewer reviews every engine."""
    author = command_author("demo")
    domain = f"{slugify(organization_name) or 'organization'}.example"
    with transaction.atomic():
        owner = _person(f"owner@{domain}", "Demo Owner", now)
        organization = _organization(organization_name, owner, author, now)
        engine = make_default_engine(organization, now)
        reviewer = _person(f"reviewer@{domain}", "Demo Reviewer", now)
        _add_reviewer(organization, reviewer, author, now)
        text = _key(organization, owner, author, now) if with_new_key or not _has_key(organization, now) else None
        secret = current_secret(organization, now)
    people = (DemoPerson(owner.email, "Owner"), DemoPerson(reviewer.email, REVIEWER_ROLE))
    return Demo(organization=organization, engine=engine, api_key=text, webhook_secret=secret, people=people)


def _person(email: str, name: str, now: datetime) -> User:
    """A demo's person, with the demo's password whatever became of it."""
    person = User.objects.filter(email=email).first()
    if person is None:
        return create_person(email=email, password=PASSWORD, name=name, now=now)
    if not person.check_password(PASSWORD):
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return person


def _organization(name: str, owner: User, author: Author, now: datetime) -> Organization:
    memberships = Membership.objects.select_related("organization")
    found = memberships.filter(user=owner, organization__name=name, role__kind=Role.Kind.OWNER).order_by("id").first()
    return found.organization if found else create_organization(name=name, owner=owner, author=author, now=now)


def _add_reviewer(organization: Organization, reviewer: User, author: Author, now: datetime) -> None:
    if Membership.objects.filter(organization=organization, user=reviewer).exists():
        return
    role = Role.objects.filter(organization=organization, name=REVIEWER_ROLE).first()
    if role is None:
        grants = Grants(everywhere=frozenset({REVIEW_TRANSLATIONS}))
        role = create_role(organization=organization, name=REVIEWER_ROLE, grants=grants, author=author, now=now)
    create_member(organization=organization, user=reviewer, role=role, author=author, now=now)


def _has_key(organization: Organization, now: datetime) -> bool:
    return ApiKey.objects.live(now).filter(organization=organization, name=KEY_NAME).exists()


def _key(organization: Organization, owner: User, author: Author, now: datetime) -> str:
    role = Role.objects.get(organization=organization, kind=Role.Kind.OWNER)
    _, text = create_service_key(organization=organization, creator=owner, name=KEY_NAME, role=role, author=author, now=now)
    return text
