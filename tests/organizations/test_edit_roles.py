"""Roles are renamed, and deleted once nobody needs them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from foundation.api_errors import Conflict
from organizations.invitations import create_invitation, withdraw_invitation
from organizations.models import AuditEvent, Organization, Role, User
from organizations.permissions import ACCESS_ENGINES, Grants
from organizations.services import delete_role, remove_member, rename_role, revoke_key
from tests.factories import AUTHOR, NOW, make_engine, make_key, make_member, make_organization, make_role

pytestmark = pytest.mark.django_db


def test_role_is_renamed_and_the_name_is_free_again(organization: Organization) -> None:
    role = make_role(organization, name="Editor")

    rename_role(role=role, name="Writer", author=AUTHOR, now=NOW)

    assert Role.objects.get(pk=role.pk).name == "Writer"
    make_role(organization, name="Editor")
    with pytest.raises(Conflict, match="There is a role named Writer already"):
        rename_role(role=organization.roles.get(name="Editor"), name="Writer", author=AUTHOR, now=NOW)
    rename_role(role=make_role(make_organization(name="Other"), name="Editor"), name="Writer", author=AUTHOR, now=NOW)


@pytest.mark.parametrize("name", ["Owner", "Full Access"])
def test_seeded_roles_keep_their_name_and_stay(organization: Organization, name: str) -> None:
    role = organization.roles.get(name=name)

    with pytest.raises(Conflict, match="came with the organization"):
        rename_role(role=role, name="Boss", author=AUTHOR, now=NOW)
    with pytest.raises(Conflict, match="came with the organization"):
        delete_role(role=role, author=AUTHOR, now=NOW)


def test_role_in_use_is_not_deleted(organization: Organization, owner: User) -> None:
    role = make_role(organization, name="Editor")
    members = [make_member(organization, role) for _ in range(2)]
    key, _ = make_key(organization, role=role)
    invitation = create_invitation(organization=organization, email="ada@example.com", role=role, inviter=owner, author=AUTHOR, now=NOW).invitation

    with pytest.raises(Conflict, match="Editor is in use by 2 members, 1 live key, 1 open invitation"):
        delete_role(role=role, author=AUTHOR, now=NOW)

    for membership in members:
        remove_member(membership=membership, author=AUTHOR, now=NOW)
    revoke_key(key=key, author=AUTHOR, now=NOW)
    withdraw_invitation(invitation=invitation, author=AUTHOR, now=NOW)
    delete_role(role=role, author=AUTHOR, now=NOW)
    assert not Role.objects.filter(name="Editor").exists()
    assert key.user.memberships.get().role is None


def test_deleted_role_takes_its_permissions_along(organization: Organization) -> None:
    engine = make_engine(organization)
    role = make_role(organization, name="Editor", grants=Grants(chosen={ACCESS_ENGINES: (engine,)}))
    make_key(organization, role=role, expires_at=NOW + timedelta(days=1))

    delete_role(role=role, author=AUTHOR, now=NOW + timedelta(days=2))

    assert not Group.objects.filter(name=role.pk).exists()
    event = AuditEvent.objects.get(action="role.deleted")
    assert (event.target_id, event.detail) == (
        role.pk,
        f'{{"before": {{"name": "Editor", "everywhere": [], "engine:access": ["{engine.pk}"]}}}}',
    )
