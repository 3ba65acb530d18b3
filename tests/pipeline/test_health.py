"""What an operator and a load balancer are told."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from foundation.clock import database_now
from localization import drains
from organizations.models import Organization
from pipeline.health import WorkCollector, read_health
from tests.factories import NOW
from tests.localization.steps import HOOK, completed, die, make_group, settle, start, waiting

EMPTY: dict[str, Any] = {"status": "ok", "database": connection.vendor, "oldestReadySeconds": 0.0, "lastHeartbeatAt": None, "drains": 0}


@pytest.mark.django_db
def test_nothing_to_do_is_healthy() -> None:
    assert read_health(NOW) == EMPTY


def test_age_is_that_of_the_oldest_due_work(organization: Organization) -> None:
    make_group(organization, now=NOW)
    make_group(organization, now=NOW + timedelta(seconds=20))

    assert read_health(NOW + timedelta(seconds=25.5)) == EMPTY | {"oldestReadySeconds": 25.5}


def test_work_that_is_not_due_has_no_age(organization: Organization) -> None:
    make_group(organization, now=NOW + timedelta(minutes=5))

    assert read_health(NOW) == EMPTY


def test_deliveries_count_as_work(organization: Organization) -> None:
    make_group(organization, callback_url=HOOK)
    settle(completed(start()[0]))

    assert read_health(NOW + timedelta(seconds=3))["oldestReadySeconds"] == 3


def test_what_runs_or_waits_has_no_age(organization: Organization) -> None:
    make_group(organization, "de", "fr")
    settle(waiting(start()[0]))

    assert read_health(NOW + timedelta(hours=1)) == EMPTY


def test_suspects_have_no_age(organization: Organization) -> None:
    make_group(organization)
    now = die(3)

    assert read_health(now + timedelta(minutes=2)) == EMPTY


@pytest.mark.parametrize(("age", "beat", "status"), [(60, None, "ok"), (61, None, "stalled"), (61, 2, "ok"), (61, 10, "stalled")])
def test_work_that_waits_a_minute_without_a_worker_is_stalled(organization: Organization, age: int, beat: int | None, status: str) -> None:
    make_group(organization)
    now = NOW + timedelta(seconds=age)
    if beat is not None:
        drains.register(host="h", pid=1, slots=8, now=now - timedelta(seconds=beat))

    health = read_health(now)

    assert health["status"] == status
    assert health["lastHeartbeatAt"] == (None if beat is None else now - timedelta(seconds=beat))
    assert health["drains"] == (1 if beat == 2 else 0)


@pytest.mark.django_db
def test_health_needs_no_key(client: Client) -> None:
    now = database_now()
    drains.register(host="h", pid=1, slots=8, now=now)

    answer = client.get("/health")

    assert answer.status_code == 200
    body = answer.json()
    assert body == EMPTY | {"drains": 1, "lastHeartbeatAt": body["lastHeartbeatAt"]}
    assert body["lastHeartbeatAt"].startswith(f"{now:%Y-%m-%dT%H:%M:%S}")


def test_metrics_count_unfinished_rows_by_kind_and_status(organization: Organization) -> None:
    make_group(organization, "de", "fr", "it", "es", callback_url=HOOK)
    done, held, *_ = start(limit=3)
    settle(completed(done), waiting(held))

    families = {family.name: family for family in WorkCollector().collect()}

    rows = {tuple(sample.labels.values()): sample.value for sample in families["interlinear_work_rows"].samples}
    assert rows == {
        ("step", "ready"): 1,
        ("step", "running"): 1,
        ("step", "waiting"): 1,
        ("delivery", "ready"): 1,
        ("delivery", "running"): 0,
        ("delivery", "waiting"): 0,
    }
    assert [sample.value for sample in families["interlinear_drains"].samples] == [0]
    [age] = families["interlinear_oldest_ready_seconds"].samples
    assert age.value > 0
