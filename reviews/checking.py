"""What the checks say of translations that people look at: by the engine's glossary of the day, and by the same checks as of a model's answer.

Pure functions over layers and texts. What no model of the engine's chain can meet (pseudo-localization has no language) is not asked of people.
"""

from collections.abc import Iterable

from engines.checks import UNFORGIVABLE, Finding, Severity
from engines.layers import Layers
from engines.providers.base import CallFailed
from engines.providers.registry import find_provider
from engines.translation.verify import Verifier


def make_verifier(layers: Layers, source_locale: str, target_locale: str, texts: Iterable[str]) -> Verifier:
    """The checks for translations of these texts."""
    terms = layers.brief(source_locale, target_locale, texts).glossary if layers.glossary else ()
    excused: frozenset[str] = frozenset()
    for choice in layers.chain(source_locale, target_locale):
        try:
            provider = find_provider(choice.provider, layers.credential(choice.provider))
        except CallFailed:
            continue
        excused |= provider.excused if provider else frozenset()
    return Verifier(source_locale, target_locale, terms, excused)


def find_faults(verifier: Verifier, source: str, translation: str) -> tuple[Finding, ...]:
    """Errors, which block a decision unless they are false alarms, and warnings, which want to be seen."""
    return verifier.judge(source, translation).findings


def is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def may_be_false_alarm(finding: Finding) -> bool:
    """Whether a reviewer may overrule it. Never where the customer's program would fail on the text."""
    return finding.code not in UNFORGIVABLE
