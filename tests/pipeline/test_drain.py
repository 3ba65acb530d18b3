"""A real drain, from the queue to the receiver: jobs complete, results arrive, later stages go on without another wake-up."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ
from pytest_django import Settings

from engines.pipeline_config import StageId
from foundation.clock import database_now
from localization import drains
from localization.models import Drain, JobGroup, Step
from organizations.models import Organization
from pipeline import tasks
from pipeline.stages import STAGES
from pipeline.sweep import sweep
from tests.factories import make_engine, make_organization
from tests.localization.consistency import assert_consistent
from tests.localization.steps import jobs_of, make_group, stages_of
from tests.pipeline.drains import BlockedStage, draining, producing, run_drain
from tests.servers.model_server import ModelServer
from tests.servers.receiver import Receiver
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True)

LOCALES = ("de", "fr", "it", "es", "pl", "nl")


@pytest.fixture
def now() -> datetime:
    return database_now()


@pytest.fixture
def blocked(monkeypatch: pytest.MonkeyPatch) -> BlockedStage:
    """In place of `localize`."""
    stage = BlockedStage()
    monkeypatch.setitem(STAGES, StageId.LOCALIZE, stage)  # type: ignore[arg-type]  # a dict, declared read-only
    return stage


def statuses() -> list[str]:
    return sorted(Step.objects.values_list("status", flat=True))


@pytest.mark.usefixtures("chat_engine")
def test_jobs_complete_and_their_results_arrive_verified(
    organization: Organization, chat_model: ModelServer, receiver: Receiver, now: datetime
) -> None:
    group = make_group(organization, *LOCALES, callback_url=receiver.hook_url(), now=now)

    assert run_drain() is False

    assert JobGroup.objects.get().status == "completed"
    assert chat_model.counts()["total"] == len(LOCALES)
    hits = {hit["id"]: hit for hit in receiver.hits()}
    assert {key: (hit["problem"], hit["body"]) for key, hit in hits.items()} == {
        job.id: (
            None,
            {
                "type": "translation.completed",
                "jobId": job.id,
                "groupId": group.id,
                "sourceLocale": "en",
                "targetLocale": job.target_locale,
                "data": {"title": f"[{job.target_locale}] Hello"},
                "status": "completed",
                "warnings": [],
            },
        )
        for job in jobs_of(group)
    }
    assert set(Delivery.objects.values_list("status", "attempts", "fence")) == {("completed", 1, 1)}
    assert_consistent(group.id)


def test_first_attempts_are_handed_over_in_memory(organization: Organization, receiver: Receiver, now: datetime) -> None:
    make_group(organization, *LOCALES, callback_url=receiver.hook_url(), now=now)

    with CaptureQueriesContext(connection) as queries:
        run_drain()

    assert len(receiver.hits()) == len(LOCALES)
    assert not any("WITH RECURSIVE" in query["sql"] and "webhooks_delivery" in query["sql"] for query in queries)


def test_what_does_not_fit_in_memory_is_claimed_from_the_table(organization: Organization, receiver: Receiver, now: datetime) -> None:
    make_group(organization, *(f"de-x-{number:03}" for number in range(12)), callback_url=receiver.hook_url(), now=now)

    run_drain(slots=20, delivery_slots=1)

    assert sorted(hit["id"] for hit in receiver.hits()) == sorted(Delivery.objects.values_list("event_id", flat=True))
    assert Delivery.objects.filter(status="completed", attempts=1).count() == 12


def test_later_stages_follow_in_the_same_drain(organization: Organization, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    for stage in (StageId.PRE_EDIT, StageId.REPHRASE):
        monkeypatch.setitem(STAGES, stage, producing(stage))  # type: ignore[arg-type]
    group = make_group(organization, "de", "fr", stages=[StageId.PRE_EDIT, StageId.REPHRASE], now=now)

    assert run_drain() is False

    for job in jobs_of(group):
        assert stages_of(job.id) == [("preEdit", "completed"), ("localize", "completed"), ("rephrase", "completed")]
    assert_consistent(group.id)


def test_work_that_arrives_meanwhile_is_taken_up(organization: Organization, blocked: BlockedStage, now: datetime) -> None:
    make_group(organization, now=now)

    with draining():
        blocked.wait_until_begun()
        make_group(organization, now=now)
        blocked.wait_until_begun(2)
        blocked.let_go()

    assert {group.status for group in JobGroup.objects.all()} == {"completed"}


def test_newcomer_is_served_while_another_has_a_backlog(organization: Organization, blocked: BlockedStage, now: datetime) -> None:
    make_group(organization, *(f"de-x-{number:03}" for number in range(60)), now=now)
    newcomer = make_organization(name="Newcomer")
    mine = make_group(newcomer, now=now + timedelta(milliseconds=1))

    with draining(slots=4):
        blocked.wait_until_begun(4)
        assert Step.objects.get(group_id=mine.id).status == "running"
        blocked.let_go()

    assert_consistent(mine.id)


def test_an_organization_runs_no_more_steps_than_its_cap(
    organization: Organization, blocked: BlockedStage, settings: Settings, now: datetime
) -> None:
    settings.ORGANIZATION_STEPS = 2
    make_group(organization, *LOCALES, now=now)
    other = make_group(make_organization(name="Other"), now=now)

    with draining(slots=6):
        blocked.wait_until_begun(3)
        assert Step.objects.filter(status="running").count() == 3
        assert Step.objects.get(group_id=other.id).status == "running"
        blocked.let_go()

    assert statuses() == ["completed"] * 7


def test_budget_spent_leaves_work_and_says_so(organization: Organization, now: datetime) -> None:
    make_group(organization, *LOCALES, now=now)

    assert run_drain(budget=timedelta(0)) is True
    assert statuses() == ["ready"] * len(LOCALES)


def test_what_runs_when_the_budget_is_spent_is_finished(organization: Organization, blocked: BlockedStage, now: datetime) -> None:
    make_group(organization, *LOCALES, now=now)
    blocked.seconds = 0.4

    assert run_drain(slots=1, budget=timedelta(seconds=0.2)) is True

    assert statuses() == ["completed", "completed", "ready", "ready", "ready", "ready"]


def test_drain_that_left_nothing_wakes_nobody(organization: Organization, now: datetime) -> None:
    make_group(organization, now=now)
    OrmQ.objects.all().delete()

    tasks.drain()

    assert statuses() == ["completed"]
    assert OrmQ.objects.count() == 0


def test_task_wakes_a_successor_where_work_remains(organization: Organization, settings: Settings, now: datetime) -> None:
    make_group(organization, *LOCALES, now=now)
    OrmQ.objects.all().delete()
    settings.DRAIN_BUDGET = timedelta(0)

    tasks.drain()

    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize(
    ("used", "age", "result"),
    [(0, 0, "ready"), (7, 4, "ready"), (8, 0, "completed"), (0, 6, "completed")],
    ids=["spare slots", "one spare slot", "no spare slot", "dead"],
)
def test_second_drain_goes_home_while_another_has_spare_slots(organization: Organization, now: datetime, used: int, age: int, result: str) -> None:
    make_group(organization, now=now)
    other = drains.register(host="elsewhere", pid=1, slots=8, now=now - timedelta(seconds=age))
    Drain.objects.filter(pk=other.pk).update(used=used)

    tasks.drain()

    assert statuses() == [result]


def test_drain_leaves_no_row_behind(organization: Organization, now: datetime) -> None:
    make_group(organization, now=now)

    run_drain()

    assert not Drain.objects.exists()


def test_running_drain_shows_what_it_can_and_what_it_does(organization: Organization, blocked: BlockedStage, now: datetime) -> None:
    make_group(organization, now=now)

    with draining(slots=3):
        blocked.wait_until_begun()
        row: Any = Drain.objects.values("slots").get()
        assert row == {"slots": 3}
        assert drains.has_spare_slots(now=database_now())
        blocked.let_go()


def test_lost_wake_up_is_made_again_by_the_sweep(organization: Organization, now: datetime) -> None:
    make_engine(organization)
    make_group(organization, now=now)
    OrmQ.objects.all().delete()

    assert sweep(now=now + timedelta(seconds=2)).woke

    [message] = OrmQ.objects.all()
    assert message.func() == "pipeline.tasks.drain"
    tasks.drain()
    assert statuses() == ["completed"]
