"""50 equal POSTs at once for each of 40 idempotency keys: 40 groups."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from benchmarks.payloads import submission
from tests.servers.deployment import Deployment

KEYS = 40
AT_ONCE = 50


def run(database: str) -> dict[str, Any]:
    with Deployment(database) as product:
        product.start_web()
        statuses: dict[int, int] = {}
        groups: list[set[str]] = []
        with ThreadPoolExecutor(AT_ONCE) as clients:
            for number in range(KEYS):
                body = submission(3, 2, idempotencyKey=f"key-{number}")
                barrier = threading.Barrier(AT_ONCE)
                answers = list(clients.map(lambda _, body=body, barrier=barrier: _post(product, body, barrier), range(AT_ONCE)))
                for answer in answers:
                    statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
                groups.append({answer.json()["groupId"] for answer in answers if answer.status_code == 202})
    return {"keys": KEYS, "groups": len(set().union(*groups)), "keys_with_one_group": sum(len(found) == 1 for found in groups), "statuses": statuses}


def _post(product: Deployment, body: dict[str, Any], barrier: threading.Barrier) -> requests.Response:
    barrier.wait()
    return requests.post(f"{product.base_url}/jobs/localization", json=body, headers={"X-API-Key": product.demo["apiKey"]}, timeout=60)
