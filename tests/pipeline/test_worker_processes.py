"""Real processes that are killed: nothing is lost, nothing is done twice, and work goes on by itself. Lease and sweep are shortened."""

import os
import signal
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.pipeline.drains import wait_until
from tests.servers.deployment import Deployment
from tests.servers.model_server import ModelServer, start_model_server

SECONDS = 60
LOCALES = ["de", "fr", "it", "es", "pl", "nl", "pt", "sv"]


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with start_model_server(delay_ms=700) as server:
        yield server


@pytest.fixture(scope="module")
def product(model: ModelServer) -> Iterator[Deployment]:
    settings = {
        "OPENAI_API_KEY": "test",
        "OPENAI_BASE_URL": model.base_url,
        "DEFAULT_MODEL": "openai:test-small",
        "LEASE_SECONDS": "2",
        "SWEEP_SECONDS": "1",
    }
    with Deployment(connection.vendor, settings=settings, with_redis=False) as deployment:
        deployment.start_web()
        deployment.start_worker()
        yield deployment


def submit(product: Deployment) -> str:
    group_id: str = product.submit({"sourceLocale": "en", "targetLocales": LOCALES, "data": {"title": "Hello"}})["groupId"]
    return group_id


def draining_pids(product: Deployment) -> list[int]:
    """Those that live: a killed drain leaves its row for a while."""
    pids = [row[0] for row in product.query("SELECT pid FROM localization_drain")]
    return [pid for pid in pids if pid in product.queue_workers()]


def assert_done_once(product: Deployment, group_ids: list[str]) -> None:
    jobs = len(group_ids) * len(LOCALES)
    named = ", ".join(f"'{group_id}'" for group_id in group_ids)
    events = f"SELECT type, count(*), count(DISTINCT job_id) FROM localization_event WHERE group_id IN ({named}) GROUP BY type"
    counts = {kind: (total, distinct) for kind, total, distinct in product.query(events)}
    assert counts["job.started"] == counts["step.completed"] == counts["job.completed"] == (jobs, jobs)
    assert counts["group.completed"][0] == len(group_ids)
    steps = f"SELECT count(*), count(DISTINCT job_id) FROM localization_step WHERE status = 'completed' AND group_id IN ({named})"
    assert product.query(steps) == [(jobs, jobs)]


def test_jobs_of_a_drain_that_is_killed_complete_elsewhere_once(product: Deployment, model: ModelServer) -> None:
    groups = [submit(product) for _ in range(2)]
    model.wait_for_calls(in_flight=2 * len(LOCALES), seconds=SECONDS)

    [pid] = draining_pids(product)
    os.kill(pid, signal.SIGKILL)

    finished = [product.wait_for_group(group, seconds=SECONDS) for group in groups]
    assert [group["completedJobs"] for group in finished] == [len(LOCALES)] * 2
    assert_done_once(product, groups)
    assert model.counts()["total"] <= 2 * 2 * len(LOCALES)  # each call that broke off is made once more
    assert set(product.query("SELECT crashes FROM localization_step")) == {(1,)}


def test_next_job_completes_after_all_idle_workers_were_killed(product: Deployment) -> None:
    wait_until(lambda: not draining_pids(product), seconds=SECONDS)
    for pid in product.queue_workers():
        os.kill(pid, signal.SIGKILL)

    group = submit(product)

    assert product.wait_for_group(group, seconds=SECONDS)["completedJobs"] == len(LOCALES)
    assert_done_once(product, [group])
