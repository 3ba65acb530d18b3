"""A stage that is done once for a group: one job's step runs, the others' wait for it and end with it."""

from decimal import Decimal

from engines.pipeline_config import StageId
from foundation.customer_json import dump
from localization.models import Job, JobGroup, Step
from localization.outcomes import Usage
from localization.transitions import cancel_group
from organizations.models import Organization
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import LATER, completed, die, failed, jobs_of, make_group, settle, stages_of, start

CLEAN = [StageId.PRE_EDIT]


def clean_group(organization: Organization, *locales: str) -> JobGroup:
    return make_group(organization, *(locales or ("de", "fr", "es")), stages=CLEAN)


def statuses(stage: StageId = StageId.PRE_EDIT) -> list[str]:
    return list(Step.objects.filter(stage=stage).order_by("id").values_list("status", flat=True))


def test_only_the_first_jobs_step_is_ready(organization: Organization) -> None:
    clean_group(organization)

    assert statuses() == ["ready", "waiting", "waiting"]
    [step] = start()
    assert step.stage == StageId.PRE_EDIT


def test_all_jobs_go_on_from_the_corrected_source(organization: Organization) -> None:
    group = clean_group(organization)
    [step] = start()

    settle(completed(step, "Corrected"))

    assert statuses() == ["completed"] * 3
    following = start(LATER)
    assert [(one.stage, one.cleaned, one.payload) for one in following] == [(StageId.LOCALIZE, '{"title":"Corrected"}', None)] * 3
    assert_consistent(group.id)


def test_the_result_and_what_it_cost_stand_in_one_step(organization: Organization) -> None:
    clean_group(organization)
    [step] = start()

    settle(completed(step, "Corrected", usage=Usage(model="openai:small", input_tokens=70, output_tokens=9, calls=1, cost_usd=Decimal("0.01"))))

    rows = list(Step.objects.filter(stage=StageId.PRE_EDIT).order_by("id").values_list("output", "input_tokens", "cost_usd", "detail"))
    shared = (None, 0, Decimal(0), dump({"sharedWith": step.job_id}))
    assert rows == [('{"title":"Corrected"}', 70, Decimal("0.01"), "{}"), shared, shared]


def test_a_failure_is_a_warning_on_every_job_and_the_source_stays(organization: Organization) -> None:
    group = clean_group(organization)
    [step] = start()

    settle(failed(step, "No model answered."))

    assert statuses() == ["failed"] * 3
    assert [job.warnings for job in jobs_of(group)] == [["preEdit failed: No model answered."]] * 3
    assert [one.cleaned for one in start(LATER)] == [None] * 3


def test_every_job_has_the_events_of_its_own_step(organization: Organization) -> None:
    group = clean_group(organization)
    [step] = start()

    settle(completed(step))

    ended = group.events.filter(type="step.completed").order_by("seq").values_list("locale", "stage")
    assert list(ended) == [("de", "preEdit"), ("fr", "preEdit"), ("es", "preEdit")]


def test_the_others_wait_through_a_crash(organization: Organization) -> None:
    clean_group(organization)

    die(1)

    assert statuses() == ["ready", "waiting", "waiting"]


def test_a_stage_that_kills_its_worker_fails_for_all(organization: Organization) -> None:
    clean_group(organization)

    die(4)

    assert statuses() == ["failed"] * 3
    assert statuses(StageId.LOCALIZE) == ["ready"] * 3


def test_cancelling_ends_those_that_wait(organization: Organization) -> None:
    group = clean_group(organization)
    [step] = start()

    cancel_group(group, now=NOW)

    assert statuses() == ["running", "skipped", "skipped"]
    settle(completed(step))
    assert [job.status for job in jobs_of(group)] == [Job.Status.FAILED] * 3
    assert_consistent(group.id)


def test_a_job_with_nothing_to_translate_takes_no_part(organization: Organization) -> None:
    group = clean_group(organization, "en", "de", "fr")

    copied, first, second = jobs_of(group)

    assert stages_of(copied.id) == [("localize", "completed")]
    assert stages_of(first.id) == [("preEdit", "ready")]
    assert stages_of(second.id) == [("preEdit", "waiting")]
