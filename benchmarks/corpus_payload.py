"""A real file as one payload: the 3,529 strings of matrix-react-sdk into 14 locales, a model of 100 ms, 8 calls at once (`MODEL_LIMITS`).

The strings are read from `../shared/corpus`, as `benchmarks.corpus` reads it. Every call is full, so the ideal is what the model alone would take.
"""

import json
import time
from typing import Any

from benchmarks.corpus import ROOT, SOURCES
from benchmarks.payloads import FOURTEEN
from benchmarks.thousand_jobs import warm_up
from tests.servers.deployment import Deployment, cpu_seconds, descendants
from tests.servers.model_server import start_model_server

PROJECT = "matrix-react-sdk"
MODEL_SECONDS = 0.1
CALLS_AT_ONCE = 8


def run(database: str) -> dict[str, Any]:
    data = json.loads((ROOT / PROJECT / SOURCES[PROJECT]).read_text(encoding="utf-8"))
    limits = json.dumps({"openai": {"concurrent": CALLS_AT_ONCE}})
    with start_model_server(delay_ms=MODEL_SECONDS * 1000) as model:
        settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": "openai:test-small", "MODEL_LIMITS": limits}
        with Deployment(database, settings=settings) as product:
            product.start_web()
            product.start_worker()
            warm_up(product)
            model.reset()
            return _measure(product, model, data)


def _measure(product: Deployment, model: Any, data: dict[str, Any]) -> dict[str, Any]:
    worker = product.processes["worker"].pid
    before = cpu_seconds([worker, *descendants(worker)])
    began = time.monotonic()
    group = product.submit({"sourceLocale": "en", "targetLocales": FOURTEEN, "data": data})["groupId"]
    jobs = product.wait_for_group(group, seconds=600, interval=0.5)["jobs"]
    wall = time.monotonic() - began
    cpu = cpu_seconds([worker, *descendants(worker)]) - before
    counts = model.counts()
    wanted = _shape(data)
    details = [product.get(f"/jobs/localization/{job['id']}") for job in jobs]
    segments = sum(isinstance(leaf, str) for leaf in _leaves(data)) * len(FOURTEEN)
    ideal = counts["total"] * MODEL_SECONDS / CALLS_AT_ONCE
    return {
        "segments": segments,
        "calls": counts["total"],
        "most_calls_at_once": counts["maxInFlight"],
        "ideal_s": round(ideal, 1),
        "wall_s": round(wall, 1),
        "ratio": round(wall / ideal, 2),
        "worker_ms_per_segment": round(cpu / segments * 1000, 3),
        "outputs_with_the_structure": sum(_shape(job["outputData"]) == wanted for job in details),
        "statuses": {status: sum(job["status"] == status for job in details) for status in {job["status"] for job in details}},
        "warnings": sum(len(job["warnings"]) for job in details),
    }


def _shape(value: Any) -> Any:
    """Keys, their order and the kinds of the leaves."""
    if isinstance(value, dict):
        return [(key, _shape(child)) for key, child in value.items()]
    return [_shape(child) for child in value] if isinstance(value, list) else type(value).__name__


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict | list):
        children = value.values() if isinstance(value, dict) else value
        return [leaf for child in children for leaf in _leaves(child)]
    return [value]
