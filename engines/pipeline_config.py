"""The pipeline: which stages there are, in which order, what each starts from and leaves, and which of them run for a submission (contract §3).

Pure functions over plain values. `localization.transitions` asks what comes next; the API and the dashboard ask what a configuration means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models


class StageId(models.TextChoices):
    """The stages, in the order in which they run."""

    PRE_EDIT = "preEdit"
    LOCALIZE = "localize"
    HUMAN_EDIT = "humanEdit"
    POST_EDIT = "postEdit"
    REPHRASE = "rephrase"
    BACK_TRANSLATION = "backTranslation"


@dataclass(frozen=True, slots=True)
class Rule:
    """What the pipeline does with one stage. A stage that fails and is not critical leaves what it started from, with a warning on the job."""

    is_optional: bool = True  # runs where the configuration says so; else always
    is_critical: bool = False  # its failure fails the job
    is_per_group: bool = False  # one result for all jobs of a group: the first job's step runs, the others' wait for it
    edits_source: bool = False  # leaves the source as the later stages are to read it; else a translation
    needs: StageId | None = None  # the stage whose output it works on; skipped where that gave none


RULES: Mapping[StageId, Rule] = {
    StageId.PRE_EDIT: Rule(is_per_group=True, edits_source=True),
    StageId.LOCALIZE: Rule(is_optional=False, is_critical=True),
    StageId.HUMAN_EDIT: Rule(),
    StageId.POST_EDIT: Rule(needs=StageId.HUMAN_EDIT),
    StageId.REPHRASE: Rule(),
    StageId.BACK_TRANSLATION: Rule(),
}

Config = dict[str, dict[str, Any]]  # stage id → member → value; `localize` has no member and always runs

INTERNAL, EXTERNAL = "internal", "external"

DEFAULTS: Config = {
    StageId.PRE_EDIT: {"enabled": False},
    StageId.HUMAN_EDIT: {"enabled": False, "mode": INTERNAL, "tier": "standard", "timeoutHours": 48, "maxCostUsd": None},
    StageId.POST_EDIT: {"enabled": False},
    StageId.REPHRASE: {"enabled": False},
    StageId.BACK_TRANSLATION: {"enabled": False},
}


def resolve(engine: Mapping[str, Any], request: Mapping[str, Any]) -> Config:
    """The effective configuration: the request over the engine's over the defaults, member by member."""
    return {stage: {**members, **engine.get(stage, {}), **request.get(stage, {})} for stage, members in DEFAULTS.items()}


def stages(config: Mapping[str, Any]) -> list[StageId]:
    """The stages that a job with this configuration goes through."""
    return [stage for stage in StageId if not RULES[stage].is_optional or config.get(stage, {}).get("enabled")]


def first_stage(config: Mapping[str, Any]) -> StageId:
    return stages(config)[0]


def next_stage(config: Mapping[str, Any], after: str) -> StageId | None:
    """The stage whose turn comes when `after` is finished; None after the last."""
    order = list(StageId)
    return next((stage for stage in stages(config) if order.index(stage) > order.index(StageId(after))), None)


def is_external(config: Mapping[str, Any]) -> bool:
    """Whether people outside review: an order at a provider instead of an item in the own queue."""
    review = config.get(StageId.HUMAN_EDIT, {})
    return bool(review.get("enabled")) and review.get("mode") == EXTERNAL
