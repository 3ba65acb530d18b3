"""Accounts at providers: set, replaced and removed by form, and never shown."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from engines.models import Engine, ProviderCredential, ReviewCredential
from organizations.models import AuditEvent, Organization
from organizations.permissions import MANAGE_SETTINGS, Grants
from tests.factories import make_member, make_role
from tests.localization.pages.people import browser, make_editor, page_of

KEY = "sk-very-secret-1234"
PRIVATE = "gengo-private-5678"


@pytest.fixture
def providers(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/providers"


def set_key(client: Client, providers: str, **fields: str) -> Any:
    return client.post(f"{providers}/models/openai", {"key": KEY, "base_url": "", **fields}, follow=True)


def set_account(client: Client, providers: str, **fields: str) -> Any:
    return client.post(f"{providers}/reviews/gengo", {"public_key": "pub", "private_key": PRIVATE, "base_url": "", **fields}, follow=True)


def test_key_is_stored_and_known_by_its_end_alone(as_owner: Client, providers: str) -> None:
    said = set_key(as_owner, providers).content.decode()

    stored = ProviderCredential.objects.get()
    assert (stored.provider, stored.key, stored.hint, stored.base_url) == ("openai", KEY, "1234", "")
    assert "…1234" in said
    assert KEY not in said
    assert KEY not in AuditEvent.objects.get(action="provider_credential.set").detail


def test_key_is_replaced_and_removed(as_owner: Client, providers: str, settings: Settings) -> None:
    settings.MODEL_HOSTS = ["https://models.example/v1/"]
    set_key(as_owner, providers)

    set_key(as_owner, providers, key="sk-another-9999", base_url="https://models.example/v1")
    assert [(row.key, row.base_url) for row in ProviderCredential.objects.all()] == [("sk-another-9999", "https://models.example/v1")]

    as_owner.post(f"{providers}/models/openai/remove")
    assert not ProviderCredential.objects.exists()


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"key": "short"}, "key"), ({"key": ""}, "key"), ({"key": "with a space 1234"}, "key"), ({"base_url": "https://inner.example"}, "base_url")],
)
def test_bad_key_is_refused_and_not_repeated(as_owner: Client, providers: str, fields: dict[str, str], name: str) -> None:
    answer = set_key(as_owner, providers, **fields)

    (card,) = [card for card in answer.context["models"] if card.form.errors]
    assert answer.status_code == 400
    assert (card.account.provider, set(card.form.errors)) == ("openai", {name})
    assert not ProviderCredential.objects.exists()
    assert {"key": KEY, **fields}["key"] not in answer.content.decode() or not fields.get("key", KEY)


def test_review_account_is_set_and_removed(as_owner: Client, providers: str) -> None:
    said = set_account(as_owner, providers).content.decode()

    stored = ReviewCredential.objects.get()
    assert (stored.public_key, stored.private_key, stored.base_url) == ("pub", PRIVATE, "https://api.gengo.com/v2/")
    assert "…5678" in said
    assert PRIVATE not in said
    as_owner.post(f"{providers}/reviews/gengo/remove")
    assert not ReviewCredential.objects.exists()


def test_bad_review_account_keeps_what_may_be_shown(as_owner: Client, providers: str) -> None:
    answer = set_account(as_owner, providers, base_url="http://169.254.169.254/")

    (card,) = answer.context["reviews"]
    assert answer.status_code == 400
    assert set(card.form.errors) == {"base_url"}
    assert card.form["public_key"].value() == "pub"
    assert PRIVATE not in answer.content.decode()


def test_page_says_whose_account_is_used(as_owner: Client, providers: str, settings: Settings) -> None:
    settings.ANTHROPIC_API_KEY = "sk-operators-own"
    set_key(as_owner, providers)

    page = as_owner.get(providers)

    assert {card.account.provider: card.account.standing for card in page.context["models"]} == {
        "openai": "your own account",
        "anthropic": "the operator's account",
        "google": "no account",
    }
    assert "sk-operators-own" not in page.content.decode()


@pytest.mark.parametrize("address", ["models/pseudo", "models/none", "models/openai/remove", "reviews/none", "reviews/gengo/remove"])
def test_account_that_cannot_be_is_not_found(as_owner: Client, providers: str, address: str) -> None:
    assert as_owner.post(f"{providers}/{address}", {"key": KEY}).status_code == 404


def test_accounts_need_the_organizations_permission(organization: Organization, engine: Engine, providers: str) -> None:
    editor = browser(make_editor(organization, engine))
    admin = browser(make_member(organization, make_role(organization, grants=Grants(everywhere=frozenset({MANAGE_SETTINGS})))).user)

    assert editor.get(providers).status_code == 403
    assert set_key(editor, providers).status_code == 403
    assert not ProviderCredential.objects.exists()
    assert "Providers" in page_of(admin, providers)


def test_accounts_of_others_are_not_shown(as_owner: Client, providers: str, stranger: Any) -> None:
    elsewhere = stranger.memberships.get().organization
    for act in (set_key, set_account):
        act(browser(stranger), f"/orgs/{elsewhere.pk}/providers")

    shown = page_of(as_owner, providers)

    assert browser(stranger).get(providers).status_code == 404
    assert "…1234" not in shown
    assert "…5678" not in shown


def test_page_takes_few_queries(as_owner: Client, providers: str, django_assert_max_num_queries) -> None:
    set_key(as_owner, providers)
    set_account(as_owner, providers)

    with django_assert_max_num_queries(15):
        page_of(as_owner, providers)
