"""The checks alone, on 50,654 translations by people, on the same with one thing spoiled, on labelled inflections, and their cost in CPU.

Needs the corpus beside the repository. Prints counts and, with `CHECKS_READ=errors` or `warnings` in the environment, the keys of twenty random
findings: never a text of the corpus.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.corpus import HumanPair, read_pairs
from benchmarks.spoiling import Spoiled, generate, spoil_pairs
from engines.checks import Finding, Severity, TextPair, check
from engines.layers import Term
from engines.translation.rebuild import rebuild
from engines.translation.segments import walk

SEED = 20
READ = 20
INFLECTIONS = Path(__file__).resolve().parent.parent / "tests" / "engines" / "checks" / "inflections.json"
TYPICAL = TextPair(
    "The file was saved on the server and can now be downloaded by every person who has access to its folder.",
    "Die Datei wurde auf dem Server gespeichert und kann nun von allen Personen mit Zugriff auf den Ordner geladen werden.",
    "en",
    "de",
)


def run(database: str) -> dict[str, Any]:
    """`database` is not used: checks touch none."""
    pairs = read_pairs()
    random = Random(SEED)
    return {
        "human": _measure_human(pairs),
        "spoiled": {kind: _measure_spoiled(spoiled) for kind, spoiled in (spoil_pairs(pairs, random) | generate(pairs, random)).items()},
        "glossary": _measure_glossary(),
        "cpu": _measure_cpu(pairs),
    }


def _measure_human(pairs: Sequence[HumanPair]) -> dict[str, Any]:
    results = [(human, check(human.pair)) for human in pairs]
    with_errors = [human for human, findings in results if any(finding.severity is Severity.ERROR for finding in findings)]
    with_warnings = [human for human, findings in results if any(finding.severity is Severity.WARNING for finding in findings)]
    chosen = {"errors": with_errors, "warnings": with_warnings}.get(os.environ.get("CHECKS_READ", ""), [])
    return {
        "pairs": len(pairs),
        "errors": len(with_errors),
        "errors_percent": _percent(len(with_errors), len(pairs)),
        "warnings": len(with_warnings),
        "warnings_percent": _percent(len(with_warnings), len(pairs)),
        "codes": dict(Counter(f"{finding.code} {finding.severity}" for _, findings in results for finding in findings)),
        "read": [human.name for human in Random(SEED).sample(chosen, min(READ, len(chosen)))],
    }


def _measure_spoiled(spoiled: Sequence[Spoiled]) -> dict[str, Any]:
    """Caught: a finding that the good pair lacks."""
    caught = sum(bool(set(check(item.bad)) - set(check(item.good))) for item in spoiled)
    return {"pairs": len(spoiled), "caught": caught, "caught_percent": _percent(caught, len(spoiled))}


def _measure_glossary() -> dict[str, Any]:
    """A glossary of 500 terms in every check, the labelled ones among them; forms are texts that honour a term, the others lack it."""
    rows = json.loads(INFLECTIONS.read_text(encoding="utf-8"))
    found = [(row["honoured"], bool(_glossary_findings(row))) for row in rows]
    honoured, missing = [alarm for good, alarm in found if good], [alarm for good, alarm in found if not good]
    return {
        "languages": len({row["locale"] for row in rows}),
        "forms": len(honoured),
        "false_alarms": sum(honoured),
        "false_alarms_percent": _percent(sum(honoured), len(honoured)),
        "missing": len(missing),
        "missing_found": sum(missing),
    }


def _glossary_findings(row: dict[str, Any]) -> list[Finding]:
    others = (Term("en", row["locale"], f"unrelated term {number}", "x") for number in range(499))
    terms = (Term("en", row["locale"], row["source"], row["target"]), *others)
    pair = TextPair(f"About the {row['source']}.", row["sentence"], "en", row["locale"], terms)
    return [finding for finding in check(pair) if finding.code == "glossary"]


def _measure_cpu(pairs: Sequence[HumanPair]) -> dict[str, Any]:
    chosen = [human.pair for human in Random(SEED).sample(list(pairs), 10_000)]
    payload = {f"key{number}": pair.source for number, pair in enumerate(chosen)}
    began = time.process_time()
    for segment in walk(payload).segments:
        check(chosen[int(str(segment.path[0])[3:])])
    rebuild(payload, {(f"key{number}",): pair.target for number, pair in enumerate(chosen)})
    mixed = time.process_time() - began
    began = time.process_time()
    for _ in range(5000):
        check(TYPICAL)
    return {"typical_microseconds": round((time.process_time() - began) / 5000 * 1e6, 1), "mixed_10000_seconds": round(mixed, 2)}


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 3)
