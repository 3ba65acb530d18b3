"""What the checks say of translations that people look at: the same checks as of a model's answer. Pure functions over texts."""

from engines.checks import UNFORGIVABLE, Finding, Severity
from engines.translation.verify import Verifier


def find_faults(verifier: Verifier, source: str, translation: str) -> tuple[Finding, ...]:
    """Errors, which block a decision unless they are false alarms, and warnings, which want to be seen."""
    return verifier.judge(source, translation).findings


def is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def may_be_false_alarm(finding: Finding) -> bool:
    """Whether a reviewer may overrule it. Never where the customer's program would fail on the text."""
    return finding.code not in UNFORGIVABLE
