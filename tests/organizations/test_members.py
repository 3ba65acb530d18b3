"""Members and their roles: who may do what follows the role, and an organization keeps an owner."""

import json

import pytest

from foundation.api_errors import Conflict, Forbidden
from organizations.access import Actor
from organizations.models import ApiKey, AuditEvent, Membership, Organization, Role, User
from organizations.permissions import (
    ACCESS_ENGINES,
    DELETE,
    FULL_ACCESS_PERMISSIONS,
    MANAGE_BILLING,
    MANAGE_REVIEWS,
    MANAGE_SETTINGS,
    MANAGE_TEAM,
    ON_ORGANIZATION,
    OWNER_PERMISSIONS,
    REVIEW_TRANSLATIONS,
    Grants,
    grants_of,
    may,
    require,
)
from organizations.services import change_role, change_role_permissions, create_member, create_person, create_role, remove_member
from tests.factories import AUTHOR, NOW, make_engine, make_key, make_member, make_organization, make_person, make_role

pytestmark = pytest.mark.django_db


def held(user: User, organization: Organization) -> set[str]:
    return {name for name in ON_ORGANIZATION if may(Actor(user, organization), name)}


def test_owner_holds_everything_and_full_access_what_the_contract_seeds(organization: Organization, owner: User) -> None:
    member = make_member(organization, "Full Access").user

    assert held(owner, organization) == {
        MANAGE_TEAM,
        MANAGE_SETTINGS,
        MANAGE_BILLING,
        DELETE,
        MANAGE_REVIEWS,
        ACCESS_ENGINES,
        REVIEW_TRANSLATIONS,
    }
    assert held(member, organization) == {MANAGE_TEAM, MANAGE_SETTINGS, ACCESS_ENGINES}
    assert {role.name: grants_of(role.group).everywhere for role in organization.roles.all()} == {
        "Owner": OWNER_PERMISSIONS,
        "Full Access": FULL_ACCESS_PERMISSIONS,
    }


def test_stranger_holds_nothing(organization: Organization, stranger: User) -> None:
    assert held(stranger, organization) == set()


def test_role_changes_take_their_permissions_with_them(organization: Organization) -> None:
    membership = make_member(organization, "Full Access")
    role = make_role(organization, grants=Grants(everywhere=frozenset({MANAGE_REVIEWS})))

    change_role(membership=membership, role=role, author=AUTHOR, now=NOW)

    assert held(membership.user, organization) == {MANAGE_REVIEWS}
    assert list(membership.user.groups.all()) == [role.group]


def test_last_owner_keeps_the_role_and_the_place(organization: Organization, owner: User) -> None:
    membership = Membership.objects.get(organization=organization, user=owner)
    full_access = organization.roles.get(name="Full Access")

    with pytest.raises(Conflict, match="last one"):
        change_role(membership=membership, role=full_access, author=AUTHOR, now=NOW)
    with pytest.raises(Conflict, match="last one"):
        remove_member(membership=membership, author=AUTHOR, now=NOW)

    assert held(owner, organization) == OWNER_PERMISSIONS


def test_owner_may_leave_once_there_is_another(organization: Organization, owner: User) -> None:
    other = make_member(organization, "Owner")

    remove_member(membership=Membership.objects.get(organization=organization, user=owner), author=AUTHOR, now=NOW)

    assert held(owner, organization) == set()
    with pytest.raises(Conflict):
        remove_member(membership=other, author=AUTHOR, now=NOW)


def test_inactive_owners_and_services_do_not_count_as_owners(organization: Organization, owner: User) -> None:
    make_key(organization, role=organization.roles.get(name="Owner"))
    gone = make_member(organization, "Owner").user
    User.objects.filter(pk=gone.pk).update(is_active=False)

    with pytest.raises(Conflict, match="last one"):
        remove_member(membership=Membership.objects.get(organization=organization, user=owner), author=AUTHOR, now=NOW)


def test_removed_member_loses_permissions_and_keys_of_this_organization_alone(organization: Organization, stranger: User) -> None:
    membership = make_member(organization, user=stranger)
    key, _ = make_key(organization, user=stranger)
    elsewhere = Organization.objects.get(name="Elsewhere")
    other_key, _ = make_key(elsewhere, user=stranger)

    remove_member(membership=membership, author=AUTHOR, now=NOW)

    assert held(stranger, organization) == set()
    assert held(stranger, elsewhere) == OWNER_PERMISSIONS
    assert {key.pk: ApiKey.objects.get(pk=key.pk).revoked_at for key in (key, other_key)} == {key.pk: NOW, other_key.pk: None}


def test_user_is_a_member_once(organization: Organization, owner: User) -> None:
    with pytest.raises(Conflict, match="already"):
        create_member(organization=organization, user=owner, role=organization.roles.get(name="Full Access"), author=AUTHOR, now=NOW)


def test_addresses_are_taken_whatever_their_case() -> None:
    make_person(email="ada@example.com")

    with pytest.raises(Conflict, match="already"):
        create_person(email="Ada@Example.com", password=None, now=NOW)


def test_role_of_another_organization_is_no_role_here(organization: Organization) -> None:
    foreign = make_organization(name="Other").roles.get(name="Owner")

    with pytest.raises(ValueError, match="is not a role of"):
        create_member(organization=organization, user=make_person(), role=foreign, author=AUTHOR, now=NOW)


def test_role_names_are_taken_once(organization: Organization) -> None:
    with pytest.raises(Conflict, match="already"):
        create_role(organization=organization, name="Owner", grants=Grants(), author=AUTHOR, now=NOW)


def test_owner_role_cannot_be_edited(organization: Organization) -> None:
    with pytest.raises(Conflict, match="cannot be edited"):
        change_role_permissions(role=organization.roles.get(kind=Role.Kind.OWNER), grants=Grants(), author=AUTHOR, now=NOW)


def test_edited_role_holds_exactly_what_it_was_given(organization: Organization) -> None:
    first, second = make_engine(organization), make_engine(organization, name="Second", is_default=False)
    role = make_role(organization, grants=Grants(frozenset({MANAGE_TEAM}), {ACCESS_ENGINES: (first,), REVIEW_TRANSLATIONS: (first,)}))
    actor = Actor(make_member(organization, role).user, organization)
    assert (may(actor, MANAGE_TEAM), may(actor, ACCESS_ENGINES, on=first), may(actor, ACCESS_ENGINES, on=second)) == (True, True, False)

    change_role_permissions(role=role, grants=Grants(frozenset({MANAGE_REVIEWS}), {ACCESS_ENGINES: (second,)}), author=AUTHOR, now=NOW)

    actor = Actor(User.objects.get(pk=actor.user.pk), organization)
    assert held(actor.user, organization) == {MANAGE_REVIEWS}
    assert (may(actor, ACCESS_ENGINES, on=first), may(actor, ACCESS_ENGINES, on=second)) == (False, True)
    assert not may(actor, REVIEW_TRANSLATIONS, on=first)
    detail = json.loads(AuditEvent.objects.get(action="role.permissions_changed").detail)
    assert detail == {
        "before": {"everywhere": [MANAGE_TEAM], ACCESS_ENGINES: [first.pk], REVIEW_TRANSLATIONS: [first.pk]},
        "after": {"everywhere": [MANAGE_REVIEWS], ACCESS_ENGINES: [second.pk]},
    }


def test_engine_of_another_organization_cannot_be_granted(organization: Organization) -> None:
    foreign = make_engine(make_organization(name="Other"))

    with pytest.raises(ValueError, match="is not an engine of"):
        make_role(organization, grants=Grants(chosen={ACCESS_ENGINES: (foreign,)}))


def test_every_engine_includes_each(organization: Organization, reviewer: User) -> None:
    engine = make_engine(organization)
    actor = Actor(reviewer, organization)

    assert may(actor, REVIEW_TRANSLATIONS, on=engine)
    assert not may(actor, ACCESS_ENGINES, on=engine)


def test_refusal_names_the_permission_and_who_can_grant_it(organization: Organization, reviewer: User) -> None:
    with pytest.raises(Forbidden) as refusal:
        require(Actor(reviewer, organization), MANAGE_SETTINGS)

    assert refusal.value.message == "This needs the permission org:manage_settings. It can be granted by: Olive Owner."


def test_holder_is_not_refused(organization: Organization, owner: User) -> None:
    require(Actor(owner, organization), MANAGE_SETTINGS)
