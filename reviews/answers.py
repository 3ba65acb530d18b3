"""What a reviewer said to findings of the checks before deciding: a warning was seen, an error is a false alarm.

Answers live with the draft of their text. Each names its finding to the letter, so that an answer never covers another finding of the same check that
a later change of the text brought, and its author, so that nobody decides by another's answers. Pure, but for the rows that are given.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engines.checks import Finding
from organizations.models import User
from reviews.checking import is_error, may_be_false_alarm
from reviews.models import Draft

REASON_LENGTH = 500

Answers = Mapping[tuple[str, str], str]  # (code, message) of a finding → the reason, empty where it was only seen


@dataclass(frozen=True, slots=True)
class Answer:
    """`reason`: why an error is none."""

    code: str
    message: str
    reason: str = ""


def answers_of(draft: Draft | None, author: User) -> Answers:
    """Those that the author gave; none of a draft that there is not."""
    if draft is None:
        return {}
    return {(one["code"], one["message"]): one["reason"] for one in draft.answers if one["author"] == author.pk}


def is_open(finding: Finding, answers: Answers) -> bool:
    """Whether the finding keeps the text from going on."""
    reason = answers.get((finding.code, finding.message))
    if reason is None:
        return True
    return is_error(finding) and not (may_be_false_alarm(finding) and reason)


def name_of(finding: Finding) -> str:
    """How a form names a finding."""
    return f"{finding.code}-{hashlib.sha256(finding.message.encode()).hexdigest()[:12]}"


def choose_answers(findings: Iterable[Finding], *, seen: Iterable[str], reasons: Mapping[str, str]) -> tuple[Answer, ...]:
    """Those of a form that fit the findings: names of warnings that were seen, and by name why an error is a false alarm."""
    ticked = set(seen)
    chosen = []
    for finding in findings:
        name = name_of(finding)
        reason = reasons.get(name, "").strip()[:REASON_LENGTH]
        if is_error(finding):
            if reason and may_be_false_alarm(finding):
                chosen.append(Answer(finding.code, finding.message, reason))
        elif name in ticked:
            chosen.append(Answer(finding.code, finding.message))
    return tuple(chosen)


def as_answers(answers: Iterable[Answer]) -> Answers:
    return {(one.code, one.message): one.reason for one in answers}


def as_stored(answers: Iterable[Answer], author: User) -> list[dict[str, str]]:
    """For `Draft.answers`."""
    return [{"code": one.code, "message": one.message, "reason": one.reason, "author": author.pk} for one in answers]
