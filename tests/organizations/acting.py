"""Services called by somebody whose permissions limit what they may give."""

from organizations.access import Actor
from organizations.audit import Author
from organizations.models import Organization, User
from organizations.permissions import Grants
from tests.factories import make_member, make_role


def by(user: User, organization: Organization) -> Author:
    """The author of a request of this person."""
    return Author(id=user.pk, label=str(user), actor=Actor(user, organization))


def make_holder(organization: Organization, *names: str, role: str = "Holder") -> User:
    """A member who holds these permissions and no other."""
    return make_member(organization, make_role(organization, name=role, grants=Grants(everywhere=frozenset(names)))).user
