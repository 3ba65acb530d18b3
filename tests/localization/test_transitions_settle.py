"""Running → what the run came to: each arrow moves, and refuses a claim that is gone."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engines.pipeline_config import StageId
from localization.models import Job, JobGroup, Step
from localization.outcomes import ClaimedStep, Usage
from localization.recorder import DeliverySlots
from localization.transitions import release_steps, settle_steps
from organizations.models import Organization
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import (
    HOOK,
    LATER,
    LEASE,
    completed,
    events_of,
    failed,
    job_state,
    make_group,
    retried,
    settle,
    skipped,
    start,
    step_state,
    waiting,
)
from webhooks.models import Delivery

RUNNING = {
    "status": "running",
    "run_after": NOW,
    "attempts": 1,
    "crashes": 0,
    "fence": 1,
    "lease_until": NOW + LEASE,
    "due_at": None,
    "completed_at": None,
    "error": "",
}
ENDED = {**RUNNING, "run_after": LATER, "lease_until": None, "completed_at": LATER}
OUTCOMES = [completed, failed, skipped, waiting, retried]


@pytest.fixture
def step(organization: Organization) -> ClaimedStep:
    make_group(organization, stages=[StageId.REPHRASE], callback_url=HOOK)
    return start()[0]


def following(step: ClaimedStep) -> list[tuple[str, str]]:
    return list(Step.objects.filter(job_id=step.job_id, id__gt=step.id).values_list("stage", "status"))


def test_completed_step_keeps_its_output_and_what_it_cost(step: ClaimedStep) -> None:
    usage = Usage(model="openai:small", input_tokens=12, output_tokens=7, cost_usd=Decimal("0.000123"))

    assert settle(completed(step, usage=usage, engine_version=3, detail='{"structure":{}}'), now=LATER) == {step.id}

    assert step_state(step.id) == {**ENDED, "status": "completed"}
    fields = ("output", "detail", "model", "input_tokens", "output_tokens", "cost_usd", "engine_version", "started_at")
    assert Step.objects.values(*fields).get(pk=step.id) == {
        "output": '{"title":"Hallo"}',
        "detail": '{"structure":{}}',
        "model": "openai:small",
        "input_tokens": 12,
        "output_tokens": 7,
        "cost_usd": Decimal("0.000123"),
        "engine_version": 3,
        "started_at": NOW,
    }
    assert following(step) == [("rephrase", "ready")]


def test_failed_step_keeps_its_sentence(step: ClaimedStep) -> None:
    settle(failed(step, "No model answered."), now=LATER)

    assert step_state(step.id) == {**ENDED, "status": "failed", "error": "No model answered."}
    assert following(step) == []


def test_skipped_step_lets_the_next_begin(step: ClaimedStep) -> None:
    settle(skipped(step), now=LATER)

    assert step_state(step.id) == {**ENDED, "status": "skipped"}
    assert following(step) == [("rephrase", "ready")]


def test_waiting_step_holds_no_lease_and_nothing_follows(step: ClaimedStep) -> None:
    settle(waiting(step), now=LATER)

    assert step_state(step.id) == {**RUNNING, "status": "waiting", "run_after": LATER, "lease_until": None, "due_at": NOW + timedelta(hours=48)}
    assert following(step) == []
    assert job_state(step.job_id)["status"] == "processing"
    assert events_of(step.group.id)[-1][1:] == ("step.waiting", "de", "localize", "waiting")
    assert start(NOW + timedelta(days=3)) == []


def test_what_a_wait_opens_is_opened_in_the_same_transaction(step: ClaimedStep) -> None:
    seen: list[tuple[bool, str]] = []

    settle(waiting(step, open=lambda step, now: seen.append((connection.in_atomic_block, step_state(step.id)["status"]))))

    assert seen == [(True, "waiting")]


def test_what_cannot_be_opened_leaves_the_step_running(step: ClaimedStep) -> None:
    def refuse(step: ClaimedStep, now: datetime) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        settle(waiting(step, open=refuse))
    assert step_state(step.id) == RUNNING


def test_step_to_be_retried_is_ready_at_its_time(step: ClaimedStep) -> None:
    before = events_of(step.group.id)

    settle(retried(step, timedelta(minutes=3)), now=LATER)

    assert step_state(step.id) == {**RUNNING, "status": "ready", "run_after": NOW + timedelta(minutes=3), "lease_until": None}
    assert events_of(step.group.id) == before
    assert start(NOW + timedelta(minutes=2)) == []
    assert len(start(NOW + timedelta(minutes=3))) == 1


def test_what_attempts_used_adds_up(step: ClaimedStep) -> None:
    settle(retried(step, usage=Usage("m", 100, 10)))
    [second] = start(NOW + timedelta(minutes=1))
    settle(completed(second, usage=Usage("m", 5, 3)))

    assert Step.objects.values_list("input_tokens", "output_tokens").get(pk=step.id) == (105, 13)


@pytest.mark.parametrize("make", OUTCOMES)
def test_result_under_a_claim_that_is_gone_writes_nothing(step: ClaimedStep, make: Any) -> None:
    before = Step.objects.values().get(pk=step.id)
    Step.objects.filter(pk=step.id).update(fence=2)

    assert settle(make(step), now=LATER) == set()

    assert Step.objects.values().get(pk=step.id) == {**before, "fence": 2}
    assert_consistent(step.group.id)


@pytest.mark.parametrize("first", OUTCOMES)
@pytest.mark.parametrize("second", OUTCOMES)
def test_step_that_does_not_run_takes_no_result(step: ClaimedStep, first: Any, second: Any) -> None:
    settle(first(step))
    before = (Step.objects.values().get(pk=step.id), job_state(step.job_id), events_of(step.group.id))

    assert settle(second(step), now=LATER) == set()

    assert (Step.objects.values().get(pk=step.id), job_state(step.job_id), events_of(step.group.id)) == before
    assert_consistent(step.group.id)


def test_nothing_is_opened_for_a_claim_that_is_gone(step: ClaimedStep) -> None:
    opened: list[int] = []
    Step.objects.update(fence=2)

    settle(waiting(step, open=lambda step, now: opened.append(step.id)))

    assert opened == []


def test_of_many_results_only_those_still_held_are_written(organization: Organization) -> None:
    group = make_group(organization, "de", "fr", "it", callback_url=HOOK)
    first, lost, third = start()
    Step.objects.filter(pk=lost.id).update(fence=2)

    assert settle(completed(first), completed(lost), failed(third)) == {first.id, third.id}

    assert list(Job.objects.order_by("id").values_list("status", flat=True)) == ["completed", "processing", "failed"]
    assert_consistent(group.id)


def test_deliveries_are_inserted_claimed_while_there_are_slots(organization: Organization) -> None:
    make_group(organization, "de", "fr", "it", callback_url=HOOK)
    outcomes = [completed(step) for step in start()]

    settled = settle_steps(outcomes, now=NOW, slots=DeliverySlots(free=2, lease=LEASE))

    assert [(row.event_id, row.status) for row in settled.deliveries if row.status == "running"] == [
        (outcome.step.job_id, "running") for outcome in outcomes[:2]
    ]
    assert sorted(Delivery.objects.values_list("status", flat=True)) == ["ready", "running", "running"]


def test_settling_costs_the_same_for_two_steps_and_for_forty(organization: Organization) -> None:
    counts = []
    for size in (1, 20):
        for _ in range(2):
            make_group(organization, *(f"de-x-{number:03}" for number in range(size)), callback_url=HOOK)
        outcomes = [completed(step) for step in start()]
        with CaptureQueriesContext(connection) as queries:
            assert len(settle(*outcomes)) == 2 * size
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 8
    assert {group.status for group in JobGroup.objects.all()} == {"completed"}


def test_step_that_is_given_back_is_ready_at_once_and_its_process_did_not_die(step: ClaimedStep) -> None:
    release_steps([step], now=LATER)

    assert step_state(step.id) == {**RUNNING, "status": "ready", "run_after": LATER, "lease_until": None}
    assert start(LATER)[0].fence == 2


def test_only_who_holds_a_step_gives_it_back(step: ClaimedStep) -> None:
    Step.objects.update(fence=2)

    release_steps([step], now=LATER)

    assert step_state(step.id) == {**RUNNING, "fence": 2}
