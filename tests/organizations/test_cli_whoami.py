"""`POST /whoami`: whose key is this, without a body, by either header (contract §6)."""

import pytest

from organizations.models import Organization, User
from tests.api import Api, refusal
from tests.factories import make_key

pytestmark = pytest.mark.django_db

PATH = "/whoami"


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
def test_personal_key_names_its_person(organization: Organization, owner: User, header: str) -> None:
    key, text = make_key(organization, user=owner)

    answer = Api(None).post(PATH, headers={header: text if header == "X-API-Key" else f"Bearer {text}"})

    expected = {"email": "owner@example.com", "id": owner.pk, "organizationId": organization.pk, "userId": owner.pk, "keyId": key.pk}
    assert answer.shown == (200, expected)


def test_service_key_names_its_creator_but_no_user(organization: Organization, owner: User) -> None:
    key, text = make_key(organization)

    answer = Api(text).post(PATH)

    expected = {"email": "owner@example.com", "id": owner.pk, "organizationId": organization.pk, "userId": None, "keyId": key.pk}
    assert answer.shown == (200, expected)


@pytest.mark.parametrize("body", [b"", b"{}", b"not json"], ids=["empty", "object", "nonsense"])
def test_body_is_not_read(organization: Organization, owner: User, body: bytes) -> None:
    assert Api(make_key(organization, user=owner)[1]).post(PATH, body).status == 200


def test_call_without_a_key_is_refused() -> None:
    for header in ({}, {"X-API-Key": "x"}, {"Authorization": "Bearer x"}):
        assert Api(None).post(PATH, headers=header).shown == refusal(401, "UnauthorizedError", "invalid_api_key", "Invalid API key")
