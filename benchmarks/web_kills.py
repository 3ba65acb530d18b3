"""`kill -9` of the web process during 200 POSTs with idempotency keys; the client repeats what failed.

Groups must equal keys, each with all its jobs.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from benchmarks.payloads import FOURTEEN, submission
from tests.servers.deployment import Deployment

KEYS = 200
KILLS = 4


def run(database: str) -> dict[str, Any]:
    with Deployment(database) as product:
        product.start_web()
        began = time.monotonic()
        killer = threading.Thread(target=_kill_web, args=(product,))
        killer.start()
        bodies = [submission(FOURTEEN, 20, idempotencyKey=f"key-{number}") for number in range(KEYS)]
        with ThreadPoolExecutor(8) as clients:
            answers = list(clients.map(lambda body: _post_until_accepted(product, body), bodies))
        killer.join()
        groups = {answer["groupId"] for answer, _ in answers}
        jobs = [len(product.get(f"/jobs/localization/groups/{group}")["jobs"]) for group in groups]
        stored = _count_jobs(product)
    return {
        "keys": KEYS,
        "groups": len(groups),
        "complete_groups": sum(count == len(FOURTEEN) for count in jobs),
        "jobs_stored": stored,
        "repeats": sum(tries - 1 for _, tries in answers),
        "seconds": round(time.monotonic() - began, 1),
    }


def _kill_web(product: Deployment) -> None:
    for _ in range(KILLS):
        threading.Event().wait(0.5)
        product.kill("web")
        product.start_web()


def _post_until_accepted(product: Deployment, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    for tries in range(1, 200):
        try:
            answer = requests.post(f"{product.base_url}/jobs/localization", json=body, headers={"X-API-Key": product.demo["apiKey"]}, timeout=10)
            if answer.status_code == 202:
                return answer.json(), tries
        except requests.RequestException:
            threading.Event().wait(0.1)
    raise TimeoutError(body["idempotencyKey"])


def _count_jobs(product: Deployment) -> int:
    """All jobs of the organization, by walking the list."""
    count, cursor = 0, None
    while True:
        page = product.get(f"/jobs/localization?limit=100{f'&cursor={cursor}' if cursor else ''}")
        count += len(page["items"])
        cursor = page["nextCursor"]
        if cursor is None:
            return count
