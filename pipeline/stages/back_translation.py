"""`backTranslation`: translates back, compares with what the client sent, and corrects what a judge calls major or critical.

    translation ──reverse pass──► source language ──judge──► issues ──correct, verify──► translation

The reverse pass uses the engine's layers turned round, and another model than the one that translated where there is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engines import errors
from engines.editing.judge import Issue, Judgement, JudgeRequest, JudgeText, Severity, judge
from engines.editing.request import Edits, EditText, Kind
from engines.errors import Usage
from engines.translation.rebuild import rebuild
from engines.translation.request import UNTRANSLATED, Translation, TranslationRequest
from engines.translation.segments import Segment
from engines.translation.translate import translate
from foundation.customer_json import Path, format_path
from pipeline.stages.base import Produced, StageInput
from pipeline.stages.failing import engine_errors
from pipeline.stages.texts import ask_for_edits, changed_texts, count_terms, describe, segments_of, text_at

SERIOUS = frozenset({Severity.MAJOR, Severity.CRITICAL})
NAMED = 20  # paths in a sentence
NO_EDITS = Edits(changes=(), refused=(), usage=Usage(), report={})  # of a translation without a serious issue


def run(stage_input: StageInput) -> Produced:
    """The translation with its serious issues corrected; all issues are in `detail`. What stays uncorrected is a warning."""
    segments = segments_of(stage_input)
    with engine_errors() as spent:
        back = _translate_back(stage_input)
        spent.add(back.usage)
        going_on = replace(stage_input, known={**stage_input.known, **back.verified})  # a retry pays nothing again for the way back
        judgement = _judge(going_on, segments, back)
        spent.add(judgement.usage)
        edits, problem = _correct(going_on, segments, judgement.issues)
        spent.add(edits.usage)
    corrected = changed_texts(edits)
    data = rebuild(stage_input.payload, corrected)
    return Produced(
        data=data,
        usage=spent.usage,
        detail=_describe(back, judgement, edits),
        warnings=tuple(_warn(judgement.issues, corrected, problem)),
        terms=count_terms(stage_input, segments, data),
    )


def _translate_back(stage_input: StageInput) -> Translation:
    request = TranslationRequest(
        layers=stage_input.layers.turned(),
        source_locale=stage_input.target_locale,
        target_locale=stage_input.source_locale,
        data=stage_input.payload,
        context=stage_input.context,
        locked_keys=stage_input.locked_keys,
        deadline=stage_input.deadline,
        trace=stage_input.trace,
        known=stage_input.known,
        avoid=stage_input.model,
        uses_memory=False,
    )
    return translate(request, stage_input.cancellation)


def _judge(stage_input: StageInput, segments: Sequence[Segment], back: Translation) -> Judgement:
    """Of the texts that could be translated back and do not read as what was sent."""
    lost = {warning.path for warning in back.warnings if warning.code == UNTRANSLATED}
    texts = [
        JudgeText(
            path=segment.path,
            source=text_at(stage_input.sent, segment.path),
            translation=text_at(stage_input.payload, segment.path),
            back=text_at(back.data, segment.path),
        )
        for segment in segments
        if format_path(segment.path) not in lost
    ]
    request = JudgeRequest(
        layers=stage_input.layers,
        source_locale=stage_input.source_locale,
        target_locale=stage_input.target_locale,
        texts=[text for text in texts if text.back != text.source],
        context=stage_input.context,
        deadline=stage_input.deadline,
        trace=stage_input.trace,
        avoid=stage_input.model,
        known=stage_input.known,
    )
    return judge(request, stage_input.cancellation)


def _correct(stage_input: StageInput, segments: Sequence[Segment], issues: Sequence[Issue]) -> tuple[Edits, str]:
    """The corrections of what is serious, and a sentence where no model could make any: the issues that were found are worth keeping."""
    remarks: dict[Path, list[str]] = {}
    for issue in issues:
        if issue.severity in SERIOUS:
            remarks.setdefault(issue.path, []).append(issue.explanation)
    texts = [
        EditText(segment.path, segment.text, text_at(stage_input.payload, segment.path), segment.hints, remark=" ".join(remarks[segment.path]))
        for segment in segments
        if segment.path in remarks
    ]
    if not texts:
        return NO_EDITS, ""
    try:
        return ask_for_edits(stage_input, Kind.CORRECT, texts), ""
    except errors.ModelUnavailable:
        raise
    except errors.TranslationFailed as exc:
        return replace(NO_EDITS, usage=exc.usage), str(exc)


def _describe(back: Translation, judgement: Judgement, edits: Edits) -> dict[str, Any]:
    corrected = {change.path for change in edits.changes}
    return {
        "issues": [
            {
                "path": format_path(issue.path),
                "severity": issue.severity.value,
                "type": issue.type,
                "explanation": issue.explanation,
                "backTranslation": text_at(back.data, issue.path),
                "corrected": issue.path in corrected,
            }
            for issue in judgement.issues
        ],
        "backTranslatedBy": back.usage.model,
        "judgedBy": judgement.judged_by,
        **describe(edits),
        "structure": back.report,
        "judgement": judgement.report,
    }


def _warn(issues: Sequence[Issue], corrected: Mapping[Path, str], problem: str) -> list[str]:
    left = dict.fromkeys(format_path(issue.path) for issue in issues if issue.severity in SERIOUS and issue.path not in corrected)
    if not left:
        return []
    paths = list(left)
    named = ", ".join(paths[:NAMED]) + (f" and {len(paths) - NAMED} more" if len(paths) > NAMED else "")
    return [f"backTranslation found serious issues that were not corrected: {named}.{f' {problem}' if problem else ''}"]
