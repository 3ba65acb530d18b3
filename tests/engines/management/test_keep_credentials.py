"""Provider credentials: a key goes in, and nothing shows it again."""

import json
import subprocess
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from engines.models import ProviderCredential
from organizations.models import AuditEvent, Organization
from tests.api import Api, invalid, not_found
from tests.engines.management.calls import nothing_written

PATH = "/provider-credentials"
KEY = "sk-proj-0123456789-WXYZ"
HOST = "https://models.example/v1"


@pytest.fixture(autouse=True)
def hosts(settings: Settings) -> None:
    settings.MODEL_HOSTS = [f"{HOST}/", "https://other.example"]


def test_credential_is_shown_without_its_key(api: Api) -> None:
    answer = api.put(f"{PATH}/openai", {"key": KEY, "baseUrl": HOST})

    times = {name: answer.body[name] for name in ("createdAt", "updatedAt")}
    assert answer.shown == (201, {"provider": "openai", "baseUrl": HOST, "hint": "WXYZ", **times})
    assert api.get(f"{PATH}/openai").shown == (200, answer.body)
    assert api.get(PATH).shown == (200, {"items": [answer.body]})
    assert ProviderCredential.objects.get().key == KEY


def test_new_key_replaces_the_old_one(api: Api) -> None:
    first = api.put(f"{PATH}/openai", {"key": KEY, "baseUrl": HOST}).body

    answer = api.put(f"{PATH}/openai", {"key": "sk-another-9876"})

    assert answer.shown == (200, {**first, "baseUrl": "", "hint": "9876", "updatedAt": answer.body["updatedAt"]})
    assert answer.body["updatedAt"] > first["updatedAt"]
    assert ProviderCredential.objects.get().key == "sk-another-9876"


def test_credentials_are_listed_by_provider_and_belong_to_one_organization(api: Api, foreign_api: Api) -> None:
    for provider in ("openai", "anthropic", "google"):
        assert api.put(f"{PATH}/{provider}", {"key": KEY}).status == 201

    assert [item["provider"] for item in api.get(PATH).body["items"]] == ["anthropic", "google", "openai"]
    assert foreign_api.get(PATH).shown == (200, {"items": []})
    with nothing_written():
        answers = [foreign_api.get(f"{PATH}/openai"), foreign_api.delete(f"{PATH}/openai")]
    assert [answer.shown for answer in answers] == [not_found("providerCredential", "provider credential", "openai")] * 2


def test_removed_credential_is_gone(api: Api, organization: Organization) -> None:
    api.put(f"{PATH}/openai", {"key": KEY})

    assert api.delete(f"{PATH}/openai").shown == (204, None)

    missing = not_found("providerCredential", "provider credential", "openai")
    with nothing_written():
        assert [api.get(f"{PATH}/openai").shown, api.delete(f"{PATH}/openai").shown] == [missing] * 2


def test_every_change_is_in_the_audit_log_without_a_key(api: Api, organization: Organization) -> None:
    api.put(f"{PATH}/openai", {"key": KEY, "baseUrl": HOST})
    api.put(f"{PATH}/openai", {"key": "sk-another-9876"})
    api.delete(f"{PATH}/openai")

    old, new = {"baseUrl": HOST, "hint": "WXYZ"}, {"baseUrl": "", "hint": "9876"}
    rows = AuditEvent.objects.filter(target_type="providerCredential", organization_id=organization.pk).order_by("sequence")
    assert [(row.action, row.target_id, json.loads(row.detail)) for row in rows] == [
        ("provider_credential.set", "openai", {"before": None, "after": old}),
        ("provider_credential.set", "openai", {"before": old, "after": new}),
        ("provider_credential.removed", "openai", {"before": new}),
    ]


@pytest.mark.django_db(transaction=True)
def test_dump_of_the_database_has_no_key(api: Api) -> None:
    api.put(f"{PATH}/openai", {"key": KEY})
    api.put(f"{PATH}/openai", {"key": KEY + "-second"})

    dump = dump_database()

    assert b"anthropic" not in dump
    assert b"WXYZ" in dump
    assert KEY.encode() not in dump
    assert KEY[:12].encode() not in dump


def dump_database() -> bytes:
    """Everything in the database, as its own tool writes it out."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return "\n".join(connection.connection.iterdump()).encode()
    names = connection.settings_dict
    address = ["-h", names["HOST"], "-p", str(names["PORT"]), "-U", names["USER"]]
    return subprocess.run(["pg_dump", *address, "--data-only", names["NAME"]], check=True, capture_output=True).stdout


def test_no_log_line_has_the_key(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        api.put(f"{PATH}/openai", {"key": KEY})
        api.put(f"{PATH}/openai", {"key": KEY, "baseUrl": "https://elsewhere.example"})

    assert KEY not in caplog.text


def test_key_that_can_no_longer_be_read_can_be_replaced_and_removed(api: Api, settings: Settings) -> None:
    api.put(f"{PATH}/openai", {"key": KEY})
    settings.ENCRYPTION_KEYS = ["A" * 43 + "="]

    statuses = [api.get(PATH).status, api.get(f"{PATH}/openai").status, api.put(f"{PATH}/openai", {"key": KEY}).status]

    assert [*statuses, api.delete(f"{PATH}/openai").status] == [200, 200, 200, 204]


@pytest.mark.parametrize("provider", ["acme", "OPENAI", "pseudo", "apertium", "x" * 300, "🦆"])
def test_provider_that_needs_no_account_has_no_credential(api: Api, provider: str) -> None:
    with nothing_written():
        answers = [api.get(f"{PATH}/{provider}"), api.put(f"{PATH}/{provider}", {"key": KEY}), api.delete(f"{PATH}/{provider}")]

    assert [answer.shown for answer in answers] == [not_found("providerCredential", "provider credential", provider)] * 3


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({}, "key", "This field is required."),
        ({"key": None}, "key", "Must not be null."),
        ({"key": 12345678}, "key", "Must be a string."),
        ({"key": ""}, "key", "Must not be empty."),
        ({"key": "sk-1234"}, "key", "Must have at least 8 characters."),
        ({"key": "x" * 501}, "key", "Must have at most 500 characters."),
        ({"key": "sk-1234\r\nX-Evil: 1"}, "key", "Must be printable ASCII without spaces."),
        ({"key": "sk-schlüssel"}, "key", "Must be printable ASCII without spaces."),
        ({"key": KEY, "baseUrl": "https://elsewhere.example"}, "baseUrl", "Must be one of the addresses that the operator lists in MODEL_HOSTS."),
        ({"key": KEY, "baseUrl": f"{HOST}/../x"}, "baseUrl", "Must be one of the addresses that the operator lists in MODEL_HOSTS."),
        ({"key": KEY, "baseUrl": "http://169.254.169.254"}, "baseUrl", "Must be one of the addresses that the operator lists in MODEL_HOSTS."),
        ({"key": KEY, "baseUrl": 5}, "baseUrl", "Must be a string."),
        ({"key": KEY, "base_url": HOST}, "base_url", "Unknown field."),
    ],
)
def test_credential_that_is_wrong_is_refused_without_repeating_it(api: Api, body: dict[str, Any], path: str, message: str) -> None:
    with nothing_written():
        answer = api.put(f"{PATH}/openai", body)

    assert answer.shown == invalid((path, message))
