"""What a submission costs beside the cheapest call there is: `GET /users/me` in the same server, taken in turn, one client."""

import time
from collections.abc import Callable
from typing import Any

from benchmarks.figures import median
from benchmarks.payloads import FOURTEEN, submission
from tests.servers.deployment import Deployment

ROUNDS = 120


def run(database: str) -> dict[str, Any]:
    # No worker: what is measured is the answer, not the machine it shares.
    with Deployment(database, settings={"PSEUDO_DELAY_MS": "0"}) as product:
        product.start_web()
        calls: dict[str, Callable[[], Any]] = {
            "me": lambda: product.get("/users/me"),
            "post_14": lambda: product.submit(submission(FOURTEEN, 100)),
            "post_100": lambda: product.submit(submission(100, 100)),
        }
        seconds: dict[str, list[float]] = {name: [] for name in calls}
        for index in range(ROUNDS):
            for name, call in calls.items():
                began = time.perf_counter()
                call()
                if index >= ROUNDS // 6:
                    seconds[name].append(time.perf_counter() - began)
    me = median(seconds["me"])
    return {
        "me_ms": round(me * 1000, 2),
        "post_14_ms": round(median(seconds["post_14"]) * 1000, 2),
        "post_100_ms": round(median(seconds["post_100"]) * 1000, 2),
        "post_14_ratio": round(median(seconds["post_14"]) / me, 2),
        "post_100_ratio": round(median(seconds["post_100"]) / me, 2),
    }
