"""`postEdit`: a model reconciles what a person changed with the engine's glossary, instructions and voice. What nobody changed is not sent."""

from engines.editing.request import EditText, Kind
from engines.translation.rebuild import rebuild
from pipeline.stages.base import Produced, Skipped, StageInput
from pipeline.stages.failing import engine_errors
from pipeline.stages.texts import ask_for_edits, changed_texts, count_terms, describe, segments_of, text_at

NO_REVIEW = "There is no human edit to work on."


def run(stage_input: StageInput) -> Produced | Skipped:
    """The person's translation, edited. Skipped where the human stage gave no output: it is off, timed out or failed."""
    if stage_input.before is None:
        return Skipped(NO_REVIEW)
    segments = segments_of(stage_input)
    texts = [
        EditText(segment.path, segment.text, current, segment.hints, remark=given)
        for segment in segments
        for current, given in [(text_at(stage_input.payload, segment.path), text_at(stage_input.before, segment.path))]
        if current != given
    ]
    with engine_errors():
        edits = ask_for_edits(stage_input, Kind.POST_EDIT, texts)
    data = rebuild(stage_input.payload, changed_texts(edits))
    return Produced(data=data, usage=edits.usage, detail=describe(edits), terms=count_terms(stage_input, segments, data))
