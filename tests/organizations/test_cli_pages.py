"""The page on which a person confirms or denies a command line."""

from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from organizations.models import ApiKey, AuditEvent, CliSession, Organization, User
from tests.api import Api
from tests.factories import make_organization

pytestmark = pytest.mark.django_db

VERIFIER = "v" * 43


@pytest.fixture(autouse=True)
def no_static_files(settings: Settings) -> None:
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture
def address() -> str:
    """The path that the command line opens."""
    body = Api(None).post("/cli-sessions", {"verifier": VERIFIER}, headers={"User-Agent": "node/20"}).body
    return urlsplit(body["verifyUrl"]).path


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def page(browser: Client, address: str) -> str:
    """The path of the confirming page in the person's first organization."""
    return browser.get(address).headers["Location"]


def state() -> tuple[int, object]:
    return Api(None).call("GET", f"/cli-sessions/{CliSession.objects.get().pk}", headers={"X-Cli-Verifier": VERIFIER}).shown


def test_anonymous_visitor_logs_in_first(client: Client, address: str) -> None:
    answer = client.get(address)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?next={quote(address)}")


def test_address_leads_to_the_persons_organization(page: str, organization: Organization, address: str) -> None:
    assert page == f"/orgs/{organization.pk}/cli/{address.removeprefix('/login/cli/')}"


def test_page_says_who_asks_and_for_what(browser: Client, page: str, owner: User) -> None:
    text = browser.get(page).content.decode()

    for said in ("127.0.0.1", "node/20", owner.email, "Acme", 'value="confirm"', 'value="deny"', "csrfmiddlewaretoken"):
        assert said in text
    assert "not the address that you use now" not in text


def test_page_warns_of_a_request_from_elsewhere(browser: Client, page: str) -> None:
    assert "not the address that you use now" in browser.get(page, REMOTE_ADDR="198.51.100.7").content.decode()


def test_name_of_a_program_is_text(browser: Client) -> None:
    body = Api(None).post("/cli-sessions", {"verifier": VERIFIER}, headers={"User-Agent": "<script>alert(1)</script>"}).body

    text = browser.get(urlsplit(body["verifyUrl"]).path, follow=True).content.decode()

    assert "<script>alert(1)" not in text


def test_page_offers_the_persons_other_organizations(browser: Client, page: str, owner: User, stranger: User) -> None:
    other = make_organization(name="Second", owner=owner)

    text = browser.get(page).content.decode()

    assert f'href="{page.replace(page.split("/")[2], other.pk)}"' in text
    assert "Elsewhere" not in text


def test_confirming_makes_a_key_and_says_so(browser: Client, page: str, organization: Organization, owner: User) -> None:
    answer = browser.post(page, {"decision": "confirm"})

    assert (answer.status_code, "is logged in" in answer.content.decode()) == (200, True)
    key = ApiKey.objects.get()
    assert (key.user, key.organization) == (owner, organization)
    assert list(AuditEvent.objects.filter(actor_id=owner.pk).values_list("action", "target_id")) == [
        ("key.created", key.pk),
        ("cli_session.confirmed", CliSession.objects.get().pk),
    ]
    shown = state()
    assert shown[0] == 200
    assert "ilk_" not in answer.content.decode()


def test_denying_ends_the_session(browser: Client, page: str) -> None:
    session_id = CliSession.objects.get().pk

    answer = browser.post(page, {"decision": "deny"})

    assert (answer.status_code, "Denied" in answer.content.decode()) == (200, True)
    assert (CliSession.objects.count(), ApiKey.objects.count()) == (0, 0)
    assert AuditEvent.objects.filter(action="cli_session.denied", target_id=session_id).count() == 1


def test_second_answer_changes_nothing_and_the_page_says_that_it_is_over(browser: Client, page: str) -> None:
    browser.post(page, {"decision": "confirm"})

    for decision in ("confirm", "deny"):
        answer = browser.post(page, {"decision": decision}, follow=True)
        assert "This log-in is over" in answer.content.decode()

    assert (CliSession.objects.count(), ApiKey.objects.count()) == (1, 1)


def test_expired_session_cannot_be_confirmed(browser: Client, page: str) -> None:
    CliSession.objects.update(expires_at=CliSession.objects.get().created_at)

    assert "This log-in is over" in browser.get(page).content.decode()
    assert "This log-in is over" in browser.post(page, {"decision": "confirm"}, follow=True).content.decode()
    assert ApiKey.objects.count() == 0


def test_stranger_finds_no_page_in_an_organization_that_is_not_theirs(page: str, stranger: User) -> None:
    client = Client()
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(page).status_code == 404
    assert client.post(page, {"decision": "confirm"}).status_code == 404
    assert ApiKey.objects.count() == 0


def test_form_from_another_site_is_refused(owner: User, page: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")

    assert client.post(page, {"decision": "confirm"}).status_code == 403
    assert ApiKey.objects.count() == 0


@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "WyJjbHNfIl0:1xUzbT:AAAA"])
def test_address_that_was_not_signed_here_is_not_found(browser: Client, organization: Organization, token: str) -> None:
    assert browser.get(f"/orgs/{organization.pk}/cli/{token}").status_code == 404


def test_altered_address_is_not_found(browser: Client, page: str) -> None:
    assert browser.get(page[:-1] + ("A" if page[-1] != "A" else "B")).status_code == 404
