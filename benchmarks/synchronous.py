"""1,000 synchronous calls, 20 at once, against a model that takes 200 ms; beside them the cheapest authenticated GET, over and over.

By one web process, then by two, between which the callers are divided as by a proxy. No worker runs. Every call has texts of its own, so that nothing
comes from memory.
"""

import http.client
import itertools
import json
import threading
import time
from typing import Any

from benchmarks.figures import median, milliseconds, percentile
from tests.servers.deployment import Deployment, cpu_seconds, proportional_memory
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
            web = Web(product)
            alone = Visitor(web)
            alone.stop.wait(3)
            found = {
                "get_alone": milliseconds(alone.finish()),
                "ideal_s": CALLS / CALLERS * MODEL_SECONDS,
                "one_process": _measure(web, model, "one"),
            }
            web.start_another()
            return {**found, "two_processes": _measure(web, model, "two")}


class Web:
    """The web processes; each new connection is to the next of them."""

    def __init__(self, product: Deployment) -> None:
        self.product = product
        self._ports = [product.web_port]
        self._turns = itertools.cycle(self._ports)

    @property
    def pids(self) -> list[int]:
        return [process.pid for name, process in self.product.processes.items() if name.startswith("web")]

    def start_another(self) -> None:
        self._ports.append(self.product.start_web(f"web-{len(self._ports) + 1}", port=0))
        self._turns = itertools.cycle(self._ports)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", next(self._turns), timeout=60)

    def headers(self) -> dict[str, str]:
        return {"X-API-Key": self.product.demo["apiKey"], "Content-Type": "application/json"}


def _measure(web: Web, model: Any, name: str) -> dict[str, Any]:
    Callers(web, f"warm {name}", 3 * CALLERS).finish()
    model.reset()
    web_before, model_before = cpu_seconds(web.pids), model.cpu_seconds()
    started = time.monotonic()
    visitor = Visitor(web)
    latencies = Callers(web, f"run {name}", CALLS).finish()
    wall = time.monotonic() - started
    gets = visitor.finish()
    counts = model.counts()
    p95 = percentile(latencies, 0.95)
    return {
        "calls": milliseconds(latencies),
        "p95_ratio": round(p95 / MODEL_SECONDS, 2),
        "p50_ratio": round(median(latencies) / MODEL_SECONDS, 2),
        "get_beside": milliseconds(gets),
        "wall_s": round(wall, 2),
        "model_calls": counts["total"],
        "most_calls_at_once": counts["maxInFlight"],
        "web_ms_per_call": round((cpu_seconds(web.pids) - web_before) / CALLS * 1000, 2),
        "model_ms_per_call": round((model.cpu_seconds() - model_before) / CALLS * 1000, 2),
        "web_memory_mb": round(proportional_memory(web.pids)),
    }


class Callers:
    """`CALLERS` threads, each with one connection, that share `calls` calls; `finish` gives their seconds. Raises what a caller met."""

    def __init__(self, web: Web, name: str, calls: int) -> None:
        self._web = web
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
        connection = self._web.connect()
        try:
            while self._pending:
                self._seconds.append(_call(connection, self._web.headers(), f"{self._name} {self._pending.pop()}"))
        except IndexError:
            return
        except BaseException as exc:
            self._errors.append(exc)
        finally:
            connection.close()


class Visitor:
    """Asks who it is, again and again, until `finish` gives the seconds that each answer took."""

    def __init__(self, web: Web) -> None:
        self.stop = threading.Event()
        self._web = web
        self._seconds: list[float] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def finish(self) -> list[float]:
        self.stop.set()
        self._thread.join()
        return self._seconds

    def _run(self) -> None:
        connection = self._web.connect()
        while not self.stop.wait(GET_INTERVAL):
            started = time.monotonic()
            connection.request("GET", "/users/me", headers=self._web.headers())
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            self._seconds.append(time.monotonic() - started)
        connection.close()


def _call(connection: http.client.HTTPConnection, headers: dict[str, str], name: str) -> float:
    data = {f"key{number}": f"This is text number {number} of {name}, for {{user}}." for number in range(STRINGS)}
    body = json.dumps({"sourceLocale": "en", "targetLocale": "de", "data": data})
    started = time.monotonic()
    connection.request("POST", "/process/localize", body, headers)
    answer = connection.getresponse()
    text = answer.read()
    seconds = time.monotonic() - started
    assert answer.status == 200, text
    assert json.loads(text)["data"] == {key: f"[de] {value}" for key, value in data.items()}
    return seconds
