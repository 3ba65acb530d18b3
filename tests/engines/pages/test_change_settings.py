"""An engine's settings: what the form writes, what it refuses to undo, and deletion by name."""

from typing import Any

import pytest
from django.test import Client

from engines.models import Engine, GlossaryItem
from engines.pages.engine_form import EngineForm, settings_of
from organizations.models import AuditEvent, Organization
from tests.factories import make_engine
from tests.localization.pages.people import browser, make_editor
from tests.localization.steps import make_group


@pytest.fixture
def form_address(address: str) -> str:
    return f"{address}/settings"


def shown(client: Client, address: str) -> dict[str, Any]:
    """The fields as a browser would send them back."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "on" if value is True else value for name, value in values.items() if value is not False}


def test_form_writes_what_was_changed(as_owner: Client, form_address: str, engine: Engine) -> None:
    sent = shown(as_owner, form_address) | {"name": "Shop", "target_locales": "de, FR", "on_unverified": "fail"}
    del sent["uses_memory"]

    answer = as_owner.post(form_address, sent)

    assert answer.headers["Location"] == form_address
    assert settings_of(Engine.objects.get()) == {
        "name": "Shop",
        "description": "",
        "source_locales": "",
        "target_locales": "de, fr",
        "enabled": True,
        "is_default": True,
        "uses_memory": False,
        "on_unverified": "fail",
    }
    assert AuditEvent.objects.filter(action="engine.changed").count() == 1


def test_what_somebody_else_changed_is_not_overwritten_unseen(as_owner: Client, form_address: str, engine: Engine) -> None:
    opened = shown(as_owner, form_address)
    Engine.objects.update(name="Theirs", uses_memory=False)

    answer = as_owner.post(form_address, opened | {"description": "Mine"})

    text, form = answer.content.decode(), answer.context["form"]
    assert answer.status_code == 409
    assert [(one.label, one.before, one.after) for one in answer.context["differences"]] == [
        ("Name", "Website", "Theirs"),
        ("Use the translation memory", "on", "off"),
    ]
    assert "<del>Website</del> <ins>Theirs</ins>" in text
    assert (form["name"].value(), form["description"].value(), form["uses_memory"].value()) == ("Theirs", "Mine", False)
    assert Engine.objects.get().description == ""


def test_saving_again_after_a_look_writes(as_owner: Client, form_address: str, engine: Engine) -> None:
    opened = shown(as_owner, form_address)
    Engine.objects.update(name="Theirs")
    again = as_owner.post(form_address, opened | {"name": "Mine"}).context["form"]

    as_owner.post(form_address, opened | {"name": again["name"].value(), "seen": again["seen"].value()})

    assert Engine.objects.get().name == "Mine"


def test_change_that_the_form_does_not_show_is_no_conflict(as_owner: Client, form_address: str, engine: Engine) -> None:
    opened = shown(as_owner, form_address)
    Engine.objects.update(layers_version=7)

    as_owner.post(form_address, opened | {"name": "Mine"})

    assert Engine.objects.get().name == "Mine"


@pytest.mark.parametrize("seen", ["", "{", "[]", '{"name": 1}'])
def test_form_without_what_was_seen_writes_nothing(as_owner: Client, form_address: str, engine: Engine, seen: str) -> None:
    answer = as_owner.post(form_address, shown(as_owner, form_address) | {"name": "Mine", "seen": seen})

    assert answer.status_code == 409
    assert Engine.objects.get().name == "Website"


def test_bad_input_stays_in_the_form(as_owner: Client, form_address: str, engine: Engine) -> None:
    answer = as_owner.post(form_address, shown(as_owner, form_address) | {"name": "", "source_locales": "xx-bad"})

    form = answer.context["form"]
    assert answer.status_code == 400
    assert set(form.errors) == {"name", "source_locales"}
    assert form["source_locales"].value() == "xx-bad"


def test_default_is_not_changed_by_who_may_not_use_every_engine(organization: Organization, engine: Engine) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    editor = browser(make_editor(organization, other))
    address = f"/orgs/{organization.pk}/engines/{other.pk}/settings"

    answer = editor.post(address, shown(editor, address) | {"is_default": "on", "name": "Kept"})

    assert answer.status_code == 403
    assert "This needs the permission engine:access" in answer.content.decode()
    assert answer.context["form"]["name"].value() == "Kept"
    assert Engine.objects.get(is_default=True) == engine


def delete(client: Client, address: str, name: str) -> Any:
    page = client.get(f"{address}/settings")
    return client.post(f"{address}/delete", {"name": name, "if_match": page.context["tag"]})


def test_engine_is_deleted_by_its_name(as_owner: Client, address: str, engine: Engine) -> None:
    assert delete(as_owner, address, "website").status_code == 400
    assert Engine.objects.exists()

    answer = delete(as_owner, address, " Website ")

    assert answer.headers["Location"] == f"/orgs/{engine.organization_id}/engines"
    assert not Engine.objects.exists()


def test_engine_that_was_changed_meanwhile_is_not_deleted(as_owner: Client, address: str, engine: Engine) -> None:
    tag = as_owner.get(f"{address}/settings").context["tag"]
    GlossaryItem.objects.create(engine=engine, source_text="new")
    Engine.objects.update(layers_version=2)

    answer = as_owner.post(f"{address}/delete", {"name": "Website", "if_match": tag})

    assert answer.status_code == 409
    assert Engine.objects.exists()


def test_engine_with_unfinished_jobs_is_not_deleted(as_owner: Client, address: str, organization: Organization, engine: Engine) -> None:
    make_group(organization, engine=engine)

    answer = delete(as_owner, address, "Website")

    assert answer.status_code == 409
    assert "unfinished job groups" in answer.content.decode()


def test_deleting_needs_the_organizations_permission(organization: Organization, address: str, engine: Engine) -> None:
    editor = browser(make_editor(organization, engine))

    assert "Delete this engine" not in editor.get(f"{address}/settings").content.decode()
    assert delete(editor, address, "Website").status_code == 403
    assert Engine.objects.exists()


def test_form_shows_stored_values_by_the_names_of_its_fields(engine: Engine) -> None:
    assert set(settings_of(engine)) | {"seen"} == set(EngineForm.base_fields)
