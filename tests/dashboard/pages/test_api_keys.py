"""API keys: one's own, services for managers; a text that is shown once; revoking holds on the next call."""

import logging
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from foundation.clock import database_now
from organizations.models import ApiKey, AuditEvent, Organization, User
from organizations.permissions import MANAGE_SETTINGS, MANAGE_TEAM, Grants
from tests.api import Api
from tests.factories import NOW, make_engine, make_key, make_role
from tests.localization.pages.people import HOSTILE, browser, page_of
from tests.organizations.acting import make_holder


@pytest.fixture
def address(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/api-keys"


@pytest.fixture
def as_owner(owner: User) -> Client:
    return browser(owner)


def lists(client: Client, address: str) -> tuple[list[str], list[str]]:
    """The names of one's own keys, and of services."""
    context = client.get(address).context
    return [row.key.name for row in context["own"]], [row.key.name for row in context["services"]]


def test_each_sees_their_own_keys_and_managers_the_services(
    organization: Organization, owner: User, reviewer: User, stranger: User, address: str
) -> None:
    settings_manager = make_holder(organization, MANAGE_SETTINGS, role="Settings")
    make_key(organization, name="CI")
    make_key(organization, user=owner, name="Olive's")
    make_key(organization, user=reviewer, name="Rita's")
    make_key(stranger.memberships.get().organization, user=stranger, name="Sam's")

    assert lists(browser(owner), address) == (["Olive's"], ["CI"])
    assert lists(browser(reviewer), address) == (["Rita's"], [])
    assert lists(browser(settings_manager), address) == ([], [])
    assert [browser(user).get(address).status_code for user in (stranger, None)] == [404, 302]
    assert f'href="{address}"' in page_of(browser(reviewer), f"/orgs/{organization.pk}/")


def test_key_is_shown_once_and_works(
    as_owner: Client, organization: Organization, owner: User, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = as_owner.post(f"{address}/new", {"name": "Laptop", "days": "30"})

    text = answer.context["text"]
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert f"users/me -H &quot;X-API-Key: {text}&quot;" in page or f'users/me -H "X-API-Key: {text}"' in page
    assert f'data-copy="{text}"' in page
    assert Api(text).get("/users/me").body["email"] == owner.email
    key = ApiKey.objects.get()
    assert (key.name, key.kind, key.user) == ("Laptop", "personal", owner)
    assert timedelta(days=29) < key.expires_at - database_now() <= timedelta(days=30)
    # Nowhere else, and never again.
    assert text not in page_of(as_owner, address)
    assert key.hint in page_of(as_owner, address)
    assert text not in caplog.text
    kept = [str(value) for row in (*AuditEvent.objects.values(), *ApiKey.objects.values()) for value in row.values()]
    kept += [str(session.get_decoded()) for session in Session.objects.all()]
    assert not any(text in value for value in kept)
    assert not as_owner.cookies.get("messages")


def test_service_key_has_a_role_or_engines(as_owner: Client, organization: Organization, address: str) -> None:
    engine = make_engine(organization, name="Web")
    role = make_role(organization, name="Robot", grants=Grants(frozenset({MANAGE_SETTINGS})))

    for name, fields in (
        ("One", {"scope": "role", "role": role.pk, "engines": [engine.pk]}),  # what was hidden does not count
        ("Two", {"scope": "engines", "engines": [engine.pk]}),
        ("Three", {"scope": "every"}),
    ):
        assert as_owner.post(f"{address}/new-service", {"name": name, "days": "", **fields}).status_code == 200

    rows = {row.key.name: row.may for row in as_owner.get(address).context["services"]}
    assert rows == {"One": "what Robot may", "Two": "use Web", "Three": "use every engine"}
    assert not ApiKey.objects.get(name="One").user.engineuserpermission_set.exists()


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({"name": "", "days": ""}, {"name": ["This field is required."], "scope": ["This field is required."]}),
        ({"name": "x" * 101, "scope": "every"}, {"name": ["Ensure this value has at most 100 characters (it has 101)."]}),
        ({"name": "CI", "scope": "role"}, {"role": ["Choose a role."]}),
        ({"name": "CI", "scope": "engines"}, {"engines": ["Choose at least one engine."]}),
        ({"name": "CI", "scope": "every", "days": "9999"}, {"days": ["Select a valid choice. 9999 is not one of the available choices."]}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(as_owner: Client, address: str, form: dict[str, str], errors: dict[str, list[str]]) -> None:
    answer = as_owner.post(f"{address}/new-service", form)

    assert (answer.status_code, {name: list(found) for name, found in answer.context["form"].errors.items()}) == (400, errors)
    assert ApiKey.objects.count() == 0


def test_manager_cannot_make_a_key_that_owns(organization: Organization, address: str) -> None:
    manager = browser(make_holder(organization, MANAGE_TEAM))
    owners = organization.roles.get(name="Owner")

    answer = manager.post(f"{address}/new-service", {"name": "CI", "scope": "role", "role": owners.pk})

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["role"])
    assert f'value="{owners.pk}"' not in answer.content.decode()
    assert ApiKey.objects.count() == 0


def test_service_keys_need_the_permission(organization: Organization, reviewer: User, stranger: User, address: str) -> None:
    key, _ = make_key(organization)

    assert browser(reviewer).get(f"{address}/new").status_code == 200
    assert browser(reviewer).get(f"{address}/new-service").status_code == 403
    assert browser(reviewer).post(f"{address}/new-service", {"name": "CI", "scope": "every"}).status_code == 403
    assert browser(reviewer).post(f"{address}/{key.pk}/revoke").status_code == 404
    assert browser(stranger).post(f"{address}/new", {"name": "CI"}).status_code == 404
    assert list(ApiKey.objects.filter(revoked_at=None)) == [key]


def test_revoked_key_is_refused_on_the_next_call(as_owner: Client, organization: Organization, owner: User, address: str) -> None:
    service, service_text = make_key(organization, name="CI")
    own, own_text = make_key(organization, user=owner, name="Laptop")

    for key, text in ((service, service_text), (own, own_text)):
        assert Api(text).get("/users/me").status == 200
        answer = as_owner.post(f"{address}/{key.pk}/revoke", follow=True)
        assert [str(message) for message in answer.context["messages"]] == [f"Revoked. Calls with {key.name} ({key.hint}…) are refused from now on."]
        assert Api(text).get("/users/me").status == 401

    assert lists(as_owner, address) == ([], [])
    assert [key.name for key in as_owner.get(address).context["ended"]] == ["Laptop", "CI"]


def test_personal_keys_of_others_are_not_there(as_owner: Client, organization: Organization, reviewer: User, address: str) -> None:
    theirs, _ = make_key(organization, user=reviewer, name="Rita's")

    assert as_owner.post(f"{address}/{theirs.pk}/revoke").status_code == 404
    assert "Rita&#x27;s" not in page_of(as_owner, address)
    assert as_owner.post(f"{address}/key_x/revoke").status_code == 404
    assert as_owner.get(f"{address}/{theirs.pk}/revoke").status_code == 405


def test_expired_keys_stand_with_those_that_ended(as_owner: Client, organization: Organization, address: str) -> None:
    make_key(organization, name="Old", expires_at=NOW)

    assert lists(as_owner, address) == ([], [])
    assert "Old" in page_of(as_owner, address)


def test_names_are_inert(as_owner: Client, organization: Organization, address: str) -> None:
    make_key(organization, name=HOSTILE, engines=[make_engine(organization, name=HOSTILE)])

    page = page_of(as_owner, address) + as_owner.post(f"{address}/new", {"name": HOSTILE}).content.decode()

    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 4


def test_many_keys_take_few_queries(as_owner: Client, organization: Organization, owner: User, address: str, django_assert_max_num_queries) -> None:
    engine = make_engine(organization)
    for number in range(12):
        make_key(organization, name=f"Service {number}", engines=[engine])
        make_key(organization, user=owner, name=f"Own {number}")

    for page in (address, f"{address}/new-service"):
        with django_assert_max_num_queries(15):
            as_owner.get(page)
