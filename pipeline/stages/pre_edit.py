"""`preEdit`: a model corrects typos, grammar and spelling of the source before it is translated. Done once for a group, in its first job's step."""

from engines.editing.request import EditText, Kind
from engines.translation.rebuild import rebuild
from engines.translation.segments import walk
from pipeline.stages.base import Produced, StageInput
from pipeline.stages.failing import engine_errors
from pipeline.stages.texts import ask_for_edits, changed_texts, describe


def run(stage_input: StageInput) -> Produced:
    """The source with its corrections, each in `detail` with its reason. What touches placeholders, numbers or glossary names is refused."""
    found = walk(stage_input.sent, locked_keys=stage_input.locked_keys, hints=stage_input.hints)
    texts = [EditText(segment.path, segment.text, segment.text, segment.hints) for segment in found.segments]
    with engine_errors():
        edits = ask_for_edits(stage_input, Kind.CLEAN, texts, target_locale=stage_input.source_locale)
    return Produced(data=rebuild(stage_input.sent, changed_texts(edits)), usage=edits.usage, detail=describe(edits))
