"""An engine's Pipeline tab: what it shows of the stages, what its form writes, and what it refuses."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from engines.models import Engine
from engines.pipeline_config import StageId
from foundation.clock import database_now
from localization.figures import StageCost
from localization.models import DailyFigures
from localization.pages.pipeline import StageView
from organizations.models import AuditEvent, Organization, User
from tests.factories import make_engine
from tests.localization.pages.people import browser, make_editor, page_of


@pytest.fixture
def pipeline(engine: Engine) -> str:
    return f"/orgs/{engine.organization_id}/engines/{engine.pk}/pipeline"


def shown(client: Client, address: str) -> dict[str, Any]:
    """The fields as a browser would send them back."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "on" if value is True else value for name, value in values.items() if value is not False}


def stages(answer: Any) -> dict[StageId, StageView]:
    return {view.stage: view for view in answer.context["stages"]}


def test_stages_stand_in_their_order_each_with_a_switch_but_one(as_owner: Client, pipeline: str) -> None:
    answer = as_owner.get(pipeline)

    assert list(stages(answer)) == list(StageId)
    assert [stage for stage, view in stages(answer).items() if view.switch is None] == [StageId.LOCALIZE]
    assert [stage for stage, view in stages(answer).items() if view.is_on] == [StageId.LOCALIZE]
    assert answer.content.decode().count("Not measured yet") == 6


def test_figures_stand_under_their_stage(as_owner: Client, pipeline: str, engine: Engine) -> None:
    day = {"organization_id": engine.organization_id, "engine_id": engine.pk, "target_locale": "", "day": database_now().date()}
    DailyFigures.objects.create(**day, stage="localize", completed=9, failed=1, cost_usd=Decimal("0.5"), priced_words=2000, words=2000)
    DailyFigures.objects.create(**day, stage="humanEdit", completed=4)

    answer = as_owner.get(pipeline)

    assert stages(answer)[StageId.LOCALIZE].cost == StageCost(Decimal("0.25"), 0.9, 10)
    assert "$0.25 per 1,000 words · 90% of 10 steps succeeded in 30 days" in answer.content.decode()
    assert "No model is paid · 100% of 4 steps" in answer.content.decode()


def test_post_edit_waits_for_human_edit_and_says_so(as_owner: Client, pipeline: str, engine: Engine) -> None:
    off = as_owner.get(pipeline)
    Engine.objects.update(pipeline_config={"humanEdit": {"enabled": True}})
    on = as_owner.get(pipeline)

    assert stages(off)[StageId.POST_EDIT].reason == "Needs Human edit: it works on what the person left."
    assert stages(on)[StageId.POST_EDIT].reason == ""
    assert [text.content.decode().count(" disabled") for text in (off, on)] == [1, 0]


def test_form_writes_the_whole_pipeline(as_owner: Client, pipeline: str, engine: Engine) -> None:
    sent = shown(as_owner, pipeline) | {"humanEdit": "on", "postEdit": "on", "mode": "external", "tier": "pro", "timeout_hours": "0,5"}

    answer = as_owner.post(pipeline, sent | {"max_cost_usd": "12.50"})

    assert answer.headers["Location"] == pipeline
    assert Engine.objects.get().pipeline_config == {
        "preEdit": {"enabled": False},
        "humanEdit": {"enabled": True, "mode": "external", "tier": "pro", "timeoutHours": 0.5, "maxCostUsd": 12.5},
        "postEdit": {"enabled": True},
        "rephrase": {"enabled": False},
        "backTranslation": {"enabled": False},
    }
    assert AuditEvent.objects.filter(action="engine.pipeline_changed").count() == 1


def test_settings_of_a_human_edit_that_is_off_are_kept(as_owner: Client, pipeline: str, engine: Engine) -> None:
    Engine.objects.update(pipeline_config={"humanEdit": {"enabled": True, "timeoutHours": 6, "tier": "pro"}})
    sent = shown(as_owner, pipeline)
    del sent["humanEdit"]

    as_owner.post(pipeline, sent)

    human = Engine.objects.get().pipeline_config["humanEdit"]
    assert (human["enabled"], human["timeoutHours"], human["tier"]) == (False, 6, "pro")


@pytest.mark.parametrize(
    ("fields", "name", "message"),
    [
        ({"postEdit": "on"}, "postEdit", "enabled: Needs humanEdit to be enabled."),
        ({"timeout_hours": "0"}, "timeout_hours", "Must be greater than 0."),
        ({"timeout_hours": "721"}, "timeout_hours", "Must be at most 720."),
        ({"timeout_hours": "soon"}, "timeout_hours", "Must be a number."),
        ({"max_cost_usd": "-1"}, "max_cost_usd", "Must be at least 0."),
        ({"tier": "golden"}, "tier", "Select a valid choice."),
    ],
)
def test_bad_input_is_refused_and_stays(as_owner: Client, pipeline: str, engine: Engine, fields: dict[str, str], name: str, message: str) -> None:
    answer = as_owner.post(pipeline, shown(as_owner, pipeline) | {"rephrase": "on", **fields})

    form = answer.context["form"]
    assert answer.status_code == 400
    assert message in " ".join(form.errors[name])
    assert form["rephrase"].value() is True
    assert Engine.objects.get().pipeline_config == {}


def test_what_somebody_else_switched_is_not_overwritten_unseen(as_owner: Client, pipeline: str, engine: Engine) -> None:
    opened = shown(as_owner, pipeline)
    Engine.objects.update(pipeline_config={"rephrase": {"enabled": True}, "humanEdit": {"timeoutHours": 6}})

    answer = as_owner.post(pipeline, opened | {"preEdit": "on"})

    assert answer.status_code == 409
    assert {(one.label, one.before, one.after) for one in answer.context["differences"]} == {
        ("Rephrase", "off", "on"),
        ("Hours until the AI version ships", "48", "6"),
    }
    assert [stage for stage, view in stages(answer).items() if view.is_on] == [StageId.PRE_EDIT, StageId.LOCALIZE, StageId.REPHRASE]
    as_owner.post(pipeline, opened | {"preEdit": "on", "rephrase": "on", "seen": answer.context["form"]["seen"].value()})
    assert Engine.objects.get().pipeline_config["preEdit"] == {"enabled": True}


def test_reviews_outside_without_an_account_are_warned_of(as_owner: Client, pipeline: str, engine: Engine) -> None:
    Engine.objects.update(pipeline_config={"humanEdit": {"enabled": True, "mode": "external"}})

    assert "the organization has no account at a provider" in page_of(as_owner, pipeline)


def test_who_may_not_use_the_engine_may_not_set_its_pipeline(
    organization: Organization, pipeline: str, engine: Engine, reviewer: User, stranger: User
) -> None:
    editor = make_editor(organization, make_engine(organization, name="Other", is_default=False))

    assert [browser(user).post(pipeline, {"preEdit": "on"}).status_code for user in (editor, reviewer, stranger)] == [404, 403, 404]
    assert Engine.objects.get(pk=engine.pk).pipeline_config == {}
