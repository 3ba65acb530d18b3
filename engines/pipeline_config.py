"""The pipeline: which stages there are, in which order, what each may be told, and which of them run for a submission (contract §3).

Pure functions over plain values. `localization.transitions` asks what comes next; the API and the dashboard ask what a configuration means.
"""

from collections.abc import Mapping
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


IMPLEMENTED = frozenset({StageId.LOCALIZE})  # what `pipeline.stages` can run

Config = dict[str, dict[str, Any]]  # stage id → member → value; `localize` has no member and always runs

DEFAULTS: Config = {
    StageId.PRE_EDIT: {"enabled": False},
    StageId.HUMAN_EDIT: {"enabled": False, "mode": "internal", "tier": "standard", "timeoutHours": 48, "maxCostUsd": None},
    StageId.POST_EDIT: {"enabled": False},
    StageId.REPHRASE: {"enabled": False},
    StageId.BACK_TRANSLATION: {"enabled": False},
}


def resolve(engine: Mapping[str, Any], request: Mapping[str, Any]) -> Config:
    """The effective configuration: the request over the engine's over the defaults, member by member."""
    return {stage: {**members, **engine.get(stage, {}), **request.get(stage, {})} for stage, members in DEFAULTS.items()}


def stages(config: Mapping[str, Any]) -> list[StageId]:
    """The stages that a job with this configuration goes through."""
    return [stage for stage in StageId if stage == StageId.LOCALIZE or config.get(stage, {}).get("enabled")]


def first_stage(config: Mapping[str, Any]) -> StageId:
    return stages(config)[0]


def next_stage(config: Mapping[str, Any], after: str) -> StageId | None:
    """The stage whose turn comes when `after` is finished; None after the last."""
    order = list(StageId)
    return next((stage for stage in stages(config) if order.index(stage) > order.index(StageId(after))), None)
