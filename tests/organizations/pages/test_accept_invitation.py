"""Where an invitation's link leads, for each who may open it."""

import logging
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client

from foundation.clock import database_now
from organizations.invitations import create_invitation, withdraw_invitation
from organizations.models import Invitation, Membership, Organization, User
from organizations.services import change_role
from tests.factories import AUTHOR, PASSWORD, make_member, make_person, make_role
from tests.localization.pages.people import HOSTILE, browser, page_of

ADA = "ada@example.com"
ACCOUNT = {"name": "Ada  Lovelace", "new_password1": PASSWORD, "new_password2": PASSWORD}


@pytest.fixture
def address(organization: Organization, owner: User) -> str:
    """The path of a link that is good."""
    role = organization.roles.get(name="Full Access")
    issued = create_invitation(organization=organization, email=ADA, role=role, inviter=owner, author=AUTHOR, now=database_now())
    return urlsplit(issued.link).path


def test_new_person_makes_an_account_and_is_in(client: Client, organization: Organization, address: str) -> None:
    page = page_of(client, address)
    answer = client.post(address, ACCOUNT)

    assert "Olive Owner invites <strong>ada@example.com</strong>, with the role Full Access." in page
    assert answer.headers["Location"] == f"/orgs/{organization.pk}/"
    inside = client.get(f"/orgs/{organization.pk}/team")
    assert inside.status_code == 200
    assert [str(message) for message in inside.context["messages"]] == ["You are a member of Acme now, with the role Full Access."]
    ada = User.objects.get(email=ADA)
    assert (ada.name, ada.check_password(PASSWORD), ada.last_login is not None) == ("Ada Lovelace", True, True)


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"name": " "}, {"name": ["This field is required."]}),
        ({"new_password2": "something else"}, {"new_password2": ["The two password fields didn’t match."]}),
        (
            {"new_password1": "short", "new_password2": "short"},
            {"new_password2": ["This password is too short. It must contain at least 10 characters."]},
        ),
        (
            {"new_password1": "ada@example.com", "new_password2": "ada@example.com"},
            {"new_password2": ["The password is too similar to the email."]},
        ),
        ({"new_password1": "password123", "new_password2": "password123"}, {"new_password2": ["This password is too common."]}),
    ],
)
def test_account_that_cannot_be_made_is_explained(client: Client, address: str, changed: dict[str, str], errors: dict[str, list[str]]) -> None:
    answer = client.post(address, {**ACCOUNT, **changed})

    # The address holds the secret, and an answer of 400 would be logged with it.
    assert (answer.status_code, {name: list(found) for name, found in answer.context["form"].errors.items()}) == (200, errors)
    assert not User.objects.filter(email=ADA).exists()
    assert PASSWORD not in answer.content.decode()


def test_person_with_an_account_logs_in_and_comes_back(client: Client, organization: Organization, address: str) -> None:
    make_person(email=ADA)

    page = page_of(client, address)
    login = f"/login?next={quote(address)}"
    assert f'href="{login}"' in page
    assert "new_password1" not in page
    # Nobody makes an account over one that is there.
    assert client.post(address, ACCOUNT).status_code == 200
    assert client.post(login, {"username": ADA, "password": PASSWORD}).headers["Location"] == address

    assert "Accept" in page_of(client, address)
    assert client.post(address).headers["Location"] == f"/orgs/{organization.pk}/"
    assert Membership.objects.filter(organization=organization, user__email=ADA).exists()


def test_person_with_another_address_is_told_so_and_can_log_out(stranger: User, address: str) -> None:
    client = browser(stranger)

    page = page_of(client, address)
    answer = client.post(address, ACCOUNT)

    assert "You are logged in as <strong>stranger@example.com</strong>" in page
    assert answer.status_code == 200
    assert Invitation.objects.get().accepted_at is None
    assert client.post("/logout", {"next": address}).headers["Location"] == address


def test_links_that_are_over_say_so(client: Client, organization: Organization, owner: User, address: str) -> None:
    invitation = Invitation.objects.get()

    def shown(**changes: object) -> tuple[int, bool]:
        Invitation.objects.filter(pk=invitation.pk).update(**{"accepted_at": None, "withdrawn_at": None, **changes})
        answers = [client.get(address), client.post(address, ACCOUNT)]
        assert len({answer.status_code for answer in answers}) == 1
        return answers[0].status_code, sentence in answers[1].content.decode()

    now = database_now()
    sentence = "This invitation was accepted"
    assert shown(accepted_at=now) == (410, True)
    sentence = "This invitation was withdrawn"
    assert shown(withdrawn_at=now) == (410, True)
    sentence = "This invitation has expired"
    assert shown(expires_at=now - timedelta(seconds=1)) == (410, True)
    assert not User.objects.filter(email=ADA).exists()


@pytest.mark.parametrize("secret", ["x", "%F0%9F%98%80", "..%2F..", "a" * 3000])
def test_link_that_was_never_given_leads_nowhere(client: Client, db: None, secret: str) -> None:
    answer = client.get(f"/invitations/{secret}")

    assert answer.status_code == 404
    assert "text/html" in answer.headers["Content-Type"]


def test_inviter_who_lost_the_right_is_named_to_the_guest(client: Client, organization: Organization, owner: User, address: str) -> None:
    make_member(organization, "Owner")
    lesser = make_role(organization, name="Nothing")
    change_role(membership=Membership.objects.get(user=owner), role=lesser, author=AUTHOR, now=database_now())

    page = client.post(address, ACCOUNT).content.decode()

    assert "Olive Owner may not invite you to this any more. Ask for a new invitation." in page
    assert not User.objects.filter(email=ADA).exists()


def test_good_secret_is_in_no_log_and_no_cache(client: Client, address: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        answers = [client.get(address), client.post(address, {**ACCOUNT, "new_password2": "x"}), client.post(address, ACCOUNT)]

    assert [answer.headers.get("Cache-Control") for answer in answers[:2]] == ["no-store"] * 2
    assert address not in caplog.text


def test_withdrawn_while_the_form_was_open(client: Client, owner: User, address: str) -> None:
    assert client.get(address).status_code == 200
    withdraw_invitation(invitation=Invitation.objects.get(), author=AUTHOR, now=database_now())

    assert client.post(address, ACCOUNT).status_code == 410


def test_names_are_inert_in_front_of_the_shell(client: Client, organization: Organization, owner: User, address: str) -> None:
    Organization.objects.update(name=HOSTILE)
    User.objects.filter(pk=owner.pk).update(name=HOSTILE)

    page = page_of(client, address) + client.post(address, {**ACCOUNT, "name": HOSTILE, "new_password2": ""}).content.decode()

    assert HOSTILE not in page
    assert 'src="http' not in page
