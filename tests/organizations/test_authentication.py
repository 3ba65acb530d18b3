"""Who calls: what a key must be, and what ends it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from foundation.clock import database_now
from organizations.authentication import ApiKeyAuthentication, BearerAuthentication
from organizations.models import ApiKey, Membership, Organization, User
from organizations.services import remove_member, revoke_key
from organizations.views import Me
from tests.factories import AUTHOR, make_key, make_member, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("organizations.urls")]


def me(client: Client, key: str) -> tuple[int, dict[str, str]]:
    answer = client.get("/users/me", headers={"X-API-Key": key})
    return answer.status_code, answer.json()


def refused(client: Client, key: str) -> bool:
    status, body = me(client, key)
    return status == 401 and body["message"] == "Invalid API key"


def test_personal_key_answers_with_its_owner(client: Client, organization: Organization, owner: User) -> None:
    _, text = make_key(organization, user=owner)

    assert me(client, text) == (200, {"id": owner.pk, "email": "owner@example.com"})


def test_service_key_answers_with_the_person_who_created_it(client: Client, organization: Organization, owner: User) -> None:
    _, text = make_key(organization)

    assert me(client, text) == (200, {"id": owner.pk, "email": "owner@example.com"})


def test_authenticating_is_the_only_query(client: Client, organization: Organization, owner: User) -> None:
    _, text = make_key(organization)
    me(client, text)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        me(client, text)

    assert len(queries) == 1


def test_last_use_is_noted_once_a_minute(client: Client, organization: Organization) -> None:
    key, text = make_key(organization)
    me(client, text)
    key.refresh_from_db()
    first = key.last_used_at
    assert first is not None

    me(client, text)
    key.refresh_from_db()
    assert key.last_used_at == first

    ApiKey.objects.filter(pk=key.pk).update(last_used_at=first - timedelta(seconds=61))
    me(client, text)
    key.refresh_from_db()
    assert key.last_used_at is not None
    assert key.last_used_at >= first


def test_revoked_key_is_refused_on_the_next_request(client: Client, organization: Organization) -> None:
    key, text = make_key(organization)
    assert me(client, text)[0] == 200

    revoke_key(key=key, author=AUTHOR, now=database_now())

    assert refused(client, text)


def test_key_is_refused_once_it_expires(client: Client, organization: Organization) -> None:
    now = database_now()
    _, expired = make_key(organization, expires_at=now)
    _, live = make_key(organization, expires_at=now + timedelta(hours=1))

    assert refused(client, expired)
    assert me(client, live)[0] == 200


def test_personal_key_ends_with_the_membership_of_its_owner(client: Client, organization: Organization) -> None:
    membership = make_member(organization)
    _, text = make_key(organization, user=membership.user)
    assert me(client, text)[0] == 200

    remove_member(membership=membership, author=AUTHOR, now=database_now())

    assert refused(client, text)


def test_key_whose_row_outlived_the_membership_is_refused(client: Client, organization: Organization) -> None:
    membership = make_member(organization)
    _, text = make_key(organization, user=membership.user)

    Membership.objects.filter(pk=membership.pk).delete()

    assert refused(client, text)


def test_membership_elsewhere_does_not_keep_a_key_alive(client: Client, organization: Organization, stranger: User) -> None:
    membership = make_member(organization, user=stranger)
    _, text = make_key(organization, user=stranger)

    Membership.objects.filter(pk=membership.pk).delete()

    assert refused(client, text)


def test_member_of_two_organizations_is_found_once(client: Client, organization: Organization, stranger: User) -> None:
    make_member(organization, user=stranger)
    _, text = make_key(organization, user=stranger)

    assert me(client, text) == (200, {"id": stranger.pk, "email": "stranger@example.com"})


def test_inactive_user_is_refused(client: Client, organization: Organization) -> None:
    user = make_person()
    make_member(organization, user=user)
    _, text = make_key(organization, user=user)

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert refused(client, text)


@pytest.mark.parametrize("spoil", ["", " ", "x", "ilk_", "{0},{0}", "{0} ", "{0}0", "ILK{0}", "ключ", "\x00", "k" * 10_240], ids=repr)
def test_malformed_key_is_refused_without_a_query(client: Client, organization: Organization, spoil: str) -> None:
    _, text = make_key(organization)

    with CaptureQueriesContext(connection) as queries:
        assert refused(client, spoil.format(text))

    assert len(queries) == 0


def test_unknown_key_is_refused_like_a_malformed_one(client: Client, organization: Organization) -> None:
    key, text = make_key(organization)
    ApiKey.objects.filter(pk=key.pk).delete()

    assert refused(client, text)


def test_missing_key_is_unauthorized(client: Client) -> None:
    answer = client.get("/users/me")

    assert answer.status_code == 401
    assert answer.json()["message"] == "Invalid API key"
    assert answer.headers["WWW-Authenticate"] == "ApiKey"


def test_key_in_the_query_is_not_read(client: Client, organization: Organization) -> None:
    _, text = make_key(organization)

    answer = client.get("/users/me", {"X-API-Key": text, "api_key": text, "apiKey": text})

    assert answer.status_code == 401


def test_bearer_is_no_way_in_here(client: Client, organization: Organization) -> None:
    _, text = make_key(organization)

    assert client.get("/users/me", headers={"Authorization": f"Bearer {text}"}).status_code == 401


class WithBearer(Me):
    """`Me` as older clients reach it."""

    authentication_classes = (BearerAuthentication, ApiKeyAuthentication)


def test_bearer_authenticates_where_a_view_takes_it(rf: RequestFactory, organization: Organization, owner: User) -> None:
    _, text = make_key(organization)

    for headers in ({"Authorization": f"Bearer {text}"}, {"Authorization": f"bearer  {text}"}, {"X-API-Key": text}):
        answer = WithBearer.as_view()(rf.get("/users/me", headers=headers))
        assert (answer.status_code, answer.data) == (200, {"id": owner.pk, "email": "owner@example.com"})
    for authorization in ("Bearer", "Bearer nothing", f"Basic {text}", text):
        answer = WithBearer.as_view()(rf.get("/users/me", headers={"Authorization": authorization}))
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
