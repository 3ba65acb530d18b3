"""Ready → running: what a claim brings, and what it starts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engines.pipeline_config import StageId
from localization.models import JobGroup, Step
from localization.outcomes import ClaimedStep
from localization.transitions import start_steps
from organizations.models import Organization
from tests.factories import NOW, make_organization
from tests.localization.steps import (
    LATER,
    LEASE,
    completed,
    die,
    event_types,
    events_of,
    failed,
    group_state,
    job_state,
    jobs_of,
    make_group,
    retried,
    settle,
    start,
    step_state,
)

PENDING = {"status": "pending", "completed_jobs": 0, "completed_with_warnings_jobs": 0, "failed_jobs": 0, "cancelled_at": None, "completed_at": None}


def test_claimed_step_brings_all_that_its_stage_needs(organization: Organization) -> None:
    group = make_group(organization)
    [job] = jobs_of(group)

    [step] = start(LATER)

    assert step == ClaimedStep(
        id=Step.objects.get().pk,
        fence=1,
        attempt=1,
        stage=StageId.LOCALIZE,
        organization_id=organization.pk,
        group=group,
        job_id=job.id,
        target_locale="de",
        payload=None,
        cleaned=None,
        needed=None,
        model="",
        warnings=(),
        started_at=LATER,
        detail="{}",
        expected_tokens=12,
    )
    assert step.group.source == '{"title":"Hello"}'


def test_submitted_group_is_pending_until_a_step_starts(organization: Organization) -> None:
    group = make_group(organization, "de", "fr")

    assert group_state(group.id) == PENDING
    assert events_of(group.id) == [(1, "group.created", "", "", "")]
    start(limit=1)
    assert group_state(group.id) == PENDING | {"status": "processing"}


def test_first_start_starts_the_step_its_job_and_its_group(organization: Organization) -> None:
    group = make_group(organization)

    [step] = start(LATER)

    assert step_state(step.id) == {
        "status": "running",
        "run_after": NOW,
        "attempts": 1,
        "crashes": 0,
        "fence": 1,
        "lease_until": LATER + LEASE,
        "due_at": None,
        "completed_at": None,
        "error": "",
    }
    assert job_state(step.job_id) == {"status": "processing", "error": "", "warnings": [], "started_at": LATER, "completed_at": None}
    assert events_of(group.id, after=1) == [(2, "job.started", "de", "", "processing"), (3, "step.started", "de", "localize", "running")]


def test_second_attempt_starts_nothing_again(organization: Organization) -> None:
    group = make_group(organization)
    [first] = start()
    settle(retried(first))
    before = events_of(group.id)

    [second] = start(NOW + timedelta(minutes=1))

    assert (second.attempt, second.fence, second.started_at) == (2, 2, first.started_at)
    assert events_of(group.id) == before
    assert job_state(second.job_id)["started_at"] == NOW


def test_what_an_attempt_left_reaches_the_next(organization: Organization) -> None:
    make_group(organization)
    settle(retried(start()[0], detail='{"known":{"Hello":"Hallo"}}'))

    [second] = start(NOW + timedelta(minutes=1))

    assert second.detail == '{"known":{"Hello":"Hallo"}}'


def test_later_stage_starts_from_the_last_output_and_the_jobs_warnings(organization: Organization) -> None:
    make_group(organization, stages=[StageId.PRE_EDIT, StageId.REPHRASE, StageId.BACK_TRANSLATION])
    settle(completed(start()[0], "Hello, corrected"))
    [localize] = start()
    settle(completed(localize, "Hallo"))
    settle(failed(start()[0]))

    [step] = start()

    assert localize.payload is None
    assert (step.stage, step.payload) == ("backTranslation", '{"title":"Hallo"}')
    assert step.warnings == ("rephrase failed: The model gave no usable answer.",)


def test_a_later_stage_does_not_start_its_job_again(organization: Organization) -> None:
    group = make_group(organization, stages=[StageId.REPHRASE])
    settle(completed(start()[0]))

    [step] = start(LATER)

    assert event_types(group.id)[-2:] == ["step.completed", "step.started"]
    assert event_types(group.id).count("job.started") == 1
    assert job_state(step.job_id)["started_at"] == NOW


def test_nothing_due_starts_nothing(organization: Organization) -> None:
    make_group(organization, now=LATER)

    assert start(NOW) == []
    assert len(start(LATER)) == 1
    assert start(LATER) == []


def test_steps_that_saw_three_deaths_start_apart(organization: Organization) -> None:
    make_group(organization)
    now = die(3)

    assert start(now) == []
    assert len(start(now, suspects=True)) == 1


def test_steps_of_one_group_share_it_and_a_group_at_hand_is_not_loaded(organization: Organization) -> None:
    make_group(organization, "de", "fr")
    groups: dict[str, JobGroup] = {}

    [first] = start_steps(limit=1, per_organization=10, lease=LEASE, now=NOW, groups=groups)
    [second] = start_steps(limit=1, per_organization=10, lease=LEASE, now=NOW, groups=groups)

    assert first.group is second.group is groups[first.group.id]


def test_a_start_costs_the_same_for_two_steps_and_for_forty(organization: Organization) -> None:
    counts = []
    for size in (1, 20):
        for _ in range(2):
            make_group(organization, *(f"de-x-{number:03}" for number in range(size)))
        with CaptureQueriesContext(connection) as queries:
            assert len(start()) == 2 * size
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 11


def test_organizations_take_turns(organization: Organization) -> None:
    make_group(organization, *(f"de-x-{number:03}" for number in range(50)))
    start(limit=10)
    newcomer = make_organization(name="Newcomer")
    make_group(newcomer, "de", "fr", now=LATER)

    assert {step.organization_id for step in start(LATER, limit=2)} == {newcomer.pk}


@pytest.mark.parametrize("locales", [["de"], ["de", "fr", "it"]])
def test_events_are_numbered_without_gaps(organization: Organization, locales: list[str]) -> None:
    group = make_group(organization, *locales)

    start()

    assert [event[0] for event in events_of(group.id)] == list(range(1, 2 + 2 * len(locales)))
    assert JobGroup.objects.get().seq == 1 + 2 * len(locales)
