"""`localize`: the engine translates the source. The only stage that always runs and whose failure fails the job."""

from datetime import timedelta

from engines.errors import EngineError, ModelUnavailable
from engines.translation.request import TranslationRequest
from engines.translation.translate import translate
from localization.outcomes import Usage
from pipeline.stages.base import Produced, RetryLater, StageFailed, StageInput


def run(stage_input: StageInput) -> Produced:
    """The source in the target locale. Raises RetryLater while no model answers, StageFailed when none gives a usable answer."""
    request = TranslationRequest(
        layers=stage_input.layers,
        source_locale=stage_input.source_locale,
        target_locale=stage_input.target_locale,
        data=stage_input.source,
        context=stage_input.context,
        hints=stage_input.hints,
        locked_keys=stage_input.locked_keys,
        deadline=stage_input.deadline,
        trace=stage_input.trace,
        known=stage_input.known,
    )
    try:
        translation = translate(request)
    except ModelUnavailable as exc:
        after = None if exc.retry_after is None else timedelta(seconds=exc.retry_after)
        raise RetryLater(str(exc), after=after, known=exc.verified) from exc
    except EngineError as exc:
        raise StageFailed(str(exc)) from exc
    usage = Usage(model=translation.usage.model or "", input_tokens=translation.usage.input_tokens, output_tokens=translation.usage.output_tokens)
    return Produced(data=translation.data, usage=usage, detail={"structure": translation.report})
