"""`rephrase`: a model rewrites the translation to read like native copy. Meaning, glossary and placeholders are kept."""

from engines.editing.request import EditText, Kind
from engines.translation.rebuild import rebuild
from pipeline.stages.base import Produced, StageInput
from pipeline.stages.failing import engine_errors
from pipeline.stages.texts import ask_for_edits, changed_texts, count_terms, describe, segments_of, text_at


def run(stage_input: StageInput) -> Produced:
    """The translation as the last stage left it, with the texts that the model would write otherwise."""
    segments = segments_of(stage_input)
    texts = [EditText(segment.path, segment.text, text_at(stage_input.payload, segment.path), segment.hints) for segment in segments]
    with engine_errors():
        edits = ask_for_edits(stage_input, Kind.REPHRASE, texts)
    data = rebuild(stage_input.payload, changed_texts(edits))
    return Produced(data=data, usage=edits.usage, detail=describe(edits), terms=count_terms(stage_input, segments, data))
