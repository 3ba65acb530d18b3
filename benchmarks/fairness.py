"""10,000 jobs of one organization in the backlog, then 20 single jobs of another, one a time: from the POST until `localize` started."""

import json
import threading
from typing import Any

import requests

from benchmarks.figures import milliseconds, percentile
from benchmarks.payloads import submission
from benchmarks.thousand_jobs import stamp
from tests.servers.deployment import Deployment
from tests.servers.model_server import start_model_server

BACKLOG_GROUPS = 100
NEWCOMERS = 20


def run(database: str) -> dict[str, Any]:
    with start_model_server(delay_ms=50) as model:
        settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": "openai:test-small"}
        with Deployment(database, settings=settings) as product:
            product.start_web()
            other = json.loads(product.manage("demo", "--json", "--organization", "Newcomer"))
            for _ in range(BACKLOG_GROUPS):
                product.submit(submission(100, 1))
            product.start_worker()
            model.wait_for_calls(total=100, seconds=60)
            delays = [_post_and_wait(product, other["apiKey"]) for _ in range(NEWCOMERS)]
            left = 100 * BACKLOG_GROUPS - model.counts()["total"]
    return {
        "post_to_start": milliseconds(delays),
        "post_to_start_p95_ms": round(percentile(delays, 0.95) * 1000),
        "backlog_left_at_the_end": left,
    }


def _post_and_wait(product: Deployment, key: str) -> float:
    headers = {"X-API-Key": key}
    group = requests.post(f"{product.base_url}/jobs/localization", json=submission(1, 1), headers=headers, timeout=30).json()
    url = f"{product.base_url}/jobs/localization/{group['jobs'][0]['id']}"
    for _ in range(600):
        job = requests.get(url, headers=headers, timeout=30).json()
        if job["startedAt"]:
            return stamp(job["startedAt"]) - stamp(group["createdAt"])
        threading.Event().wait(0.1)
    raise TimeoutError(url)
