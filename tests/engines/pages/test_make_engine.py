"""A new engine by form: what it gets, and what is refused."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from engines.models import Engine, ProviderCredential
from organizations.models import AuditEvent, Organization
from organizations.permissions import MANAGE_SETTINGS, Grants
from tests.factories import NOW, make_member, make_role
from tests.localization.pages.people import browser, make_editor, page_of


@pytest.fixture
def form_address(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/engines/new"


def models_of(engine: Engine) -> list[str]:
    return [str(item) for item in engine.model_configs.all()]


def test_form_makes_an_engine_and_leads_to_it(as_owner: Client, form_address: str) -> None:
    sent = {"name": " Shop ", "description": "Line\r\ntwo", "source_locales": "EN", "target_locales": "de pt_BR, fr", "model": "pseudo:pseudo"}

    answer = as_owner.post(form_address, sent)

    made = Engine.objects.get()
    assert answer.headers["Location"] == f"/orgs/{made.organization_id}/engines/{made.pk}"
    assert (made.name, made.description, made.is_default) == ("Shop", "Line\ntwo", True)
    assert (made.source_locales, made.target_locales) == (["en"], ["de", "pt-BR", "fr"])
    assert models_of(made) == ["pseudo:pseudo"]
    assert AuditEvent.objects.get(action="engine.created").target_id == made.pk


def test_models_are_those_that_the_organization_reaches(as_owner: Client, form_address: str, organization: Organization, settings: Settings) -> None:
    settings.OPENAI_API_KEY = "sk-operators"
    ProviderCredential.objects.create(organization=organization, provider="google", key="k", hint="k", created_at=NOW, updated_at=NOW)

    offered = [value for value, _ in as_owner.get(form_address).context["form"]["model"].field.choices]
    as_owner.post(form_address, {"name": "Shop", "model": "google:gemini-2.5-flash"})

    assert "openai:gpt-5-mini" in offered
    assert "google:gemini-2.5-flash" in offered
    assert not [name for name in offered if name.startswith("anthropic")]
    assert models_of(Engine.objects.get()) == ["google:gemini-2.5-flash"]


def test_without_a_choice_it_gets_what_the_installation_gives(as_owner: Client, form_address: str, settings: Settings) -> None:
    settings.OPENAI_API_KEY, settings.GEMINI_API_KEY = "sk-1", "sk-2"

    as_owner.post(form_address, {"name": "Shop", "model": ""})

    assert models_of(Engine.objects.get()) == ["openai:gpt-5-mini", "google:gemini-2.5-flash"]


@pytest.mark.parametrize(
    ("fields", "name", "message"),
    [
        ({"name": " "}, "name", "Must not be empty."),
        ({"source_locales": "english"}, "source_locales", "Unknown language subtag 'english'."),
        ({"target_locales": "de DE de"}, "target_locales", "Repeats item 0: de."),
        ({"model": "openai:gpt-5-mini"}, "model", "Select a valid choice."),
    ],
)
def test_bad_input_stands_at_its_field_and_stays(as_owner: Client, form_address: str, fields: dict[str, Any], name: str, message: str) -> None:
    answer = as_owner.post(form_address, {"name": "Shop", "description": "kept", "model": "", **fields})

    form = answer.context["form"]
    assert answer.status_code == 400
    assert message in " ".join(form.errors[name])
    assert 'id="id_description"' in answer.content.decode()
    assert form["description"].value() == "kept"
    assert not Engine.objects.exists()


def test_making_engines_needs_the_organizations_permission(organization: Organization, engine: Engine, form_address: str) -> None:
    editor = browser(make_editor(organization, engine))

    answer = editor.post(form_address, {"name": "Shop"})

    assert answer.status_code == 403
    assert "org:manage_settings" in answer.content.decode()
    assert Engine.objects.count() == 1


def test_who_may_make_but_not_use_engines_is_led_home(organization: Organization, form_address: str) -> None:
    role = make_role(organization, grants=Grants(everywhere=frozenset({MANAGE_SETTINGS})))
    admin = browser(make_member(organization, role).user)

    answer = admin.post(form_address, {"name": "Shop", "model": ""})

    assert answer.headers["Location"] == f"/orgs/{organization.pk}/"
    assert "Shop is ready." in page_of(admin, answer.headers["Location"])
