"""How fast a result leaves while the product is lightly used: two POSTs of 14 locales a second, a model that takes 200 ms."""

import threading
import time
from typing import Any

from benchmarks.figures import milliseconds, percentile
from benchmarks.payloads import FOURTEEN, submission
from benchmarks.thousand_jobs import Streams, warm_up
from tests.servers.deployment import Deployment
from tests.servers.model_server import start_model_server
from tests.servers.receiver import start_receiver

POSTS = 40
INTERVAL = 0.5


def run(database: str) -> dict[str, Any]:
    with start_model_server(delay_ms=200) as model, start_receiver() as receiver:
        settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": "openai:test-small"}
        with Deployment(database, settings=settings) as product:
            product.start_web()
            product.start_worker()
            receiver.set_secret(product.demo["webhookSecret"])
            warm_up(product, receiver)
            receiver.reset()
            receiver.set_secret(product.demo["webhookSecret"])
            streams = []
            pause = threading.Event()
            for _ in range(POSTS):
                began = time.monotonic()
                group = product.submit(submission(FOURTEEN, 10, callbackUrl=receiver.hook_url()))
                streams.append(Streams(product, [group["groupId"]]))
                pause.wait(max(0, INTERVAL - (time.monotonic() - began)))
            hits = receiver.wait_for_hits(POSTS * len(FOURTEEN), seconds=60)
            answered = {request.split(".")[0]: moment for request, moment in model.answered_at().items()}
            seen = {job: moment for stream in streams for job, moment in stream.finish().items()}
    webhooks = [hit["receivedAt"] - answered[hit["id"]] for hit in hits]
    # A job may end before its socket was open: then the snapshot told it, and there is no message to time.
    messages = [moment - answered[job] for job, moment in seen.items()]
    return {
        "jobs": len(hits),
        "answer_to_webhook": milliseconds(webhooks),
        "answer_to_webhook_p95_ms": round(percentile(webhooks, 0.95) * 1000),
        "answer_to_socket": milliseconds(messages),
        "answer_to_socket_p95_ms": round(percentile(messages, 0.95) * 1000),
        "socket_messages": len(messages),
    }
