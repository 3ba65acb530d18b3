"""The right pane: what helps with one key. Glossary, instructions and voice, hints, what was approved before, other locales, flags, history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from engines.checks.glossary import Hit
from engines.memory import digest_of, join_hints
from engines.models import MemoryEntry
from engines.pipeline_config import StageId
from foundation.customer_json import Path
from foundation.word_diff import Piece, word_diff
from localization.models import Step
from localization.queries import OF_SOURCE
from reviews.models import Decision, Flag
from reviews.pages.board import Board

EARLIER = 5
LOCALES = 100
STAGES = {
    StageId.LOCALIZE: "AI",
    StageId.HUMAN_EDIT: "Person",
    StageId.POST_EDIT: "Post-edit",
    StageId.REPHRASE: "Rephrase",
    StageId.BACK_TRANSLATION: "Back-translation",
}
REASONS = {
    Flag.Reason.PLACEHOLDER: "Placeholder",
    Flag.Reason.TERMINOLOGY: "Terminology",
    Flag.Reason.ACCURACY: "Accuracy",
    Flag.Reason.STYLE: "Style",
    Flag.Reason.LENGTH: "Length",
    Flag.Reason.SOURCE: "Source is wrong",
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a person approved before for the same source. `is_same`: the text in the field says just that."""

    text: str
    by: str
    at: datetime
    is_same: bool


@dataclass(frozen=True, slots=True)
class OtherLocale:
    """The same key in another translation of the group; `text` is None while there is none."""

    locale: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """What the value was after one stage. `pieces`: from the version before, where that was another."""

    who: str
    detail: str
    at: datetime | None
    text: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class ContextView:
    hits: Sequence[Hit]
    hints: Sequence[str]
    instructions: Sequence[str]
    voice: str
    earlier: Sequence[Earlier]
    others: Sequence[OtherLocale] | None  # None: not asked for
    flags: Sequence[tuple[Flag, str]]
    reasons: Sequence[tuple[str, str]]
    versions: Sequence[Version]


def read_context(board: Board, number: int, hits: Sequence[Hit], *, with_others: bool = False) -> ContextView:
    """One query; one more for the other locales, and one for the history of a review that has ended."""
    content, standing = board.content, board.standing(number)
    brief = content.layers.brief(board.item.source_locale, board.item.target_locale, ())
    return ContextView(
        hits=hits,
        hints=content.segment(number).hints,
        instructions=brief.instructions,
        voice=brief.voice,
        earlier=_find_earlier(board, number, standing.text),
        others=_read_others(board, content.segment(number).path) if with_others else None,
        flags=[(flag, REASONS[Flag.Reason(flag.reason)]) for flag in standing.flags],
        reasons=[(str(reason), label) for reason, label in REASONS.items()],
        versions=list(_versions(board, number)),
    )


def _find_earlier(board: Board, number: int, text: str) -> list[Earlier]:
    """Along the memory's key: as this text stands here, or without its hints, its request's context, or both."""
    segment, group = board.content.segment(number), board.content.group
    contexts = {group.context, ""}
    digests = {digest_of(segment.text, hint, context) for hint in {join_hints(segment.hints), ""} for context in contexts}
    item = board.item
    entries = MemoryEntry.objects.filter(
        engine_id=item.engine_id,
        target_locale=item.target_locale,
        digest__in=sorted(digests),
        source_locale=item.source_locale,
        origin=MemoryEntry.Origin.HUMAN,
    )
    newest = entries.order_by("-updated_at").only("target_text", "made_by", "updated_at")[:EARLIER]
    return [Earlier(entry.target_text, entry.made_by, entry.updated_at, entry.target_text == text) for entry in newest]


def _read_others(board: Board, path: Path) -> list[OtherLocale]:
    """As far as the other jobs of the group are. Payloads that are stored are sound, so they are read in the quick way."""
    steps = Step.objects.filter(job__group_id=board.item.group_id, output__isnull=False).exclude(stage__in=OF_SOURCE)
    rows = steps.exclude(job__target_locale=board.item.target_locale).order_by("job__target_locale", "id")
    latest: dict[str, str] = dict(rows.values_list("job__target_locale", "output")[: LOCALES * len(StageId)])  # type: ignore[arg-type]  # not null
    return [OtherLocale(locale, _find_text(orjson.loads(output), path)) for locale, output in list(latest.items())[:LOCALES]]


def _find_text(payload: Any, path: Path) -> str | None:
    for key in path:
        try:
            payload = payload[key]
        except (KeyError, IndexError, TypeError):
            return None
    return payload if isinstance(payload, str) else None


def _versions(board: Board, number: int) -> Iterator[Version]:
    """The AI's, then what people and later stages made of it; before the decision, the draft."""
    content, texts = board.content, board.content.texts
    ai = content.translations[number]
    yield Version("AI", texts.model, texts.made_at, ai, [])
    draft = board.drafts.get(number)
    if draft and draft.pk:
        what = "draft" if draft.text != ai else "approved as it is"
        yield Version(str(draft.author or "somebody who left"), what, draft.updated_at, draft.text, _changes(ai, draft.text))
    if not board.is_open:
        yield from _later(board, number, ai)


def _later(board: Board, number: int, before: str) -> Iterator[Version]:
    item, path = board.item, board.content.segment(number).path
    steps = Step.objects.filter(job__steps=item.step_id, id__gte=item.step_id, output__isnull=False).order_by("id")
    decision = Decision.objects.filter(item=item).first()
    for stage, output, model, at in steps.values_list("stage", "output", "model", "completed_at"):
        text = _find_text(orjson.loads(output or "{}"), path) or before
        is_person = stage == StageId.HUMAN_EDIT
        who = decision.reviewer_label if is_person and decision else STAGES.get(StageId(stage), stage)
        yield Version(who, "approved as it is" if is_person and text == before else model, at, text, _changes(before, text))
        before = text


def _changes(before: str, after: str) -> Sequence[Piece]:
    return word_diff(before, after) if after != before else []
