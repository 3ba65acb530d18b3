"""The contract's pipeline (§3) written down by hand: a row for each stage and outcome. Shares no code with the product.

`predict` says what a job comes to whose stages have these outcomes, given which of the optional stages are on.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

KEEPS, SOURCE, TRANSLATION, ENDS = "keeps what there was", "leaves a source", "leaves a translation", "ends the job"


@dataclass(frozen=True)
class Row:
    stage: str
    outcome: str
    status: str  # of the step
    effect: str
    warning: str = ""  # the sentence that the job gets


TABLE = [
    Row("preEdit", "corrects", "completed", SOURCE),
    Row("preEdit", "breaks", "failed", KEEPS, "preEdit failed: It broke."),
    Row("localize", "translates", "completed", TRANSLATION),
    Row("localize", "doubts", "completed", TRANSLATION, "A doubt about localize."),
    Row("localize", "breaks", "failed", ENDS),
    Row("humanEdit", "approved", "completed", KEEPS),
    Row("humanEdit", "edited", "completed", TRANSLATION),
    Row("humanEdit", "timed out", "skipped", KEEPS),
    Row("humanEdit", "refused", "failed", KEEPS, "humanEdit failed: No credit."),
    Row("postEdit", "edits", "completed", TRANSLATION),
    Row("postEdit", "breaks", "failed", KEEPS, "postEdit failed: It broke."),
    Row("postEdit", "has no review", "skipped", KEEPS),
    Row("rephrase", "rewrites", "completed", TRANSLATION),
    Row("rephrase", "breaks", "failed", KEEPS, "rephrase failed: It broke."),
    Row("backTranslation", "agrees", "completed", TRANSLATION),
    Row("backTranslation", "doubts", "completed", TRANSLATION, "A doubt about backTranslation."),
    Row("backTranslation", "breaks", "failed", KEEPS, "backTranslation failed: It broke."),
]
ORDER = ["preEdit", "localize", "humanEdit", "postEdit", "rephrase", "backTranslation"]
OPTIONAL = [stage for stage in ORDER if stage != "localize"]


@dataclass
class Prediction:
    """Of one job: its steps as (stage, status), its status, error, warnings, and the text of its result (None where it failed)."""

    steps: list[tuple[str, str]] = field(default_factory=list)
    status: str = ""
    error: str = ""
    warnings: list[str] = field(default_factory=list)
    text: str | None = None


def cases() -> Iterator[dict[str, str]]:
    """Every reachable combination: stage → outcome, of the stages that are on. `postEdit` has its own outcomes only after a review that gave one."""
    for count in range(len(OPTIONAL) + 1):
        for enabled in itertools.combinations(OPTIONAL, count):
            on = [stage for stage in ORDER if stage == "localize" or stage in enabled]
            for outcomes in itertools.product(*([row.outcome for row in TABLE if row.stage == stage] for stage in on)):
                case = dict(zip(on, outcomes, strict=True))
                if "postEdit" in case and (case["postEdit"] == "has no review") == (case.get("humanEdit") in ("approved", "edited")):
                    continue
                if case["localize"] == "breaks" and any(outcome != _first(stage) for stage, outcome in case.items() if _is_after(stage)):
                    continue  # never reached: one such case is enough
                yield case


def _first(stage: str) -> str:
    return next(row.outcome for row in TABLE if row.stage == stage)


def _is_after(stage: str) -> bool:
    return ORDER.index(stage) > ORDER.index("localize") and stage != "postEdit"


def predict(case: dict[str, str], text: str) -> Prediction:
    found = Prediction()
    source, translation = text, ""
    for stage, outcome in case.items():
        row = next(row for row in TABLE if (row.stage, row.outcome) == (stage, outcome))
        found.steps.append((stage, row.status))
        if row.warning:
            found.warnings.append(row.warning)
        if row.effect == ENDS:
            found.status, found.error = "failed", "It broke."
            return found
        if row.effect == SOURCE:
            source = f"{source} {stage}"
        if row.effect == TRANSLATION:
            translation = f"{translation or source} {stage}"
    found.status = "completed_with_warnings" if found.warnings else "completed"
    found.text = translation
    return found
