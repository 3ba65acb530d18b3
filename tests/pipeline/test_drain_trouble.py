"""What a drain does when something is in its way: values that cannot be stored, a database that is away, leases that are lost, a stop."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import F
from pytest_django import Settings

from engines.pipeline_config import StageId
from foundation.clock import database_now
from localization.models import Job, JobGroup, Step
from localization.outcomes import ClaimedStep, Usage
from organizations.models import Organization
from pipeline import drain
from pipeline.stages import STAGES
from pipeline.stages.base import Produced, StageFailed, StageInput, Waiting
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import HOOK, events_of, jobs_of, make_group, step_state
from tests.pipeline.drains import PATIENCE_SECONDS, BlockedStage, draining, run_drain
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)

only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite stores such a text")
NOT_STORED = "The result could not be stored."


@pytest.fixture
def now() -> datetime:
    return database_now()


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> BlockedStage:
    stage = BlockedStage()
    replace_localize(monkeypatch, stage)
    return stage


def replace_localize(monkeypatch: pytest.MonkeyPatch, stage: Callable[[StageInput], Any]) -> None:
    monkeypatch.setitem(STAGES, StageId.LOCALIZE, stage)  # type: ignore[arg-type]  # a dict, declared read-only


def refuse_to_open(step: ClaimedStep, now: datetime) -> None:
    raise LookupError


UNSTORABLE = [
    pytest.param(Produced(data={}, usage=Usage(input_tokens=2**70)), id="a number out of range"),
    pytest.param(Produced(data={}, usage=Usage(output_tokens=-1)), id="a negative count"),
    pytest.param(Waiting(due_at=NOW, open=refuse_to_open), id="a wait that cannot be opened"),
    pytest.param(StageFailed("A NUL: \x00."), id="NUL in a sentence", marks=only_postgresql),
    pytest.param(Produced(data={}, usage=Usage(model="m\x00")), id="NUL in a name", marks=only_postgresql),
    pytest.param(Produced(data={}, usage=Usage(model="m" * 300)), id="a long name", marks=only_postgresql),
]


@pytest.mark.parametrize("play", UNSTORABLE)
def test_value_that_the_database_refuses_fails_only_its_own_step(
    organization: Organization, monkeypatch: pytest.MonkeyPatch, now: datetime, play: Any
) -> None:
    def run(stage_input: StageInput) -> Any:
        if stage_input.target_locale != "fr":
            return Produced(data={"title": "Hallo"})
        if isinstance(play, Exception):
            raise play
        return play

    replace_localize(monkeypatch, run)
    group = make_group(organization, "de", "fr", "it", callback_url=HOOK, now=now)

    assert run_drain(delivery_slots=1) is False

    assert [(job.status, job.error) for job in jobs_of(group)] == [("completed", ""), ("failed", NOT_STORED), ("completed", "")]
    assert_consistent(group.id)


def test_late_result_of_a_lost_lease_is_refused(organization: Organization, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    def run(stage_input: StageInput) -> Produced:
        Step.objects.update(fence=F("fence") + 1)  # a rival's claim
        connection.close()
        return Produced(data={"title": "too late"})

    replace_localize(monkeypatch, run)
    group = make_group(organization, now=now)

    run_drain()

    assert Step.objects.values_list("status", "fence", "output").get() == ("running", 2, None)
    assert [event[1] for event in events_of(group.id)] == ["group.created", "job.started", "step.started"]
    assert_consistent(group.id)


def test_drain_lets_go_of_what_was_taken_over(organization: Organization, blocked: BlockedStage, settings: Settings, now: datetime) -> None:
    settings.LEASE = timedelta(seconds=0.3)
    make_group(organization, now=now)

    with draining():
        blocked.wait_until_begun()
        Step.objects.update(fence=F("fence") + 1, lease_until=now + timedelta(hours=1))
    # The drain has ended although the stage still runs.
    blocked.let_go()

    assert Step.objects.values_list("status", "fence", "output").get() == ("running", 2, None)


def test_lease_of_a_long_stage_is_renewed(organization: Organization, monkeypatch: pytest.MonkeyPatch, settings: Settings, now: datetime) -> None:
    settings.LEASE = timedelta(seconds=0.6)
    seen: set[datetime] = set()

    def run(stage_input: StageInput) -> Produced:
        pause = threading.Event()
        for _ in range(PATIENCE_SECONDS * 50):
            seen.add(Step.objects.get().lease_until or now)
            connection.close()
            if len(seen) == 4:
                break
            pause.wait(0.02)
        return Produced(data={"title": "Hallo"})

    replace_localize(monkeypatch, run)
    make_group(organization, now=now)

    run_drain()

    assert len(seen) == 4
    assert Step.objects.values_list("status", "attempts").get() == ("completed", 1)


def test_stop_gives_back_what_runs_too_long(
    organization: Organization, blocked: BlockedStage, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(drain, "GRACE_SECONDS", 0.05)
    group = make_group(organization, "de", "fr", now=now)

    assert run_drain(stop=lambda: blocked.has_begun(2)) is True
    blocked.let_go()

    for step in Step.objects.all():
        state = step_state(step.pk)
        assert (state["status"], state["attempts"], state["crashes"], state["lease_until"]) == ("ready", 1, 0, None)
    assert_consistent(group.id)
    assert run_drain() is False
    assert JobGroup.objects.get().status == "completed"


def test_what_ends_within_the_grace_of_a_stop_is_kept(
    organization: Organization, blocked: BlockedStage, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr(drain, "GRACE_SECONDS", 5)
    blocked.seconds = 0.1
    make_group(organization, "de", "fr", "it", now=now)

    assert run_drain(slots=1, stop=lambda: blocked.has_begun(2)) is True
    assert sorted(Step.objects.values_list("status", "attempts")) == [("completed", 1), ("completed", 1), ("ready", 0)]


def test_stop_before_the_start_claims_nothing(organization: Organization, now: datetime) -> None:
    make_group(organization, now=now)

    assert run_drain(stop=lambda: True) is True
    assert Step.objects.get().attempts == 0


class Away:
    """The database fails for the next statements that hold `text`."""

    def __init__(self, text: str, times: int) -> None:
        self.text, self.left = text, times

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.left and self.text in sql:
            self.left -= 1
            raise OperationalError("the connection is lost")
        return execute(sql, params, many, context)


@pytest.mark.parametrize(
    "text", ["WITH given", 'INSERT INTO "localization_event"', 'FROM "localization_jobgroup"', 'INSERT INTO "webhooks_delivery"']
)
def test_result_survives_a_database_that_is_away_for_a_while(
    organization: Organization, monkeypatch: pytest.MonkeyPatch, now: datetime, text: str
) -> None:
    runs: list[str] = []
    away = Away(text, times=0)

    def run(stage_input: StageInput) -> Produced:
        runs.append(stage_input.target_locale)
        away.left = 3
        return Produced(data={"title": "Hallo"})

    replace_localize(monkeypatch, run)
    group = make_group(organization, callback_url=HOOK, now=now)

    with connection.execute_wrapper(away):
        run_drain()

    assert (runs, away.left) == (["de"], 0)
    assert jobs_of(group)[0].status == "completed"
    assert Delivery.objects.count() == 1
    assert_consistent(group.id)


def test_claiming_goes_on_when_the_database_is_back(organization: Organization, now: datetime) -> None:
    group = make_group(organization, "de", "fr", now=now)

    with connection.execute_wrapper(Away("WITH RECURSIVE", times=3)):
        run_drain()

    assert JobGroup.objects.get().status == "completed"
    assert set(Step.objects.values_list("attempts", flat=True)) == {1}
    assert_consistent(group.id)


def test_suspects_run_alone_one_after_the_other(organization: Organization, blocked: BlockedStage, now: datetime) -> None:
    make_group(organization, "de", "fr", "it", now=now)
    Step.objects.filter(job__target_locale__in=["de", "fr"]).update(crashes=3)

    with draining(slots=1, suspects=True):
        blocked.wait_until_begun()
        assert Step.objects.filter(status="running").count() == 1
        blocked.let_go()

    assert list(Job.objects.order_by("id").values_list("target_locale", "status")) == [("de", "completed"), ("fr", "completed"), ("it", "queued")]
