"""Every reachable combination of stages and outcomes comes to what the table of rules says: steps, status, warnings, result."""

from collections.abc import Iterator
from typing import Any

import pytest

from engines.pipeline_config import StageId
from foundation.customer_json import dump, parse
from foundation.lease import WorkStatus
from localization.models import Event, Job, Step
from localization.outcomes import WaitEnd
from localization.queries import result_of
from localization.transitions import end_waits
from organizations.models import Organization
from pipeline.stages import STAGES, post_edit
from pipeline.stages.base import Produced, Skipped, StageFailed, StageInput, Waiting
from tests.drain import drain_queue
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import jobs_of, make_group
from tests.pipeline.rules import OPTIONAL, Prediction, cases, predict

TEXT = "Hello"
Cases = dict[str, dict[str, str]]  # job id → stage → outcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Cases:
    """What each stage of each job is to do; the stages do it."""
    plans: Cases = {}

    def run(stage_input: StageInput) -> Produced | Skipped | Waiting:
        job, stage, _ = stage_input.trace.split(".")
        outcome = plans[job][stage]
        if outcome == "has no review":
            return post_edit.run(stage_input)
        if outcome == "breaks":
            raise StageFailed("It broke.")
        if stage == "humanEdit":
            return Waiting(due_at=NOW, open=lambda step, now: None)
        start: Any = stage_input.source if stage in ("preEdit", "localize") else stage_input.payload
        warnings = (f"A doubt about {stage}.",) if outcome == "doubts" else ()
        return Produced(data={"title": f"{start['title']} {stage}"}, warnings=warnings)

    for stage in StageId:
        monkeypatch.setitem(STAGES, stage, run)  # type: ignore[arg-type]  # a dict, declared read-only
    return plans


def end_reviews(plans: Cases) -> Iterator[WaitEnd]:
    """What the people do, or do not."""
    for step in Step.objects.filter(status=WorkStatus.WAITING, stage=StageId.HUMAN_EDIT):
        given: Any = parse(Step.objects.get(job_id=step.job_id, stage=StageId.LOCALIZE).output or "")
        match plans[step.job_id]["humanEdit"]:
            case "timed out":
                yield WaitEnd(step.pk, WorkStatus.SKIPPED)
            case "refused":
                yield WaitEnd(step.pk, WorkStatus.FAILED, error="No credit.")
            case "approved":
                yield WaitEnd(step.pk, WorkStatus.COMPLETED, output=dump(given))
            case _:
                yield WaitEnd(step.pk, WorkStatus.COMPLETED, output=dump({"title": f"{given['title']} humanEdit"}))


def found(job: Job) -> Prediction:
    steps = list(job.steps.order_by("id"))
    result: Any = parse(result_of(steps) or "null") if job.status != Job.Status.FAILED else None
    return Prediction(
        steps=[(step.stage, step.status) for step in steps],
        status=job.status,
        error=job.error,
        warnings=job.warnings,
        text=result["title"] if result else None,
    )


@pytest.mark.parametrize("enabled", range(len(OPTIONAL) + 1), ids=lambda count: f"{count} optional stages")
def test_every_combination_of_stages_and_outcomes_follows_the_table(organization: Organization, plans: Cases, enabled: int) -> None:
    wanted = {}
    for case in cases():
        if len(case) == enabled + 1:
            group = make_group(organization, stages=[StageId(stage) for stage in case if stage != "localize"])
            [job] = jobs_of(group)
            plans[job.id] = case
            wanted[job.id] = (case, predict(case, TEXT))

    drain_queue(now=NOW)
    end_waits(list(end_reviews(plans)), now=NOW)
    drain_queue(now=NOW)

    assert len(wanted) > 0
    differing = {tuple(wanted[job.id][0].items()): found(job) for job in Job.objects.all() if found(job) != wanted[job.id][1]}
    assert differing == {}
    assert Event.objects.filter(type="group.completed").count() == len(wanted)
    for group_id in Job.objects.values_list("group_id", flat=True)[:20]:
        assert_consistent(group_id)


def test_the_table_makes_924_combinations() -> None:
    assert len(list(cases())) == 924
