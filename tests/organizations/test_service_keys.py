"""What keys may do: personal ones follow their creator, service ones have permissions of their own."""

import pytest

from foundation.api_errors import Conflict
from organizations.access import Actor
from organizations.models import ApiKey, AuditEvent, Organization, User
from organizations.permissions import ACCESS_ENGINES, FULL_ACCESS_PERMISSIONS, MANAGE_REVIEWS, ON_ORGANIZATION, Grants, may
from organizations.services import change_role_permissions, create_personal_key, revoke_key
from tests.factories import AUTHOR, NOW, make_engine, make_key, make_member, make_role

pytestmark = pytest.mark.django_db


def held(key: ApiKey) -> set[str]:
    return {name for name in ON_ORGANIZATION if may(Actor(key.user, key.organization, key), name)}


def test_service_key_uses_every_engine_by_default_and_nothing_else(organization: Organization) -> None:
    key, _ = make_key(organization)

    assert held(key) == {ACCESS_ENGINES}


def test_service_key_with_a_role_may_do_what_the_role_may(organization: Organization) -> None:
    key, _ = make_key(organization, role=organization.roles.get(name="Full Access"))

    assert held(key) == FULL_ACCESS_PERMISSIONS


def test_service_key_with_a_list_of_engines_uses_those(organization: Organization) -> None:
    first, second = make_engine(organization), make_engine(organization, name="Second", is_default=False)
    key, _ = make_key(organization, engines=[first])
    actor = Actor(key.user, organization, key)

    assert held(key) == set()
    assert (may(actor, ACCESS_ENGINES, on=first), may(actor, ACCESS_ENGINES, on=second)) == (True, False)


def test_service_acts_as_a_user_who_cannot_log_in(organization: Organization, owner: User) -> None:
    key, _ = make_key(organization, name="Nightly build")

    assert key.user != owner
    assert key.user.kind == User.Kind.SERVICE
    assert not key.user.has_usable_password()
    assert key.user.email == f"{key.user.pk}@service.invalid"
    assert Actor(key.user, organization, key).label == "Nightly build"


def test_personal_key_follows_its_owner(organization: Organization) -> None:
    role = make_role(organization, grants=Grants(everywhere=frozenset({MANAGE_REVIEWS})))
    key, _ = make_key(organization, user=make_member(organization, role).user)
    assert held(key) == {MANAGE_REVIEWS}

    change_role_permissions(role=role, grants=Grants(everywhere=frozenset({ACCESS_ENGINES})), author=AUTHOR, now=NOW)

    assert held(key) == {ACCESS_ENGINES}


def test_only_members_have_personal_keys(organization: Organization, stranger: User) -> None:
    with pytest.raises(Conflict, match="is not a member"):
        create_personal_key(organization=organization, user=stranger, name="Laptop", author=AUTHOR, now=NOW)


def test_key_is_revoked_once(organization: Organization) -> None:
    key, _ = make_key(organization)

    revoke_key(key=key, author=AUTHOR, now=NOW)
    revoke_key(key=key, author=AUTHOR, now=NOW)

    assert ApiKey.objects.get(pk=key.pk).revoked_at == NOW
    assert AuditEvent.objects.filter(action="key.revoked").count() == 1


def test_text_of_a_key_is_stored_nowhere(organization: Organization) -> None:
    key, text = make_key(organization)

    stored = [str(value) for row in (*ApiKey.objects.values(), *AuditEvent.objects.values()) for value in row.values()]

    assert not any(text in value for value in stored)
    assert key.hint == text[:10]
