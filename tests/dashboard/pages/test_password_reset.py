"""A new password by mail: the same answer to everybody, one use, and an end of all sessions."""

import re
import threading
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from dashboard.pages.password_reset import THREAD
from organizations.models import Organization, User
from organizations.services import create_person
from tests.factories import NOW, PASSWORD, make_key
from tests.localization.pages.people import browser
from tests.organizations.mail_server import AWAY

NEW = "another long passphrase"


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


def ask(client: Client, email: str) -> tuple[int, str]:
    """What the one who asks sees; waits until the mail is sent."""
    answer = client.post("/password-reset", {"email": email})
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join(5)
    return answer.status_code, answer.headers.get("Location", "")


def link(message: EmailMessage) -> str:
    """The path of the link in a mail."""
    [found] = re.findall(rf"^{re.escape(settings.PUBLIC_URL)}\S+$", message.body, re.MULTILINE)
    return urlsplit(found).path


def change(client: Client, path: str, password: str = NEW) -> int:
    form = client.get(path).headers.get("Location", path)
    return client.post(form, {"new_password1": password, "new_password2": password}).status_code


def log_in(email: str, password: str) -> int:
    return Client().post("/login", {"username": email, "password": password}).status_code


def test_login_leads_to_the_reset(client: Client, db: None) -> None:
    assert 'href="/password-reset"' in client.get("/login").content.decode()
    assert client.get("/password-reset").status_code == 200


def test_answer_is_the_same_for_every_address(client: Client, organization: Organization, owner: User, settings: Settings) -> None:
    key, _ = make_key(organization)
    closed = create_person(email="closed@example.com", password=PASSWORD, now=NOW)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    answers = {ask(client, email) for email in ("Owner@Example.com", "nobody@example.com", key.user.email, closed.email, owner.email)}

    assert answers == {(302, "/password-reset/sent")}
    # Neither services nor closed accounts get one, and nobody two in a minute.
    assert [message.to for message in mail.outbox] == [["owner@example.com"]]
    cache.clear()
    settings.EMAIL_BACKEND = AWAY
    assert ask(client, owner.email) == (302, "/password-reset/sent")
    assert "If there is an account with this address" in client.get("/password-reset/sent").content.decode()


def test_mail_is_plain_and_leads_to_the_public_address(client: Client, owner: User) -> None:
    client.post("/password-reset", {"email": owner.email}, headers={"Host": "localhost"})
    ask(client, "nobody@example.com")

    [message] = mail.outbox
    assert message.subject == "Reset of your Interlinear password"
    assert message.content_subtype == "plain"
    assert link(message).startswith("/password-reset/")
    assert "localhost" not in message.body.replace(settings.PUBLIC_URL, "")
    assert "<" not in message.body


def test_new_password_ends_the_old_one_and_all_sessions(client: Client, organization: Organization, owner: User) -> None:
    elsewhere = browser(owner)
    home = f"/orgs/{organization.pk}/"
    assert elsewhere.get(home).status_code == 200
    ask(client, owner.email)
    path = link(mail.outbox[0])

    assert change(client, path) == 302

    assert elsewhere.get(home).status_code == 302
    assert (log_in(owner.email, PASSWORD), log_in(owner.email, NEW)) == (200, 302)
    assert "This link does not work any more" in Client().get(path).content.decode()
    assert change(Client(), path, "a third passphrase") == 200
    assert log_in(owner.email, NEW) == 302


def test_token_leaves_the_address_at_once(client: Client, owner: User) -> None:
    ask(client, owner.email)
    path = link(mail.outbox[0])

    answer = client.get(path)

    assert answer.headers["Location"] == f"{path.rpartition('/')[0]}/set-password"
    assert path.rpartition("/")[2] not in client.get(answer.headers["Location"]).content.decode()


def test_password_must_please_the_validators(client: Client, owner: User) -> None:
    ask(client, owner.email)
    form = client.get(link(mail.outbox[0])).headers["Location"]

    answer = client.post(form, {"new_password1": "short", "new_password2": "short"})

    assert answer.context["form"].errors == {"new_password2": ["This password is too short. It must contain at least 10 characters."]}
    assert log_in(owner.email, PASSWORD) == 302


def test_reset_opens_what_failures_had_locked(client: Client, owner: User) -> None:
    for _ in range(10):
        log_in(owner.email, "wrong")
    assert log_in(owner.email, PASSWORD) == 429
    ask(client, owner.email)

    change(client, link(mail.outbox[0]))

    assert log_in(owner.email, NEW) == 302


def test_person_who_never_had_a_password_gets_one(client: Client, db: None) -> None:
    create_person(email="new@example.com", password=None, now=NOW)
    ask(client, "new@example.com")

    assert change(client, link(mail.outbox[0])) == 302
    assert log_in("new@example.com", NEW) == 302


def test_installation_without_a_mail_server_says_so_to_everybody(client: Client, db: None, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

    assert "This installation has no mail server" in client.get("/password-reset/sent").content.decode()


@pytest.mark.parametrize("address", ["/password-reset/x/y", "/password-reset/%00/y", "/password-reset/" + "a" * 500 + "/y"])
def test_link_that_was_never_sent_does_not_work(client: Client, db: None, address: str) -> None:
    answer = client.get(address)

    assert answer.status_code in (200, 404)
    assert "text/html" in answer.headers["Content-Type"]
