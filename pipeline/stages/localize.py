"""`localize`: the engine translates the source. The only stage that always runs and whose failure fails the job."""

from datetime import timedelta

from engines import errors
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
    except errors.ModelUnavailable as exc:
        after = None if exc.retry_after is None else timedelta(seconds=exc.retry_after)
        raise RetryLater(str(exc), after=after, known=exc.verified, usage=_usage(exc.usage)) from exc
    except errors.TranslationFailed as exc:
        raise StageFailed(str(exc), _usage(exc.usage)) from exc
    except errors.EngineError as exc:
        raise StageFailed(str(exc)) from exc
    return Produced(data=translation.data, usage=_usage(translation.usage), detail={"structure": translation.report})


def _usage(used: errors.Usage) -> Usage:
    return Usage(model=used.model or "", input_tokens=used.input_tokens, output_tokens=used.output_tokens)
