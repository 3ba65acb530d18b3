"""500 sockets on one group of 100 jobs while half of the nudges are dropped: all must receive every terminal event in order."""

import asyncio
import json
import time
from typing import Any

import websockets

from benchmarks.figures import milliseconds
from benchmarks.payloads import submission
from benchmarks.thousand_jobs import stamp, warm_up
from tests.servers.deployment import Deployment
from tests.servers.model_server import start_model_server

SOCKETS = 500
JOBS = 100


def run(database: str) -> dict[str, Any]:
    with start_model_server(delay_ms=200) as model:
        settings = {
            "OPENAI_API_KEY": "test",
            "OPENAI_BASE_URL": model.base_url,
            "DEFAULT_MODEL": "openai:test-small",
            "DRAIN_SLOTS": "10",
            "FAILPOINTS": "nudge.send=drop:0.5",
        }
        with Deployment(database, settings=settings) as product:
            product.start_web()
            product.start_worker()
            warm_up(product)
            product.stop("worker")
            group = product.submit(submission(JOBS, 1))
            received = asyncio.run(_listen_all(product, group["groupId"]))
            final = product.get(f"/jobs/localization/groups/{group['groupId']}")
    ended = {job["id"]: stamp(job["completedAt"]) for job in final["jobs"]}
    complete = [messages for messages in received if {job for _, job, _ in messages if job} == set(ended)]
    ordered = [messages for messages in received if [seq for seq, _, _ in messages] == sorted({seq for seq, _, _ in messages})]
    delays = [at - ended[job] for messages in received for _, job, at in messages if job]
    return {
        "sockets": SOCKETS,
        "with_every_event": len(complete),
        "in_order": len(ordered),
        "closed_after_the_end": sum(bool(messages) and messages[-1][1] is None for messages in received),
        "commit_to_message": milliseconds(delays),
    }


async def _listen_all(product: Deployment, group: str) -> list[list[tuple[int, str | None, float]]]:
    connected = asyncio.Semaphore(0)
    listeners = [asyncio.create_task(_listen(product, group, connected)) for _ in range(SOCKETS)]
    for _ in range(SOCKETS):
        await connected.acquire()
    product.start_worker()
    return await asyncio.gather(*listeners)


async def _listen(product: Deployment, group: str, connected: asyncio.Semaphore) -> list[tuple[int, str | None, float]]:
    """(seq, job or None for the group's end, when) of each terminal event."""
    messages: list[tuple[int, str | None, float]] = []
    url = f"{product.stream_url}/jobs/localization/groups/{group}/ws"
    async with websockets.connect(url, additional_headers={"X-API-Key": product.demo["apiKey"]}, max_size=None, open_timeout=60) as socket:
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "snapshot":
                connected.release()
            else:
                messages.append((message["seq"], message.get("jobId"), time.time()))
    return messages
