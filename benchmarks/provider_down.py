"""A provider that goes down for a minute in the middle of a run, with another to fall back on: calls begun meanwhile, the way back, what is lost.

The engine asks `test-small` first and `test-large` when that fails. For DOWN_SECONDS the first refuses every call; jobs are submitted all the time.
"""

import threading
import time
from typing import Any

from benchmarks.figures import milliseconds
from benchmarks.payloads import submission
from benchmarks.thousand_jobs import warm_up
from tests.servers.deployment import Deployment
from tests.servers.model_server import ModelServer, start_model_server
from tests.servers.script import rule

DOWN_SECONDS = 60
BEFORE_SECONDS = 5
AFTER_SECONDS = 25
INTERVAL = 0.5
LOCALES = 5
FIRST, SECOND = "test-small", "test-large"
FALLBACK = (
    "from engines.models import Engine, ModelConfig\n"
    f"for engine in Engine.objects.all(): ModelConfig.objects.create(engine=engine, provider='openai', model='{SECOND}', rank=9)"
)


def run(database: str) -> dict[str, Any]:
    with start_model_server(delay_ms=300) as model:
        settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": f"openai:{FIRST}"}
        with Deployment(database, settings=settings) as product:
            product.manage("shell", "-c", FALLBACK)
            product.start_web()
            product.start_worker()
            warm_up(product)  # a cold worker would begin its first calls together, and after the provider went away
            model.reset()
            watch = _Watch(model)
            groups = _submit_all_the_time(product, model)
            jobs = [job for group in groups for job in product.wait_for_group(group, seconds=120)["jobs"]]
            calls = watch.finish()
    down, up = groups.down_at, groups.up_at
    while_down = [at for at, name in calls if name == FIRST and down <= at < up]
    back = [at - up for at, name in calls if name == FIRST and at >= up]
    return {
        "jobs": len(jobs),
        "jobs_completed": sum(job["status"] == "completed" for job in jobs),
        "calls_before": sum(name == FIRST and at < down for at, name in calls),
        "calls_to_the_first_while_down": len(while_down),
        "calls_to_the_second_while_down": sum(name == SECOND and down <= at < up for at, name in calls),
        "seconds_down": round(up - down),
        "seconds_until_asked_again": round(min(back, default=-1), 1),
        "calls_to_the_first_after": len(back),
        "post": milliseconds(groups.posts),
    }


class _Groups(list[str]):
    """The ids of what was submitted, and when the provider went and came."""

    down_at = 0.0
    up_at = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[float] = []


def _submit_all_the_time(product: Deployment, model: ModelServer) -> _Groups:
    groups = _Groups()
    pause = threading.Event()
    began = time.monotonic()
    while (passed := time.monotonic() - began) < BEFORE_SECONDS + DOWN_SECONDS + AFTER_SECONDS:
        if not groups.down_at and passed >= BEFORE_SECONDS:
            model.script(rule("status", status=503, match={"model": FIRST}))
            groups.down_at = time.monotonic()
        if not groups.up_at and passed >= BEFORE_SECONDS + DOWN_SECONDS:
            model.script()
            groups.up_at = time.monotonic()
        sent = time.monotonic()
        groups.append(product.submit(submission(LOCALES, 3))["groupId"])
        groups.posts.append(time.monotonic() - sent)
        pause.wait(INTERVAL)
    return groups


class _Watch:
    """When each call came, to a tenth of a second, and for which model: the server itself keeps only the last thousand."""

    def __init__(self, model: ModelServer) -> None:
        self._model = model
        self._calls: list[tuple[float, str]] = []
        self._last = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.1):
            self._look()

    def _look(self) -> None:
        calls = self._model.requests(self._last)
        now = time.monotonic()
        self._calls += [(now, call["body"]["model"]) for call in calls]
        self._last = calls[-1]["number"] if calls else self._last

    def finish(self) -> list[tuple[float, str]]:
        self._stop.set()
        self._thread.join()
        self._look()
        return self._calls
