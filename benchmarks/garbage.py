"""10,000 generated texts through a model that spoils a fifth of its answers in forty ways: what gets through, and what it costs in calls.

The model server is deterministic, so for each text the only right translation is known. A leaf that is anything else, in a job that claims to be
done and does not name it, is corrupt.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.leaves import make_payload
from foundation.customer_json import JSONValue, Path, dump, format_path, parse
from tests.servers.deployment import Deployment
from tests.servers.model_faults import COMPLETION_FAULTS, KEY_FAULTS, TEXT_FAULTS
from tests.servers.model_prompts import Prompt, script_of, translate
from tests.servers.model_server import ModelServer, start_model_server
from tests.servers.script import rule

LOCALES = ["de", "fr", "ja", "ar", "ru", "zh-CN", "he", "hi", "ko", "el"]
SIZES = [500, *[20] * 25]  # texts of the payloads of each locale: long ones make whole chunks, short ones many answers
SHARE = 0.2
KINDS = [*TEXT_FAULTS, *KEY_FAULTS, *COMPLETION_FAULTS, {"kind": "huge", "megabytes": 3}]


def run(database: str) -> dict[str, Any]:
    with start_model_server() as model:
        settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": "openai:test-small"}
        with Deployment(database, settings=settings) as product:
            product.start_web()
            product.start_worker()
            clean = _measure(product, model, seed=1)
            model.reset()
            model.script(rule("spoil", share=SHARE, kinds=KINDS, seed=7))
            spoiled = _measure(product, model, seed=500_000)
            counts = model.counts()
    return {
        "texts": sum(SIZES) * len(LOCALES),
        "kinds": len(KINDS),
        "kinds_played": len(counts["byAction"]),
        "spoiled_share": round(sum(counts["byAction"].values()) / counts["total"], 3),
        "calls_clean": clean["calls"],
        "calls_spoiled": spoiled["calls"],
        "ratio": round(spoiled["calls"] / clean["calls"], 3),
        "corrupt_clean": clean["corrupt"],
        "corrupt": spoiled["corrupt"],
        "named": spoiled["named"],
        "statuses": spoiled["statuses"],
        "named_clean": clean["named"],
        "examples": [*clean["examples"], *spoiled["examples"]],
    }


def _measure(product: Deployment, model: ModelServer, *, seed: int) -> dict[str, Any]:
    """Submits one payload for each locale, and compares what comes back leaf by leaf."""
    before = model.counts()["total"]
    payloads = [
        (locale, make_payload(size, seed=seed + 1000 * index + number, is_latin=script_of(locale) == "Latn"))
        for index, locale in enumerate(LOCALES)
        for number, size in enumerate(SIZES)
    ]
    groups = [_submit(product, locale, payload) for locale, payload in payloads]
    faults: list[str] = []
    named = 0
    statuses: Counter[str] = Counter()
    for (locale, payload), group in zip(payloads, groups, strict=True):
        job_id = product.wait_for_group(group, seconds=240, interval=0.5)["jobs"][0]["id"]
        job: Any = parse(product.session.get(f"{product.base_url}/jobs/localization/{job_id}", timeout=60).content)
        statuses[job["status"]] += 1
        if job["status"] != "failed":
            kept, found = _compare(payload, job, locale)
            named += kept
            faults += found
    return {
        "calls": model.counts()["total"] - before,
        "corrupt": len(faults),
        "named": named,
        "statuses": dict(statuses),
        "examples": faults[:5],
    }


def _submit(product: Deployment, locale: str, payload: JSONValue) -> str:
    body = dump({"sourceLocale": "en", "targetLocales": [locale], "data": payload})
    answer = product.session.post(
        f"{product.base_url}/jobs/localization", data=body.encode(), headers={"Content-Type": "application/json"}, timeout=60
    )
    assert answer.status_code == 202, answer.text
    group: str = answer.json()["groupId"]
    return group


def _compare(source: JSONValue, job: Any, locale: str) -> tuple[int, list[str]]:
    """How many texts are named as not (surely) translated, and what is corrupt."""
    warnings = " ".join(job["warnings"])
    named, faults = 0, []
    for path, wanted, found in _pairs(source, job["outputData"], ()):
        if wanted == found and not isinstance(wanted, str):
            continue
        place = format_path(path)
        if isinstance(wanted, str) and found == _expected(wanted, locale):
            continue
        if isinstance(wanted, str) and isinstance(found, str) and (place in warnings or (found == wanted and " more." in warnings)):
            named += 1
        else:
            faults.append(f"{locale} {place}: {wanted!r} became {found!r}")
    return named, faults


def _expected(text: str, locale: str) -> str:
    is_set_aside = not text.strip() or not re.search(r"[^\W\d_]", re.sub(r"https?://\S+", "", text))
    return text if is_set_aside else translate(text, Prompt(target=locale))


def _pairs(source: Any, output: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    """Every leaf with what became of it; a container whose keys, their order or whose length differ is a leaf that became another."""
    if isinstance(source, dict) and isinstance(output, dict) and list(source) == list(output):
        for key, value in source.items():
            yield from _pairs(value, output[key], (*path, key))
    elif isinstance(source, list) and isinstance(output, list) and len(source) == len(output):
        for index, value in enumerate(source):
            yield from _pairs(value, output[index], (*path, index))
    else:
        yield path, source, output
