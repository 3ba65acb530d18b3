"""Nobody gives more of an organization than they have, whichever service they ask."""

from collections.abc import Callable

import pytest

from foundation.api_errors import Forbidden
from organizations.access import Actor
from organizations.granting import giveable_roles
from organizations.invitations import create_invitation, resend_invitation, withdraw_invitation
from organizations.models import ApiKey, Invitation, Membership, Organization, User
from organizations.permissions import ACCESS_ENGINES, FULL_ACCESS_PERMISSIONS, MANAGE_BILLING, MANAGE_SETTINGS, MANAGE_TEAM, Grants, grants_of
from organizations.services import (
    change_role,
    change_role_permissions,
    create_member,
    create_role,
    create_service_key,
    remove_member,
)
from tests.factories import AUTHOR, NOW, make_member, make_person, make_role
from tests.organizations.acting import by, make_holder

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(organization: Organization) -> User:
    """Manages the team, and may do nothing else."""
    return make_holder(organization, MANAGE_TEAM, role="Team manager")


def give_by_invitation(organization: Organization, author: User, role: str) -> None:
    held = organization.roles.get(name=role)
    create_invitation(organization=organization, email="new@example.com", role=held, inviter=author, author=by(author, organization), now=NOW)


def give_by_change(organization: Organization, author: User, role: str) -> None:
    membership = make_member(organization)
    change_role(membership=membership, role=organization.roles.get(name=role), author=by(author, organization), now=NOW)


def give_to_oneself(organization: Organization, author: User, role: str) -> None:
    membership = Membership.objects.get(organization=organization, user=author)
    change_role(membership=membership, role=organization.roles.get(name=role), author=by(author, organization), now=NOW)


def give_by_key(organization: Organization, author: User, role: str) -> None:
    held = organization.roles.get(name=role)
    create_service_key(organization=organization, creator=author, name="CI", role=held, author=by(author, organization), now=NOW)


def give_directly(organization: Organization, author: User, role: str) -> None:
    held = organization.roles.get(name=role)
    create_member(organization=organization, user=make_person(), role=held, author=by(author, organization), now=NOW)


WAYS = [give_by_invitation, give_by_change, give_to_oneself, give_by_key, give_directly]
Way = Callable[[Organization, User, str], None]


@pytest.mark.parametrize("give", WAYS)
def test_only_an_owner_makes_owners(organization: Organization, owner: User, give: Way) -> None:
    # Full Access and billing are everything but being an owner.
    all_but = make_holder(organization, *grants_of(organization.roles.get(name="Owner").group).everywhere)
    before = Membership.objects.filter(role__kind="owner").count()

    with pytest.raises(Forbidden, match="Only an owner can make somebody an owner"):
        give(organization, all_but, "Owner")

    assert Membership.objects.filter(role__kind="owner").count() == before
    assert (Invitation.objects.count(), ApiKey.objects.count()) == (0, 0)
    if give is not give_to_oneself:
        give(organization, owner, "Owner")


@pytest.mark.parametrize("give", WAYS)
def test_role_with_more_than_one_holds_cannot_be_given(organization: Organization, owner: User, manager: User, give: Way) -> None:
    make_role(organization, name="Billing", grants=Grants(everywhere=frozenset({MANAGE_BILLING, MANAGE_TEAM})))
    make_role(organization, name="Engines", grants=Grants(everywhere=frozenset({ACCESS_ENGINES})))

    with pytest.raises(Forbidden, match="they do not hold: org:manage_billing"):
        give(organization, manager, "Billing")

    give(organization, manager, "Engines")


def test_owner_is_neither_demoted_nor_removed_by_others(organization: Organization, owner: User, manager: User) -> None:
    second = make_member(organization, "Owner")
    lower = organization.roles.get(name="Team manager")

    with pytest.raises(Forbidden, match="Only an owner"):
        change_role(membership=second, role=lower, author=by(manager, organization), now=NOW)
    with pytest.raises(Forbidden, match="Only an owner"):
        remove_member(membership=second, author=by(manager, organization), now=NOW)
    change_role(membership=second, role=lower, author=by(owner, organization), now=NOW)

    assert Membership.objects.get(pk=second.pk).role == lower


def test_invitation_of_an_owner_is_the_owners_affair(organization: Organization, owner: User, manager: User) -> None:
    role = organization.roles.get(name="Owner")
    invitation = create_invitation(
        organization=organization, email="new@example.com", role=role, inviter=owner, author=by(owner, organization), now=NOW
    ).invitation

    # Sending again would show the manager a link that makes an owner.
    with pytest.raises(Forbidden, match="Only an owner"):
        resend_invitation(invitation=invitation, inviter=manager, author=by(manager, organization), now=NOW)
    with pytest.raises(Forbidden, match="Only an owner"):
        withdraw_invitation(invitation=invitation, author=by(manager, organization), now=NOW)

    assert Invitation.objects.get().digest == invitation.digest


def test_editor_of_roles_grants_no_more_than_they_hold(organization: Organization, manager: User) -> None:
    author = by(manager, organization)
    role = make_role(organization, grants=Grants(everywhere=frozenset({MANAGE_BILLING})))

    with pytest.raises(Forbidden, match=r"org:manage_billing, org:manage_settings\."):
        create_role(
            organization=organization, name="Rich", grants=Grants(everywhere=frozenset({MANAGE_SETTINGS, MANAGE_BILLING})), author=author, now=NOW
        )
    with pytest.raises(Forbidden, match="org:manage_settings"):
        change_role_permissions(role=role, grants=Grants(everywhere=frozenset({MANAGE_SETTINGS, MANAGE_BILLING})), author=author, now=NOW)
    # What the role has already may stay or go.
    change_role_permissions(role=role, grants=Grants(everywhere=frozenset({MANAGE_BILLING, MANAGE_TEAM})), author=author, now=NOW)
    assert grants_of(role.group).everywhere == {MANAGE_BILLING, MANAGE_TEAM}
    change_role_permissions(role=role, grants=Grants(), author=author, now=NOW)
    assert grants_of(role.group) == Grants()


def test_lost_permission_cannot_be_given_from_then_on(organization: Organization, manager: User) -> None:
    author = by(manager, organization)
    role = make_role(organization, name="Second", grants=Grants(everywhere=frozenset({MANAGE_TEAM})))
    assert author.actor
    assert author.actor.permissions == {"manage_team"}  # as a page asks before it acts
    change_role_permissions(role=organization.roles.get(name="Team manager"), grants=Grants(), author=AUTHOR, now=NOW)

    with pytest.raises(Forbidden):
        create_member(organization=organization, user=make_person(), role=role, author=author, now=NOW)


def test_offered_roles_are_those_that_may_be_given(organization: Organization, owner: User, manager: User) -> None:
    make_role(organization, name="Everything else", grants=Grants(everywhere=FULL_ACCESS_PERMISSIONS | {MANAGE_BILLING}))
    make_role(organization, name="Engines", grants=Grants(everywhere=frozenset({ACCESS_ENGINES})))

    def offered(user: User) -> list[str]:
        return [role.name for role in giveable_roles(Actor(user, organization))]

    assert offered(owner) == ["Owner", "Full Access", "Engines", "Everything else", "Team manager"]
    assert offered(manager) == ["Engines", "Team manager"]
    assert offered(make_member(organization).user) == ["Full Access", "Engines", "Team manager"]
