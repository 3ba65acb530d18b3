"""Reviews: two people for one item, a decision against the timeout, and 10,000 jobs that wait for people while the product does other work."""

import json
import subprocess
import sys
import threading
from typing import Any

from benchmarks.figures import milliseconds, percentile
from benchmarks.payloads import submission
from benchmarks.thousand_jobs import stamp
from tests.servers.deployment import ROOT, Deployment

RACES = 1000
WAITING = 10_000
RESUMED = 50
PIPELINE = {"humanEdit": {"enabled": True}, "rephrase": {"enabled": True}}


def run(database: str) -> dict[str, Any]:
    with Deployment(database, settings={"DEFAULT_MODEL": "pseudo:pseudo"}) as product:
        product.start_web()
        product.start_worker()
        for _ in range(WAITING // 100):
            product.submit(submission(100, 1, pipelineConfig=PIPELINE))
        _wait_for_items(product, WAITING)
        figures = {
            "running_steps": product.query("SELECT count(*) FROM localization_step WHERE status = 'running'")[0][0],
            **_inside(product, "sweep", 20),
            **_resume(product),
        }
        product.stop("worker")  # the races have a timeout of their own
        races = {"claims": _inside(product, "claim", RACES), "timeouts": _inside(product, "timeout", RACES)} if database == "postgresql" else {}
    return {**figures, **races}


def _wait_for_items(product: Deployment, number: int) -> None:
    for _ in range(6000):
        if product.query("SELECT count(*) FROM reviews_reviewitem")[0][0] == number:
            return
        threading.Event().wait(0.1)
    raise TimeoutError("the items did not open")


def _inside(product: Deployment, kind: str, number: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.review_races", kind, str(number)]
    environment = {**product.environment, "LOG_LEVEL": "ERROR"}
    printed = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout
    result: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return result


def _resume(product: Deployment) -> dict[str, Any]:
    """Decisions by the API one after the other: from the decision until the next stage has started, by the database's clock."""
    delays = []
    for item in product.get(f"/reviews?limit={RESUMED}")["items"]:
        path = f"{product.base_url}/reviews/{item['id']}"
        fence = product.session.post(f"{path}/claim", json={}, timeout=30).json()["fence"]
        findings = [
            {"path": text["path"], "code": one["code"]} for text in product.get(f"/reviews/{item['id']}")["texts"] for one in text["findings"]
        ]
        answer = product.session.post(f"{path}/submit", json={"fence": fence, "decision": "approve", "acknowledged": findings}, timeout=30)
        assert answer.status_code == 200, answer.text
        delays.append(_delay_of(product, item["jobId"]))
    return {"resume_to_start": milliseconds(delays), "resume_to_start_p95_ms": round(percentile(delays, 0.95) * 1000)}


def _delay_of(product: Deployment, job_id: str) -> float:
    for _ in range(600):
        steps = {step["stepId"]: step for step in product.get(f"/jobs/localization/{job_id}")["steps"]}
        if steps.get("rephrase", {}).get("startedAt"):
            return stamp(steps["rephrase"]["startedAt"]) - stamp(steps["humanEdit"]["completedAt"])
        threading.Event().wait(0.05)
    raise TimeoutError(job_id)
