"""What the stages share that edit texts: the texts of a payload beside their sources, and how edits stand in a step's `detail`."""

from collections.abc import Mapping, Sequence
from typing import Any

from engines.editing.edit import edit
from engines.editing.request import Change, EditRequest, Edits, EditText, Kind
from engines.term_count import NO_TERMS, TermCount
from engines.translation.segments import Segment, walk
from engines.translation.verify import make_verifier
from foundation.customer_json import JSONValue, Path, format_path
from pipeline.stages.base import StageInput


def segments_of(stage_input: StageInput) -> Sequence[Segment]:
    """The texts of the source that are translated, in reading order."""
    return walk(stage_input.source, locked_keys=stage_input.locked_keys, hints=stage_input.hints).segments


def text_at(payload: JSONValue, path: Path) -> str:
    """The text of a payload that has the structure of the source."""
    value: Any = payload
    for key in path:
        value = value[key]
    return str(value)


def ask_for_edits(stage_input: StageInput, kind: Kind, texts: Sequence[EditText], *, target_locale: str | None = None) -> Edits:
    """What a model of the engine makes of the texts. Raises EngineError."""
    request = EditRequest(
        kind=kind,
        layers=stage_input.layers,
        source_locale=stage_input.source_locale,
        target_locale=target_locale or stage_input.target_locale,
        texts=texts,
        context=stage_input.context,
        deadline=stage_input.deadline,
        trace=stage_input.trace,
        known=stage_input.known,
    )
    return edit(request, stage_input.cancellation)


def changed_texts(edits: Edits) -> Mapping[Path, str]:
    return {change.path: change.after for change in edits.changes}


def count_terms(stage_input: StageInput, segments: Sequence[Segment], payload: JSONValue) -> TermCount:
    """Of the glossary, in the payload that a stage leaves."""
    layers = stage_input.layers
    if not layers.glossary:
        return NO_TERMS
    verifier = make_verifier(layers, stage_input.source_locale, stage_input.target_locale, [segment.text for segment in segments])
    return verifier.count_terms((segment.text, text_at(payload, segment.path)) for segment in segments)


def describe(edits: Edits) -> dict[str, Any]:
    """For a step's `detail`: each change with its reason, what was refused because it breaks a check, and the counts."""
    return {
        "changes": [_describe_change(change) for change in edits.changes],
        "refused": [
            {"path": format_path(one.path), "before": one.before, "after": one.after, "code": one.code, "message": one.message}
            for one in edits.refused
        ],
        "structure": edits.report,
    }


def _describe_change(change: Change) -> dict[str, str]:
    return {"path": format_path(change.path), "before": change.before, "after": change.after, "reason": change.reason}
