"""`localize`: the engine translates the source. The only stage that always runs and whose failure fails the job."""

from collections.abc import Iterable, Iterator

from engines.translation.request import UNTRANSLATED, TranslationRequest, TranslationWarning
from engines.translation.translate import translate
from pipeline.stages.base import Produced, StageInput
from pipeline.stages.failing import engine_errors

NAMED = 20  # paths in a sentence


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
    with engine_errors():
        translation = translate(request, stage_input.cancellation)
    return Produced(
        data=translation.data,
        usage=translation.usage,
        detail={"structure": translation.report},
        warnings=tuple(_sentences(translation.warnings)),
        learned=translation.learned,
        terms=translation.terms,
    )


def _sentences(warnings: Iterable[TranslationWarning]) -> Iterator[str]:
    """One for each thing that is to be said, with the paths it is said of."""
    paths: dict[str, list[str]] = {}
    for warning in warnings:
        message = "Not translated, the source text was kept" if warning.code == UNTRANSLATED else warning.message.rstrip(".")
        paths.setdefault(message, []).append(warning.path)
    for message, places in paths.items():
        more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
        yield f"{message}: {', '.join(places[:NAMED])}{more}."
