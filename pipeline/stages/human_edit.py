"""`humanEdit`: a person approves or edits the translation, of the own team or of a provider outside. Nothing runs meanwhile: the step waits."""

from datetime import timedelta
from functools import partial

from engines.pipeline_config import EXTERNAL
from pipeline.stages.base import StageInput, Waiting
from reviews.external import open_order
from reviews.opening import assess, open_review


def run(stage_input: StageInput) -> Waiting:
    """Opens a review in the own queue, or an order, in the transaction that makes the step wait; until `timeoutHours` are over."""
    config = stage_input.config
    due_at = stage_input.now + timedelta(hours=config["timeoutHours"])
    if config["mode"] == EXTERNAL:
        return Waiting(due_at, partial(open_order, tier=config["tier"]))
    assessment = assess(
        stage_input.source,
        stage_input.payload,
        source_locale=stage_input.source_locale,
        target_locale=stage_input.target_locale,
        locked_keys=stage_input.locked_keys,
        hints=stage_input.hints,
        layers=stage_input.layers,
    )
    return Waiting(due_at, partial(open_review, assessment=assessment, due_at=due_at))
