"""1,000 synchronous calls, 20 at once, against a model that takes 200 ms; beside them the cheapest authenticated GET, over and over.

One web process and no worker. Every call has texts of its own, so that nothing comes from memory.
"""

import http.client
import json
import threading
import time
from typing import Any

from benchmarks.figures import median, milliseconds, percentile
from tests.servers.deployment import Deployment, cpu_seconds, descendants, proportional_memory
from tests.servers.model_server import start_model_server

CALLS = 1000
CALLERS = 20
MODEL_SECONDS = 0.2
STRINGS = 5
GET_INTERVAL = 0.05


def run(database: str) -> dict[str, Any]:
    with start_model_server(delay_ms=MODEL_SECONDS * 1000) as model:
        settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": "openai:test-small"}
        with Deployment(database, settings=settings) as product:
            product.start_web()
            Callers(product, "warm", CALLERS).finish()
            model.reset()
            alone = Visitor(product)
            alone.stop.wait(3)
            return {"get_alone": milliseconds(alone.finish()), **_measure(product, model)}


def _measure(product: Deployment, model: Any) -> dict[str, Any]:
    web = product.processes["web"].pid
    web_before, model_before = cpu_seconds([web]), model.cpu_seconds()
    started = time.monotonic()
    visitor = Visitor(product)
    latencies = Callers(product, "run", CALLS).finish()
    wall = time.monotonic() - started
    gets = visitor.finish()
    counts = model.counts()
    p95 = percentile(latencies, 0.95)
    return {
        "calls": milliseconds(latencies),
        "p95_ms": round(p95 * 1000),
        "ratio": round(p95 / MODEL_SECONDS, 2),
        "p50_ratio": round(median(latencies) / MODEL_SECONDS, 2),
        "get_beside": milliseconds(gets),
        "get_p95_ms": round(percentile(gets, 0.95) * 1000),
        "wall_s": round(wall, 2),
        "ideal_s": CALLS / CALLERS * MODEL_SECONDS,
        "model_calls": counts["total"],
        "most_calls_at_once": counts["maxInFlight"],
        "web_ms_per_call": round((cpu_seconds([web]) - web_before) / CALLS * 1000, 2),
        "model_ms_per_call": round((model.cpu_seconds() - model_before) / CALLS * 1000, 2),
        "web_memory_mb": round(proportional_memory([web, *descendants(web)])),
    }


class Callers:
    """`CALLERS` threads, each with one connection, that share `calls` calls; `finish` gives their seconds. Raises what a caller met."""

    def __init__(self, product: Deployment, name: str, calls: int) -> None:
        self._product = product
        self._name = name
        self._pending = list(range(calls))
        self._seconds: list[float] = []
        self._errors: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run) for _ in range(CALLERS)]
        for thread in self._threads:
            thread.start()

    def finish(self) -> list[float]:
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
        return self._seconds

    def _run(self) -> None:
        connection = _connect(self._product)
        try:
            while self._pending:
                self._seconds.append(_call(connection, self._product, f"{self._name} {self._pending.pop()}"))
        except IndexError:
            return
        except BaseException as exc:
            self._errors.append(exc)
        finally:
            connection.close()


class Visitor:
    """Asks who it is, again and again, until `finish` gives the seconds that each answer took."""

    def __init__(self, product: Deployment) -> None:
        self.stop = threading.Event()
        self._product = product
        self._seconds: list[float] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def finish(self) -> list[float]:
        self.stop.set()
        self._thread.join()
        return self._seconds

    def _run(self) -> None:
        connection = _connect(self._product)
        while not self.stop.wait(GET_INTERVAL):
            started = time.monotonic()
            connection.request("GET", "/users/me", headers={"X-API-Key": self._product.demo["apiKey"]})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            self._seconds.append(time.monotonic() - started)
        connection.close()


def _connect(product: Deployment) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", product.web_port, timeout=60)


def _call(connection: http.client.HTTPConnection, product: Deployment, name: str) -> float:
    data = {f"key{number}": f"This is text number {number} of {name}, for {{user}}." for number in range(STRINGS)}
    body = json.dumps({"sourceLocale": "en", "targetLocale": "de", "data": data})
    started = time.monotonic()
    connection.request("POST", "/process/localize", body, {"X-API-Key": product.demo["apiKey"], "Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    seconds = time.monotonic() - started
    assert answer.status == 200, text
    assert json.loads(text)["data"] == {key: f"[de] {value}" for key, value in data.items()}
    return seconds
