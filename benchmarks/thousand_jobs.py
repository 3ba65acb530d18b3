"""1,000 jobs (10 POSTs × 100 locales) against a model that takes 1 s, 100 calls at once: wall time, memory, CPU, and how fast results leave.

Inside the run: from the model's answer to the webhook and to the WebSocket message of each job.
"""

import asyncio
import json
import threading
import time
from datetime import datetime
from typing import Any

import websockets

from benchmarks.figures import milliseconds, percentile
from benchmarks.payloads import submission
from tests.servers.deployment import Deployment, cpu_seconds, descendants, proportional_memory
from tests.servers.model_server import start_model_server
from tests.servers.receiver import Receiver, start_receiver

GROUPS = 10
LOCALES = 100
STRINGS = 5
MODEL_SECONDS = 1.0


def run(database: str) -> dict[str, Any]:
    with start_model_server(delay_ms=MODEL_SECONDS * 1000) as model, start_receiver() as receiver:
        settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": "openai:test-small"}
        with Deployment(database, settings=settings) as product:
            product.start_web()
            product.start_worker()
            receiver.set_secret(product.demo["webhookSecret"])
            warm_up(product, receiver)
            receiver.reset()
            receiver.set_secret(product.demo["webhookSecret"])
            model.reset()
            return _measure(product, model, receiver)


def warm_up(product: Deployment, receiver: Receiver | None = None) -> None:
    """One small group, so that imports and connections are not part of the figure."""
    members = {"callbackUrl": receiver.hook_url()} if receiver else {}
    product.wait_for_group(product.submit(submission(5, 1, **members))["groupId"])
    if receiver:
        receiver.wait_for_hits(5)


def _measure(product: Deployment, model: Any, receiver: Any) -> dict[str, Any]:
    memory = MemoryWatch(product)
    worker_before, model_before = cpu_seconds(_worker(product)), model.cpu_seconds()
    started = time.time()
    groups = [product.submit(submission(LOCALES, STRINGS, callbackUrl=receiver.hook_url())) for _ in range(GROUPS)]
    posted = time.time()
    streams = Streams(product, [group["groupId"] for group in groups])
    for group in groups:
        product.wait_for_group(group["groupId"], seconds=120, interval=0.3)
    jobs = GROUPS * LOCALES
    hits = receiver.wait_for_hits(jobs, seconds=60)
    done = max(stamp(job["completedAt"]) for group in groups for job in product.get(f"/jobs/localization/groups/{group['groupId']}")["jobs"])
    counts, answered = model.counts(), model.answered_at()
    seen = streams.finish()
    worker_cpu = cpu_seconds(_worker(product)) - worker_before
    answered_job = {request.split(".")[0]: moment for request, moment in answered.items()}
    webhooks = [hit["receivedAt"] - answered_job[hit["id"]] for hit in hits]
    messages = [moment - answered_job[job] for job, moment in seen.items()]
    return {
        "wall_s": round(done - started, 2),
        "ideal_s": jobs / 100 * MODEL_SECONDS,
        "ratio": round((done - started) / (jobs / 100 * MODEL_SECONDS), 3),
        "posts_s": round(posted - started, 2),
        "memory_mb": round(memory.finish()),
        "worker_ms_per_job": round(worker_cpu / jobs * 1000, 2),
        "model_ms_per_call": round((counts["cpuSeconds"] - model_before) / max(1, counts["total"]) * 1000, 3),
        "calls": counts["total"],
        "most_calls_at_once": counts["maxInFlight"],
        "webhooks": f"{len({hit['id'] for hit in hits})} jobs, {sum(hit['verified'] for hit in hits)} verified",
        "answer_to_webhook": milliseconds(webhooks),
        "answer_to_webhook_p95_ms": round(percentile(webhooks, 0.95) * 1000),
        "answer_to_socket": milliseconds(messages),
        "answer_to_socket_p95_ms": round(percentile(messages, 0.95) * 1000),
    }


def _worker(product: Deployment) -> list[int]:
    pid = product.processes["worker"].pid
    return [pid, *descendants(pid)]


def stamp(text: str) -> float:
    """Unix seconds of a time on the wire."""
    return datetime.fromisoformat(text).timestamp()


class MemoryWatch:
    """The most memory (MB, PSS) that the worker's processes had together, looked at four times a second."""

    def __init__(self, product: Deployment) -> None:
        self._product = product
        self._most = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.5):
            self._most = max(self._most, proportional_memory(_worker(self._product)))

    def finish(self) -> float:
        self._stop.set()
        self._thread.join()
        return self._most


class Streams:
    """A socket for each group; remembers when each job's terminal event came."""

    def __init__(self, product: Deployment, groups: list[str]) -> None:
        self._product = product
        self._groups = groups
        self._seen: dict[str, float] = {}
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen_all()))
        self._thread.start()

    async def _listen_all(self) -> None:
        await asyncio.gather(*[self._listen(group) for group in self._groups])

    async def _listen(self, group: str) -> None:
        headers = {"X-API-Key": self._product.demo["apiKey"]}
        url = f"{self._product.stream_url}/jobs/localization/groups/{group}/ws"
        async with websockets.connect(url, additional_headers=headers, max_size=None) as socket:
            async for text in socket:
                message = json.loads(text)
                if message["type"] in ("job.completed", "job.failed"):
                    self._seen[message["jobId"]] = time.time()

    def finish(self) -> dict[str, float]:
        self._thread.join(60)
        return self._seen
