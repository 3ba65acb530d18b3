"""Requests to edit and to judge, with only what a test is about."""

import time
from collections.abc import Sequence
from typing import Any

from engines.editing.edit import edit
from engines.editing.judge import JudgeRequest, JudgeText
from engines.editing.request import EditRequest, Edits, EditText, Kind
from engines.layers import Layers
from tests.engines.factories import make_layers

SMALL, LARGE = "openai:test-small", "openai:test-large"


def make_edit(kind: Kind, *texts: EditText | str | tuple[str, str], layers: Layers | None = None, target: str = "de", **members: Any) -> EditRequest:
    """English to German within 20 seconds. A text is the source to clean, or source and translation; its path is its place."""
    seconds = members.pop("seconds", 20)
    return EditRequest(
        kind=kind,
        layers=layers or make_layers(SMALL),
        source_locale="en",
        target_locale="en" if kind is Kind.CLEAN else target,
        texts=[_text(place, text) for place, text in enumerate(texts)],
        deadline=time.monotonic() + seconds,
        trace="job.stage.1",
        **members,
    )


def run_edit(kind: Kind, *texts: EditText | str | tuple[str, str], **members: Any) -> Edits:
    return edit(make_edit(kind, *texts, **members))


def make_judge(texts: Sequence[tuple[str, str, str]], *, layers: Layers | None = None, target: str = "de", **members: Any) -> JudgeRequest:
    """Each text is source, translation and back-translation."""
    seconds = members.pop("seconds", 20)
    return JudgeRequest(
        layers=layers or make_layers(SMALL),
        source_locale="en",
        target_locale=target,
        texts=[JudgeText((place,), *text) for place, text in enumerate(texts)],
        deadline=time.monotonic() + seconds,
        trace="job.stage.1",
        **members,
    )


def _text(place: int, text: EditText | str | tuple[str, str]) -> EditText:
    if isinstance(text, EditText):
        return text
    source, current = (text, text) if isinstance(text, str) else text
    return EditText((place,), source, current)
