"""`setup` and `demo`: what an operator runs first."""

import io
import json
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from engines.defaults import default_models
from engines.models import Engine, ModelConfig
from organizations.models import ApiKey, AuditEvent, Membership, Organization, User
from organizations.permissions import FULL_ACCESS_PERMISSIONS, OWNER_PERMISSIONS, REVIEW_TRANSLATIONS, grants_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.dashboard.urls")]

SETUP = {"organization": "Acme", "email": "Ada@Example.com", "password_stdin": True, "no_input": True}


def demo(**options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("demo", "--json", stdout=out, **options)
    assert out.getvalue().count("\n") == 1
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def setup(monkeypatch: pytest.MonkeyPatch, password: str = "a long passphrase\n", **options: Any) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password))
    out = io.StringIO()
    call_command("setup", stdout=out, **{**SETUP, **options})
    return out.getvalue()


def test_demo_prints_all_that_one_needs(client: Client) -> None:
    made = demo()

    organization, engine = Organization.objects.get(), Engine.objects.get()
    assert made == {
        "baseUrl": settings.PUBLIC_URL,
        "organizationId": organization.pk,
        "engineId": engine.pk,
        "apiKey": made["apiKey"],
        "webhookSecret": made["webhookSecret"],
        "users": [
            {"email": "owner@demo.example", "password": "interlinear-demo", "role": "Owner"},
            {"email": "reviewer@demo.example", "password": "interlinear-demo", "role": "Reviewer"},
        ],
    }
    assert made["webhookSecret"].startswith("whsec_")
    assert client.get("/users/me", headers={"X-API-Key": made["apiKey"]}).json()["email"] == "owner@demo.example"
    for person in made["users"]:
        assert client.post("/login", {"username": person["email"], "password": person["password"]}).status_code == 302
        client.logout()


def test_demo_engine_has_the_installations_models_in_their_order() -> None:
    engine = Engine.objects.get(pk=demo()["engineId"])

    assert (engine.name, engine.is_default, engine.enabled) == ("Default", True, True)
    rows = ModelConfig.objects.filter(engine=engine).order_by("rank")
    assert [(row.source_locale, row.target_locale, row.provider, row.model) for row in rows] == default_models()


def test_demo_roles_hold_what_they_say() -> None:
    demo()

    held = {row.user.email: grants_of(row.role.group).everywhere for row in Membership.objects.select_related("user", "role__group") if row.role}
    service = ApiKey.objects.get().user.email
    assert held == {
        "owner@demo.example": OWNER_PERMISSIONS,
        service: OWNER_PERMISSIONS,
        "reviewer@demo.example": frozenset({REVIEW_TRANSLATIONS}),
    }


def test_repeated_demo_changes_nothing() -> None:
    first = demo()
    audit = AuditEvent.objects.count()

    second = demo()

    assert second == {**first, "apiKey": None}
    assert (Organization.objects.count(), Engine.objects.count(), ApiKey.objects.count(), AuditEvent.objects.count()) == (1, 1, 1, audit)


def test_demo_makes_another_key_when_asked(client: Client) -> None:
    first, second = demo(), demo(new_key=True)

    assert second == {**first, "apiKey": second["apiKey"]}
    assert first["apiKey"] != second["apiKey"]
    for made in (first, second):
        assert client.get("/users/me", headers={"X-API-Key": made["apiKey"]}).status_code == 200


def test_demo_gives_its_people_their_password_back(client: Client) -> None:
    demo()
    owner = User.objects.get(email="owner@demo.example")
    owner.set_password("something else")
    owner.save(update_fields=["password"])

    demo()

    assert client.post("/login", {"username": "owner@demo.example", "password": "interlinear-demo"}).status_code == 302


def test_second_demo_organization_stands_beside_the_first() -> None:
    first, second = demo(), demo(organization="Acme Films")

    assert {first["organizationId"], second["organizationId"]} == set(Organization.objects.values_list("pk", flat=True))
    assert [person["email"] for person in second["users"]] == ["owner@acme-films.example", "reviewer@acme-films.example"]
    assert first["engineId"] != second["engineId"]


def test_demo_speaks_to_people_without_json() -> None:
    out = io.StringIO()

    call_command("demo", stdout=out)

    assert "Log in as:" in out.getvalue()
    assert "ilk_" in out.getvalue()


def test_setup_makes_a_working_installation(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    said = setup(monkeypatch)

    key = ApiKey.objects.get()
    text = next(word for word in said.split() if word.startswith("ilk_"))
    assert client.get("/users/me", headers={"X-API-Key": text}).json()["email"] == "ada@example.com"
    assert key.user.memberships.get().role is not None
    assert grants_of(key.user.groups.get()).everywhere == FULL_ACCESS_PERMISSIONS
    assert client.post("/login", {"username": "ada@example.com", "password": "a long passphrase"}).status_code == 302
    assert "a long passphrase" not in said


def test_setup_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SETUP_ORGANIZATION", "Env Inc"), ("SETUP_EMAIL", "env@example.com"), ("SETUP_PASSWORD", "a long passphrase")):
        monkeypatch.setenv(name, value)

    call_command("setup", "--no-input", stdout=io.StringIO())

    assert Organization.objects.get().name == "Env Inc"
    assert User.objects.get(email="env@example.com").check_password("a long passphrase")


def test_setup_refuses_a_second_organization_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    setup(monkeypatch)

    with pytest.raises(CommandError, match="--another"):
        setup(monkeypatch, organization="Second", email="bob@example.com")
    setup(monkeypatch, organization="Second", email="bob@example.com", another=True)

    assert set(Organization.objects.values_list("name", flat=True)) == {"Acme", "Second"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"organization": None}, "needs a name"),
        ({"organization": "x" * 201}, "needs a name"),
        ({"email": None}, "needs an e-mail"),
        ({"email": "nobody"}, "valid email"),
        ({"password": "short\n"}, "too short"),
        ({"password": ""}, "too short"),
    ],
)
def test_setup_refuses_what_is_missing_or_wrong_and_makes_nothing(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        setup(monkeypatch, **options)

    assert not Organization.objects.exists()
    assert not User.objects.exists()
