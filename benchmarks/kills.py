"""`kill -9` of the process that drains, five times while 300 steps run, then of all idle workers: what is lost, doubled, and how long it takes."""

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
STEP_SECONDS = 3.0


def run(database: str) -> dict[str, Any]:
    with start_model_server(delay_ms=STEP_SECONDS * 1000) as model:
        settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": "openai:test-small", "DRAIN_SLOTS": "300"}
        with Deployment(database, settings=settings) as product:
            product.start_web()
            product.start_worker()
            warm_up(product, "")
            model.reset()
            return {**_kill_busy(product, model), **_kill_idle(product)}


def _kill_busy(product: Deployment, model: Any) -> dict[str, Any]:
    """Kills in the middle of 300 running calls; takeover is from a kill to the next call for a step that was running."""
    pause = threading.Event()
    groups = [product.submit(submission(100, 3)) for _ in range(3)]
    takeovers = []
    for _ in range(KILLS):
        model.wait_for_calls(in_flight=290, seconds=60)
        before = model.counts()["total"]
        killed = time.time()
        _kill_workers(product)
        model.wait_for_calls(total=before + 290, seconds=90)
        takeovers.append(time.time() - killed)
        pause.wait(0.2)
    finished = [product.wait_for_group(group["groupId"], seconds=120) for group in groups]
    counts = model.counts()
    attempts = [request for request, calls in counts["byRequest"].items() if calls > 1]
    return {
        "jobs_completed": sum(group["completedJobs"] for group in finished),
        "jobs": 300,
        "takeover_s_most": round(max(takeovers), 1),
        "calls": counts["total"],
        "surplus_calls": counts["total"] - 300,
        "attempts_called_twice": len(attempts),
    }


def _kill_idle(product: Deployment) -> dict[str, Any]:
    threading.Event().wait(4)
    _kill_workers(product)
    began = time.time()
    group = product.wait_for_group(product.submit(submission(1, 1))["groupId"], seconds=90)
    return {"idle_kill_to_result_s": round(stamp(group["completedAt"]) - began, 1)}


def _kill_workers(product: Deployment) -> None:
    for pid in product.queue_workers():
        os.kill(pid, signal.SIGKILL)
