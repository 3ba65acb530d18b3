"""External orders: the draining process is killed right after it sent an order, 200 times. At the provider there is one for each translation.

The provider is on loopback and counts. It must have one order for each translation, whatever died.
"""

import threading
import time
from typing import Any

from benchmarks.payloads import FOURTEEN, submission
from reviews.sandbox.server import Sandbox
from tests.servers.deployment import Deployment

KILLS = 200
AT_ONCE = 10  # locales of a group: its steps are done before its orders begin to kill
MOST_SECONDS = 60 * 60
SETTINGS = {"REVIEW_ALLOW_LOOPBACK": "1", "LEASE_SECONDS": "1", "SWEEP_SECONDS": "0.5", "FAILPOINTS": "order.sent=exit"}
EXTERNAL = {"humanEdit": {"enabled": True, "mode": "external"}}


def run(database: str) -> dict[str, Any]:
    began = time.monotonic()
    with Sandbox(callbacks="none") as provider, Deployment(database, settings=SETTINGS) as product:
        product.start_web()
        product.start_worker()
        _set_account(product, provider)
        translations = 0
        while _count_kills(product) < KILLS:
            product.submit(submission(FOURTEEN[:AT_ONCE], 1, pipelineConfig=EXTERNAL))
            translations += AT_ONCE
            _wait(lambda: _known_orders(product) == translations, began)  # noqa: B023 (called at once)
        sent = provider.counts()["orders"]
        return {
            "kills": _count_kills(product),
            "translations": translations,
            "orders_at_provider": sum(sent.values()),
            "ordered_twice": sum(count > 1 for count in sent.values()),
            "calls_to_order": provider.book.calls["POST translate/jobs"],
            "look_ups": provider.book.calls["GET translate/jobs"],
            "failed_stages": product.query("SELECT count(*) FROM localization_step WHERE stage = 'humanEdit' AND status <> 'waiting'")[0][0],
            "seconds": round(time.monotonic() - began),
        }


def _set_account(product: Deployment, provider: Sandbox) -> None:
    account = provider.book.account
    body = {"baseUrl": provider.base_url, "publicKey": account.public_key, "privateKey": account.private_key}
    answer = product.session.put(f"{product.base_url}/review-credentials/gengo", json=body, timeout=60)
    assert answer.status_code == 201, answer.text


def _known_orders(product: Deployment) -> int:
    """Those of which the product knows the provider's id."""
    count: int = product.query("SELECT count(*) FROM reviews_externalorder WHERE provider_order <> ''")[0][0]
    return count


def _count_kills(product: Deployment) -> int:
    return product.log_path("worker").read_text(errors="replace").count("reincarnated worker")


def _wait(condition: Any, began: float) -> None:
    while not condition():
        if time.monotonic() - began > MOST_SECONDS:
            raise TimeoutError("the orders are not all known")
        threading.Event().wait(0.2)
