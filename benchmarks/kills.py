"""What dying workers cost: `kill -9` of the draining process five times while 300 steps run, of all idle workers, and a stop past the lease.

Takeover is from the moment a killed call broke off until the same step is called again. After a SIGSTOP longer than the lease, another worker has
done the work: what the first one writes when it wakes must be refused.
"""

import os
import signal
import threading
import time
from typing import Any

from benchmarks.payloads import submission
from benchmarks.thousand_jobs import stamp, warm_up
from tests.servers.deployment import Deployment
from tests.servers.model_server import start_model_server

KILLS = 5
STEP_SECONDS = 4.0


def run(database: str) -> dict[str, Any]:
    with start_model_server(delay_ms=STEP_SECONDS * 1000) as model:
        settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": "openai:test-small"}
        with Deployment(database, settings=settings) as product:
            product.start_web()
            product.start_worker()
            warm_up(product)
            model.reset()
            figures = {**_kill_busy(product, model), **_kill_idle(product)}
        with Deployment(database, settings={**settings, "LEASE_SECONDS": "3", "SWEEP_SECONDS": "1"}) as product:
            model.reset()
            return {**figures, **_stop_past_the_lease(product, model)}


def _kill_busy(product: Deployment, model: Any) -> dict[str, Any]:
    groups = [product.submit(submission(100, 3)) for _ in range(3)]
    for _ in range(KILLS):
        model.wait_for_calls(in_flight=60, seconds=90)
        _pause(1)
        _signal_workers(product, signal.SIGKILL)
        _pause(0.5)
    finished = [product.wait_for_group(group["groupId"], seconds=200) for group in groups]
    answered = model.answered_at()
    takeovers = []
    for request, moment in answered.items():
        job, stage, attempt = request.split(".")
        following = answered.get(f"{job}.{stage}.{int(attempt) + 1}")
        if following is not None:
            takeovers.append(following - STEP_SECONDS - moment)
    return {
        "jobs_completed": sum(group["completedJobs"] for group in finished),
        "takeovers": len(takeovers),
        "takeover_s_most": round(max(takeovers), 1),
        "surplus_calls": model.counts()["total"] - 300,
        **_doubled(product),
    }


def _doubled(product: Deployment) -> dict[str, int]:
    """Result rows or terminal events beyond one for each job."""
    steps = product.query("SELECT count(*) - count(DISTINCT job_id) FROM localization_step")[0][0]
    events = product.query("SELECT count(*) - count(DISTINCT job_id) FROM localization_event WHERE type = 'job.completed'")[0][0]
    return {"result_rows_doubled": steps, "terminal_events_doubled": events}


def _kill_idle(product: Deployment) -> dict[str, Any]:
    _pause(4)
    _signal_workers(product, signal.SIGKILL)
    began = time.time()
    group = product.wait_for_group(product.submit(submission(1, 1))["groupId"], seconds=90)
    return {"idle_kill_to_result_s": round(stamp(group["completedAt"]) - began - STEP_SECONDS, 1)}


def _stop_past_the_lease(product: Deployment, model: Any) -> dict[str, Any]:
    """200 steps run in a worker that is stopped; a second, which is idle until then, takes them over; the first is woken and brings its results."""
    product.start_web()
    product.environment["DRAIN_SLOTS"] = "200"
    product.start_worker("first")
    groups = [product.submit(submission(100, 1)) for _ in range(2)]
    model.wait_for_calls(in_flight=200, seconds=60)
    stopped = product.queue_workers("first")
    product.start_worker("second")
    _signal_workers(product, signal.SIGSTOP, "first")
    finished = [product.wait_for_group(group["groupId"], seconds=120) for group in groups]
    before = product.query("SELECT id, fence, status, completed_at FROM localization_step ORDER BY id")
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)
    _pause(8)
    after = product.query("SELECT id, fence, status, completed_at FROM localization_step ORDER BY id")
    return {
        "stopped_jobs_completed": sum(group["completedJobs"] for group in finished),
        "stopped_calls": model.counts()["total"],
        "late_writes": sum(was != now for was, now in zip(before, after, strict=True)),
    }


def _signal_workers(product: Deployment, number: int, name: str = "worker") -> None:
    for pid in product.queue_workers(name):
        os.kill(pid, number)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)
