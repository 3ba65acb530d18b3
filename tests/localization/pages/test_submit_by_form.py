"""A new submission by form: what it sends, and how what the API refuses is shown."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from engines.models import Engine
from engines.pipeline_config import DEFAULTS
from localization.models import JobGroup
from organizations.models import Organization
from tests.factories import make_engine
from tests.localization.pages.people import HOSTILE, browser, make_editor, page_of


@pytest.fixture
def address(jobs_address: str, engine: Engine) -> str:
    return f"{jobs_address}/new"


def form_of(engine: Engine, **fields: Any) -> dict[str, Any]:
    """A valid form with some fields changed."""
    sent = {"act": "submit", "nonce": "n1", "engine": engine.pk, "source_locale": "en", "target_locales": "de, fr", "content": '{"title": "Hello"}'}
    return sent | {"mode": "internal", "tier": "standard", "timeout_hours": "48", "max_cost_usd": "", **fields}


def errors_of(client: Client, address: str, form: dict[str, Any]) -> dict[str, list[str]]:
    """The errors by field, of a submission that wrote nothing."""
    answer = client.post(address, form)
    assert answer.status_code == 400
    assert JobGroup.objects.count() == 0
    return {name: list(errors) for name, errors in answer.context["form"].errors.items()}


def test_form_makes_a_group_and_leads_to_it(as_owner: Client, address: str, engine: Engine) -> None:
    fields = {"context": "Line one\r\nline two", "locked_keys": "id\r\n\r\nimages.** \r\n", "rephrase": "on", "target_locales": "DE, pt_BR\n fr"}

    answer = as_owner.post(address, form_of(engine, content='{"b": 1.50, "a": "Hello"}', **fields))

    group = JobGroup.objects.get()
    assert answer.headers["Location"] == f"/orgs/{group.organization_id}/jobs/groups/{group.id}"
    assert group.source == '{"b":1.50,"a":"Hello"}'
    assert [job.target_locale for job in group.jobs.order_by("id")] == ["de", "pt-BR", "fr"]
    assert (group.context, group.locked_keys) == ("Line one\nline two", ["id", "images.**"])
    assert group.pipeline_config == {**DEFAULTS, "rephrase": {"enabled": True}}


def test_same_form_sent_twice_makes_one_group(as_owner: Client, address: str, engine: Engine) -> None:
    first, second = (as_owner.post(address, form_of(engine)).headers["Location"] for _ in range(2))
    as_owner.post(address, form_of(engine, target_locales="es"))

    assert first == second
    assert JobGroup.objects.count() == 2


def test_file_goes_before_what_was_typed(as_owner: Client, address: str, engine: Engine) -> None:
    file = SimpleUploadedFile("texts.json", '{"title": "Grüße"}'.encode())

    as_owner.post(address, form_of(engine, content="", file=file))

    assert json.loads(JobGroup.objects.get().source) == {"title": "Grüße"}


def test_human_edit_is_asked_for_with_its_settings(as_owner: Client, address: str, engine: Engine) -> None:
    as_owner.post(address, form_of(engine, humanEdit="on", timeout_hours="0,5", postEdit="on"))

    config = JobGroup.objects.get().pipeline_config
    assert config["humanEdit"] == {"enabled": True, "mode": "internal", "tier": "standard", "timeoutHours": 0.5, "maxCostUsd": None}
    assert config["postEdit"] == {"enabled": True}


def test_form_begins_with_the_engines_own_settings(as_owner: Client, address: str, engine: Engine) -> None:
    other = make_engine(engine.organization, name="Other", is_default=False)
    Engine.objects.filter(pk=other.pk).update(
        pipeline_config={"rephrase": {"enabled": True}, "humanEdit": {"timeoutHours": 2}}, source_locales=["fr"]
    )

    fresh = as_owner.get(address).context["form"]
    chosen = as_owner.get(address, {"engine": other.pk}).context["form"]

    assert (fresh["engine"].value(), fresh["rephrase"].value(), fresh["source_locale"].value()) == (engine.pk, False, "en")
    assert (chosen["engine"].value(), chosen["rephrase"].value(), chosen["source_locale"].value()) == (other.pk, True, "fr")
    assert chosen["timeout_hours"].value() == "2"


def test_changing_the_engine_keeps_what_was_typed(as_owner: Client, address: str, engine: Engine) -> None:
    other = make_engine(engine.organization, name="Other", is_default=False)
    Engine.objects.filter(pk=other.pk).update(pipeline_config={"rephrase": {"enabled": True}})

    answer = as_owner.post(address, form_of(other, act="engine", preEdit="on", content="{typed"))

    form = answer.context["form"]
    assert (form["content"].value(), form["rephrase"].value(), form["preEdit"].value()) == ("{typed", True, False)
    assert JobGroup.objects.count() == 0


def test_every_problem_is_shown_at_its_field_with_its_path(as_owner: Client, address: str, engine: Engine) -> None:
    fields = {"source_locale": "", "target_locales": "de, english, de", "content": '{"a": {"b": 1, "b": 2}}', "locked_keys": "x" * 600}

    errors = errors_of(as_owner, address, form_of(engine, humanEdit="on", timeout_hours="soon", max_cost_usd="-1", **fields))

    assert errors == {
        "source_locale": ["The locale is empty."],
        "target_locales": ["[1]: Unknown language subtag 'english'."],
        "content": ["a.b: The key appears more than once."],
        "locked_keys": ["[0]: Must have at most 512 characters."],
        "timeout_hours": ["Must be a number."],
        "max_cost_usd": ["Must be at least 0."],
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "This field is required."),
        ("[1]", "Must be an object."),
        ('{"a": ', "The JSON cannot be read: Expecting value at line 1, column 7."),
        ('{"a": NaN}', "a: NaN is not a finite number."),
        ("[" * 100_000, "The JSON is nested more than 32 levels deep."),
    ],
)
def test_content_that_cannot_be_translated_is_refused(as_owner: Client, address: str, engine: Engine, content: str, sentence: str) -> None:
    assert errors_of(as_owner, address, form_of(engine, content=content)) == {"content": [sentence]}


def test_file_that_is_no_text_is_refused(as_owner: Client, address: str, engine: Engine) -> None:
    file = SimpleUploadedFile("texts.json", b'{"title": "\xff"}')

    assert errors_of(as_owner, address, form_of(engine, file=file)) == {"content": ["The JSON is not valid UTF-8 (byte 11)."]}


def test_engine_that_one_may_not_use_is_refused(address: str, engine: Engine, organization: Organization) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    editor = browser(make_editor(organization, engine))

    errors = errors_of(editor, address, form_of(other))

    assert list(errors) == ["engine"]
    assert other.name not in page_of(editor, address)


def test_spent_credit_is_said(as_owner: Client, address: str, engine: Engine, organization: Organization) -> None:
    organization.credit_limit_usd = 0
    organization.save(update_fields=["credit_limit_usd"])

    assert errors_of(as_owner, address, form_of(engine)) == {"__all__": ["The organization has reached its credit limit of 0.00 USD."]}


def test_organization_without_a_usable_engine_is_told_so(as_owner: Client, address: str) -> None:
    Engine.objects.update(enabled=False)

    assert "There is no engine to submit to" in page_of(as_owner, address)


def test_what_was_typed_comes_back_inert(as_owner: Client, address: str, engine: Engine) -> None:
    Engine.objects.update(name=HOSTILE, target_locales=[HOSTILE])
    hostile = f"</textarea>{HOSTILE}"

    answer = as_owner.post(
        address, form_of(engine, content=hostile, context=hostile, locked_keys=hostile, target_locales=hostile, source_locale=hostile)
    )

    assert answer.status_code == 400
    assert HOSTILE not in answer.content.decode()


def test_form_takes_few_queries(as_owner: Client, address: str, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(15):
        as_owner.get(address)
