"""The texts of one review for people who look back at it: what the AI wrote, what a person made of it, and what was noted on the way.

The payloads may hold 20,000 texts: all are looked through, only a page of them is compared and shown.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.customer_json import parse
from foundation.word_diff import Piece, word_diff
from localization.models import Step
from reviews.content import Content, load_content, text_at
from reviews.models import Decision, Draft, Flag, ReviewItem

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ReviewedText:
    """One text. `pieces` are empty where nobody changed it; `draft_by` says whose unfinished draft they show, where it is one."""

    number: int
    path: str
    source: str
    translation: str  # the AI's
    pieces: Sequence[Piece]
    draft_by: str
    flags: Sequence[Flag]
    acknowledged: Sequence[str]  # codes of warnings
    false_alarms: Sequence[tuple[str, str]]  # code and reason


@dataclass(frozen=True, slots=True)
class TextsPage:
    """`noted` counts the texts that were changed, flagged or answered for; they are all that is shown, unless `shows_all`."""

    texts: Sequence[ReviewedText]
    noted: int
    total: int
    shows_all: bool
    first: int  # number of the first row shown among those found, from 1
    before: int | None  # where the page before and the next one begin
    after: int | None

    @property
    def last(self) -> int:
        return self.first + len(self.texts) - 1

    @property
    def found(self) -> int:
        return self.total if self.shows_all else self.noted


@dataclass(frozen=True, slots=True)
class _Notes:
    """All by number of text: what a person wrote, who left it as a draft, and what was noted."""

    written: Mapping[int, str]
    writers: Mapping[int, str]
    flags: Mapping[int, Sequence[Flag]]
    acknowledged: Mapping[int, Sequence[str]]
    false_alarms: Mapping[int, Sequence[tuple[str, str]]]

    def has(self, number: int) -> bool:
        return any(number in found for found in (self.written, self.flags, self.acknowledged, self.false_alarms))


def read_texts(item: ReviewItem, decision: Decision | None, *, shows_all: bool, first: int = 1) -> TextsPage:
    """Of a decided review the person's version, of an open one the drafts. Four queries, and six more where the engine's layers are not at hand."""
    content = load_content(item)
    notes = _read_notes(content, decision)
    noted = [segment.number for segment in content.segments if notes.has(segment.number)]
    found = [segment.number for segment in content.segments] if shows_all else noted
    begin = max(0, min(first - 1, len(found) - 1))
    shown = found[begin : begin + PAGE_SIZE]
    return TextsPage(
        texts=[_text(content, notes, number) for number in shown],
        noted=len(noted),
        total=len(content.segments),
        shows_all=shows_all,
        first=begin + 1 if found else 0,
        before=max(1, begin + 1 - PAGE_SIZE) if begin else None,
        after=begin + 1 + PAGE_SIZE if begin + PAGE_SIZE < len(found) else None,
    )


def _read_notes(content: Content, decision: Decision | None) -> _Notes:
    flags: defaultdict[int, list[Flag]] = defaultdict(list)
    for flag in Flag.objects.filter(item=content.item).select_related("author").order_by("id"):
        flags[flag.number].append(flag)
    acknowledged: defaultdict[int, list[str]] = defaultdict(list)
    alarms: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, one in _answers(content, decision.acknowledged if decision else []):
        acknowledged[number].append(one["code"])
    for number, one in _answers(content, decision.false_alarms if decision else []):
        alarms[number].append((one["code"], one.get("reason", "")))
    written, writers = (_decided(content), {}) if decision else _drafted(content)
    return _Notes(written, writers, flags, acknowledged, alarms)


def _answers(content: Content, answers: Sequence[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """With the number of each text that the path of an answer names."""
    return [(number, one) for one in answers for number in content.numbers.get(one["path"], [])]


def _decided(content: Content) -> dict[int, str]:
    """What the person changed."""
    output = Step.objects.values_list("output", flat=True).get(pk=content.item.step_id)
    if output is None or output == content.output:
        return {}
    payload = parse(output)
    texts = {segment.number: text_at(payload, segment.path) for segment in content.segments}
    return {number: text for number, text in texts.items() if text != content.translations[number]}


def _drafted(content: Content) -> tuple[dict[int, str], dict[int, str]]:
    """What stands as drafts, and whose they are."""
    if content.item.ended_at is not None:
        return {}, {}
    drafts = list(Draft.objects.filter(item=content.item).select_related("author"))
    changed = [draft for draft in drafts if draft.text != content.translations.get(draft.number)]
    return {draft.number: draft.text for draft in changed}, {draft.number: str(draft.author or "somebody who left") for draft in changed}


def _text(content: Content, notes: _Notes, number: int) -> ReviewedText:
    translation = content.translations[number]
    written = notes.written.get(number)
    return ReviewedText(
        number=number,
        path=content.paths[number],
        source=content.segments[number - 1].text,
        translation=translation,
        pieces=[] if written is None else word_diff(translation, written),
        draft_by=notes.writers.get(number, ""),
        flags=notes.flags.get(number, ()),
        acknowledged=notes.acknowledged.get(number, ()),
        false_alarms=notes.false_alarms.get(number, ()),
    )
