"""Whether texts may go on as a person's decision: what the checks find, against what the reviewer has seen and answered for.

An error blocks unless it is marked a false alarm with a reason, some errors always; a warning blocks until it is acknowledged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engines.checks import Finding
from reviews.checking import is_error, may_be_false_alarm
from reviews.content import Content
from reviews.errors import Fault, FaultyReview
from reviews.progress import Standing


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A reviewer has seen what a check says of a text. With a reason: and it is a false alarm. `path` as `format_path` writes it."""

    path: str
    code: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the reviewer answered for, as it is stored: `[{path, code}]`, and for errors `[{path, code, reason}]`."""

    acknowledged: tuple[dict[str, str], ...] = ()
    false_alarms: tuple[dict[str, str], ...] = ()


def judge_texts(content: Content, texts: Mapping[int, str], acknowledged: Iterable[Acknowledged]) -> Judgement:
    """`texts` has the text of each segment, by number. Raises FaultyReview with everything that blocks, in reading order."""
    answered = {(one.path, one.code): one.reason.strip() for one in acknowledged}
    found = (
        (path, finding, answered.get((path, finding.code)))
        for number, path in content.paths.items()
        for finding in content.find_faults(number, texts[number])
    )
    return _judge(found)


def judge_standings(content: Content, standings: Iterable[Standing]) -> Judgement:
    """Texts as a reviewer left them, with what they answered to each finding. Raises as `judge_texts`."""
    return _judge(
        (content.paths[standing.number], finding, standing.answers.get((finding.code, finding.message)))
        for standing in standings
        for finding in standing.findings
    )


def _judge(found: Iterable[tuple[str, Finding, str | None]]) -> Judgement:
    """Each finding with its path and the reason that was given for it; None where nobody answered."""
    faults: list[Fault] = []
    seen: dict[tuple[str, str], dict[str, str]] = {}
    alarms: dict[tuple[str, str], dict[str, str]] = {}
    for path, finding, reason in found:
        if objection := _objection(finding, reason):
            faults.append(Fault(path, finding.code, objection))
        elif is_error(finding):
            alarms[path, finding.code] = {"path": path, "code": finding.code, "reason": reason or ""}
        else:
            seen[path, finding.code] = {"path": path, "code": finding.code}
    if faults:
        raise FaultyReview(faults)
    return Judgement(tuple(seen.values()), tuple(alarms.values()))


def _objection(finding: Finding, reason: str | None) -> str:
    """Why the finding blocks, empty where it does not. `reason` is None where nobody answered for it."""
    if not is_error(finding):
        return f"{finding.message} Acknowledge it, or change the text." if reason is None else ""
    if not may_be_false_alarm(finding):
        return finding.message
    return "" if reason else f"{finding.message} Change the text, or mark this a false alarm with a reason."
