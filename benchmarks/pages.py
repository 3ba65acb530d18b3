"""Pages for reviewers at their largest: the queue with 10,000 open reviews, a workspace of 500 keys, its autosave.

By HTTP, one request after the other, with no worker beside it.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from benchmarks.figures import milliseconds, percentile
from benchmarks.payloads import submission
from tests.servers.deployment import Deployment

WAITING = 10_000
KEYS = 500
VISITS = 40
PIPELINE = {"humanEdit": {"enabled": True}}


def run(database: str) -> dict[str, Any]:
    with Deployment(database, settings={"DEFAULT_MODEL": "pseudo:pseudo"}) as product:
        product.start_web()
        product.start_worker()
        large = product.submit({"sourceLocale": "en", "targetLocales": ["de"], "data": _texts(), "pipelineConfig": PIPELINE})
        for _ in range(WAITING // 100):
            product.submit(submission(100, 1, pipelineConfig=PIPELINE))
        _wait_for_items(product, WAITING + 1)
        product.stop("worker")
        return _visit(product, large["groupId"])


def _texts() -> dict[str, str]:
    return {f"key{number}": f"This is text number {number} of a long page, for {{user}}." for number in range(KEYS)}


def _wait_for_items(product: Deployment, number: int) -> None:
    for _ in range(3000):
        if product.query("SELECT count(*) FROM reviews_reviewitem")[0][0] == number:
            return
        threading.Event().wait(0.1)
    raise TimeoutError("the items did not open")


def _visit(product: Deployment, group_id: str) -> dict[str, Any]:
    review = product.query(f"SELECT id FROM reviews_reviewitem WHERE group_id = '{group_id}'")[0][0]
    queue = f"{product.base_url}/orgs/{product.demo['organizationId']}/human-reviewer"
    workspace = f"{queue}/{review}"
    person = _log_in(product)
    token = {"Referer": workspace, "X-CSRFToken": person.cookies["csrftoken"]}
    person.post(f"{workspace}/claim", headers=token, timeout=30)
    fence = product.query(f"SELECT fence FROM reviews_reviewitem WHERE id = '{review}'")[0][0]

    def save(number: int) -> requests.Response:
        form = {"act": "save", "number": number % KEYS + 1, "fence": fence, "text": f"Ein Text, Nummer {number}, für {{user}}."}
        return person.post(f"{workspace}/drafts", data=form, headers={"Accept": "application/json", **token}, timeout=30)

    pages: dict[str, Callable[[int], requests.Response]] = {
        "queue": lambda number: person.get(queue, timeout=30),
        "queue_live": lambda number: person.get(f"{queue}?live=1", timeout=30),
        "workspace": lambda number: person.get(workspace, timeout=30),
        "workspace_key": lambda number: person.get(f"{workspace}/keys/{number % KEYS + 1}", timeout=30),
        "autosave": save,
    }
    figures: dict[str, Any] = {}
    for name, ask in pages.items():
        seconds = _time(ask)
        figures |= {name: milliseconds(seconds), f"{name}_p95_ms": round(percentile(seconds, 0.95) * 1000)}
    return figures


def _time(ask: Callable[[int], requests.Response]) -> list[float]:
    """The first request loads templates and layers, and is not counted."""
    seconds = []
    for number in range(VISITS + 1):
        started = time.monotonic()
        answer = ask(number)
        seconds.append(time.monotonic() - started)
        assert answer.status_code == 200, (answer.status_code, answer.text[:500])
    return seconds[1:]


def _log_in(product: Deployment) -> requests.Session:
    """As the demo's owner."""
    owner = product.demo["users"][0]
    person = requests.Session()
    person.get(f"{product.base_url}/login", timeout=30)
    form = {"username": owner["email"], "password": owner["password"], "csrfmiddlewaretoken": person.cookies["csrftoken"]}
    answer = person.post(f"{product.base_url}/login", data=form, headers={"Referer": f"{product.base_url}/login"}, timeout=30)
    assert "/orgs/" in answer.url, answer.url
    return person
