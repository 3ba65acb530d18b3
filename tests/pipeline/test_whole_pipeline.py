"""A job through all six stages against a model server: what each leaves, what it records, what it costs, and what happens when its model fails."""

import json
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest
from pytest_django import Settings

from engines.models import Engine
from engines.pipeline_config import StageId
from foundation.clock import database_now
from foundation.customer_json import parse
from localization.models import Job, JobGroup, Step
from localization.queries import result_of
from organizations.models import Organization
from reviews.deciding import approve_review, edit_review
from reviews.models import ReviewItem
from reviews.services import claim_review
from reviews.timeouts import end_due
from tests.drain import drain_queue
from tests.localization.consistency import assert_consistent
from tests.localization.steps import HOOK, make_group
from tests.reviews.work import reviewer_of
from tests.servers.model_server import ModelServer
from tests.servers.script import rule
from webhooks.models import Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("chat_engine")]

ALL = [stage for stage in StageId if stage != StageId.LOCALIZE]
AI_STAGES = [StageId.PRE_EDIT, StageId.POST_EDIT, StageId.REPHRASE, StageId.BACK_TRANSLATION]
# Words that the model server acts on: a typo to clean, a text to rephrase, a flaw to judge major and correct.
DATA = {"title": "Teh shop {name}", "body": ["A clumsy text", "Has a majorflaw"], "price": 5}


@pytest.fixture
def now() -> datetime:
    return database_now()


@pytest.fixture
def reviewer(organization: Organization) -> Any:
    return reviewer_of(organization, name="Rita")


def payload_of(step: Step) -> Any:
    return json.loads(step.output or "null")


def steps_of(job: Job) -> dict[str, Step]:
    return {step.stage: step for step in job.steps.order_by("id")}


def detail_of(step: Step) -> Any:
    return json.loads(step.detail)


def calls(model: ModelServer, stage: str) -> int:
    return sum(count for request, count in model.counts()["byRequest"].items() if fnmatchcase(request, f"*.{stage}.*"))


def review(reviewer: Any, now: datetime, **texts: str) -> None:
    """The one open review: edited with these texts (`title`), or approved."""
    item = ReviewItem.objects.get()
    held = claim_review(actor=reviewer, item=item, now=now)
    item.refresh_from_db()
    if texts:
        given: Any = parse(Step.objects.get(stage=StageId.LOCALIZE).output or "")
        edit_review(actor=reviewer, item=item, fence=held.fence, data={**given, **texts}, now=now)
    else:
        approve_review(actor=reviewer, item=item, fence=held.fence, now=now)


def test_all_stages_leave_their_mark_on_the_result(organization: Organization, chat_model: ModelServer, reviewer: Any, now: datetime) -> None:
    group = make_group(organization, stages=ALL, data=DATA, callback_url=HOOK, now=now)

    drain_queue(now=now)
    review(reviewer, now, title="[de] The uneven shop {name}")
    drain_queue(now=now)

    job = Job.objects.get()
    assert [(step.stage, step.status) for step in job.steps.order_by("id")] == [(stage, "completed") for stage in StageId]
    assert (job.status, job.warnings) == ("completed", [])
    assert json.loads(result_of(list(job.steps.order_by("id"))) or "") == {
        "title": "[de] The uneven shop {name} ◆",
        "body": ["[de] A clumsy text ◇", "[de] Has a majorflaw ✓"],
        "price": 5,
    }
    assert Delivery.objects.get().event_type == "translation.completed"
    assert_consistent(group.id)


def test_each_stage_records_what_it_changed_and_why(organization: Organization, chat_model: ModelServer, reviewer: Any, now: datetime) -> None:
    make_group(organization, stages=ALL, data=DATA, now=now)
    drain_queue(now=now)
    review(reviewer, now, title="[de] The uneven shop {name}")
    drain_queue(now=now)

    steps = steps_of(Job.objects.get())
    clean = detail_of(steps["preEdit"])
    assert clean["changes"] == [{"path": "title", "before": "Teh shop {name}", "after": "The shop {name}", "reason": "Spelling."}]
    back = detail_of(steps["backTranslation"])
    assert back["issues"] == [
        {
            "path": "body[1]",
            "severity": "major",
            "type": "mistranslation",
            "explanation": "It says majorflaw.",
            "backTranslation": "[en] [de] Has a majorflaw",
            "corrected": True,
        }
    ]
    assert detail_of(steps["humanEdit"])["reviewer"] == "Rita"
    assert all(step.input_tokens > 0 for stage, step in steps.items() if stage != StageId.HUMAN_EDIT)


def test_only_what_the_person_changed_is_post_edited(organization: Organization, chat_model: ModelServer, reviewer: Any, now: datetime) -> None:
    make_group(organization, stages=[StageId.HUMAN_EDIT, StageId.POST_EDIT], data=DATA, now=now)
    drain_queue(now=now)
    review(reviewer, now)
    drain_queue(now=now)

    assert calls(chat_model, "postEdit") == 0
    assert steps_of(Job.objects.get())["postEdit"].status == "completed"


def test_fourteen_locales_are_cleaned_by_one_call(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    locales = ["de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "nb", "fi", "cs", "ro", "hu"]
    group = make_group(organization, *locales, stages=[StageId.PRE_EDIT], data=DATA, now=now)

    drain_queue(now=now)

    assert calls(chat_model, "preEdit") == 1
    outputs = [payload_of(step)["title"] for step in Step.objects.filter(stage=StageId.LOCALIZE).order_by("id")]
    assert outputs == [f"[{locale}] The shop {{name}}" for locale in locales]
    assert JobGroup.objects.get().status == "completed"
    assert_consistent(group.id)


@pytest.mark.parametrize("broken", AI_STAGES)
@pytest.mark.parametrize("fault", ["status", "refusal"])
def test_a_stage_whose_model_always_fails_leaves_what_it_was_given(
    organization: Organization, chat_model: ModelServer, reviewer: Any, settings: Settings, now: datetime, broken: StageId, fault: str
) -> None:
    settings.RETRY_WINDOW = timedelta(0)
    parameters = {"status": 500} if fault == "status" else {}
    chat_model.script(rule(fault, match={"request": f"*.{broken}.*"}, **parameters))
    group = make_group(organization, stages=ALL, data=DATA, callback_url=HOOK, now=now)

    drain_queue(now=now)
    title = "[de] Teh uneven shop {name}" if broken == StageId.PRE_EDIT else "[de] The uneven shop {name}"
    review(reviewer, now, title=title)
    drain_queue(now=now)

    job = Job.objects.get()
    steps = steps_of(job)
    assert {stage: step.status for stage, step in steps.items()} == {stage: "failed" if stage == broken else "completed" for stage in StageId}
    assert job.status == "completed_with_warnings"
    [warning] = job.warnings
    assert warning.startswith(f"{broken} failed: ")
    result: Any = json.loads(result_of(list(job.steps.order_by("id"))) or "")
    wanted = {
        "title": title + ("" if broken == StageId.POST_EDIT else " ◆"),
        "body": [
            "[de] A clumsy text" + ("" if broken == StageId.REPHRASE else " ◇"),
            "[de] Has a majorflaw" + ("" if broken == StageId.BACK_TRANSLATION else " ✓"),
        ],
        "price": 5,
    }
    assert result == wanted
    assert json.loads(Delivery.objects.get().body)["data"] == wanted
    assert_consistent(group.id)


def test_a_review_that_times_out_ships_the_ai_version_and_skips_the_post_edit(
    organization: Organization, chat_model: ModelServer, reviewer: Any, now: datetime
) -> None:
    make_group(organization, stages=ALL, data=DATA, now=now)
    drain_queue(now=now)

    later = now + timedelta(hours=48)
    end_due(now=later)
    drain_queue(now=later)

    job = Job.objects.get()
    assert [(step.stage, step.status) for step in job.steps.order_by("id")] == [
        ("preEdit", "completed"),
        ("localize", "completed"),
        ("humanEdit", "skipped"),
        ("postEdit", "skipped"),
        ("rephrase", "completed"),
        ("backTranslation", "completed"),
    ]
    assert (job.status, job.warnings) == ("completed", [])
    assert calls(chat_model, "postEdit") == 0


def test_a_serious_issue_that_no_model_can_correct_is_a_warning(organization: Organization, chat_model: ModelServer, now: datetime) -> None:
    chat_model.script(rule("refusal", match={"text": '"task":"correct"'}))
    make_group(organization, stages=[StageId.BACK_TRANSLATION], data=DATA, now=now)

    drain_queue(now=now)

    job = Job.objects.get()
    assert job.status == "completed_with_warnings"
    assert job.warnings[0].startswith("backTranslation found serious issues that were not corrected: body[1].")
    assert detail_of(steps_of(job)["backTranslation"])["issues"][0]["corrected"] is False


def test_another_model_translates_back_where_the_engine_has_one(
    organization: Organization, chat_engine: Engine, chat_model: ModelServer, now: datetime
) -> None:
    chat_engine.model_configs.create(provider="openai", model="test-large", rank=2)
    make_group(organization, stages=[StageId.BACK_TRANSLATION], data=DATA, now=now)

    drain_queue(now=now)

    steps = steps_of(Job.objects.get())
    assert steps["localize"].model != "openai:test-large"
    assert detail_of(steps["backTranslation"])["backTranslatedBy"] == "openai:test-large"
