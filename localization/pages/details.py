"""A step's `detail` for people. Every stage leaves its own members; what is not known here is shown by its name, so that nothing is hidden.

Texts in it are customers' and models': the templates escape them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.word_diff import Piece, word_diff
from organizations.templatetags.components import amount

REASONS = {
    "nothing to translate": "There was nothing to translate: the source is the result.",
    "cancelled": "The group was cancelled before this stage.",
    "shipped": "A review manager sent the AI version on.",
    "timed out": "Nobody reviewed in time: the AI version went on.",
}
COUNTS = {
    "segments": "to translate",
    "texts": "looked at",
    "translated": "translated",
    "fromMemory": "from memory",
    "fromKnown": "from an earlier attempt",
    "repaired": "repaired",
    "changed": "changed",
    "failed": "kept as the source",
}
SET_ASIDE = {"locked": "locked", "empty": "empty", "untranslatable": "without words"}
SHOWN_ELSEWHERE = {"known", "lastError", "sharedWith", "reason", "structure", "changes", "refused", "issues", "decision", "reviewer", "changed"}
FACTS = {
    "backTranslatedBy": "translated back by",
    "judgedBy": "judged by",
    "shippedBy": "sent on by",
    "shippedBecause": "because",
    "claimedAt": "claimed at",
    "decidedAt": "decided at",
}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A text that a stage changed, or (`message`) wanted to change and might not."""

    path: str
    pieces: Sequence[Piece]
    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class ShownIssue:
    """What a judge said of one translation; `severity` is minor, major or critical."""

    path: str
    severity: str
    type: str
    explanation: str
    back: str
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class ShownDetail:
    reason: str = ""
    last_error: str = ""
    shared_with: str = ""  # the job whose step did this stage for the group
    decision: str = ""
    counts: Sequence[tuple[str, str]] = ()
    checks: Sequence[tuple[str, str]] = ()
    facts: Sequence[tuple[str, str]] = ()
    changes: Sequence[ShownChange] = ()
    refused: Sequence[ShownChange] = ()
    issues: Sequence[ShownIssue] = ()


def show_detail(text: str) -> ShownDetail:
    """`text`: `Step.detail`."""
    detail: dict[str, Any] = json.loads(text)
    structure = _mapping(detail.get("structure"))
    return ShownDetail(
        reason=REASONS.get(str(detail.get("reason", "")), str(detail.get("reason", ""))),
        last_error=str(detail.get("lastError", "")),
        shared_with=str(detail.get("sharedWith", "")),
        decision=_decision(detail),
        counts=[*_counts(structure, COUNTS), *_counts(_mapping(structure.get("setAside")), SET_ASIDE)],
        checks=[(str(name), amount(count)) for name, count in _mapping(structure.get("checks")).items() if count],
        facts=_facts(detail),
        changes=[_change(one) for one in _mappings(detail.get("changes"))],
        refused=[_change(one) for one in _mappings(detail.get("refused"))],
        issues=[_issue(one) for one in _mappings(detail.get("issues"))],
    )


def _decision(detail: Mapping[str, Any]) -> str:
    kind = detail.get("decision")
    if not kind:
        return ""
    changed = detail.get("changed")
    what = "Approved as it was" if kind == "approve" else f"Edited{f', {changed} texts changed' if isinstance(changed, int) else ''}"
    return f"{what}, by {detail['reviewer']}." if detail.get("reviewer") else f"{what}."


def _counts(found: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(label, amount(found[name])) for name, label in names.items() if found.get(name)]


def _facts(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    shown = {name: value for name, value in detail.items() if name not in SHOWN_ELSEWHERE and value not in (None, "", [], {})}
    return [(FACTS.get(name, name), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for name, value in shown.items()]


def _change(one: Mapping[str, Any]) -> ShownChange:
    pieces = word_diff(str(one.get("before", "")), str(one.get("after", "")))
    return ShownChange(str(one.get("path", "")), pieces, str(one.get("reason", "")), str(one.get("message", "")))


def _issue(one: Mapping[str, Any]) -> ShownIssue:
    return ShownIssue(
        path=str(one.get("path", "")),
        severity=str(one.get("severity", "")),
        type=str(one.get("type", "")),
        explanation=str(one.get("explanation", "")),
        back=str(one.get("backTranslation", "")),
        is_corrected=bool(one.get("corrected")),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
