"""Whether a change may stand: by the checks that a translation passes, and stricter, for the text that it would replace is good already.

Errors object to a change, and so does every warning that the text as it is does not have; only that a translation equals its source is left to the
model. A change of length counts where the text is far longer or shorter than its source and than the text as it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engines.checks import Finding, Severity, TextPair
from engines.checks import length as length_check
from engines.checks.reading import Comparison
from engines.editing import cleaning
from engines.editing.request import Kind
from engines.editing.units import EditUnit
from engines.translation.verify import ECHO, LENGTH, Verifier
from foundation.locales import base_language


@dataclass(frozen=True, slots=True)
class Examiner:
    """The checks for one kind of edit and one locale pair."""

    kind: Kind
    verifier: Verifier
    names: tuple[str, ...] = ()  # CLEAN: of the glossary, among which are those of the texts

    def object_to(self, units: Mapping[str, EditUnit], texts: Mapping[str, str]) -> dict[str, list[Finding]]:
        """Changed texts by number → what is said against each; empty where it may stand."""
        if self.kind is Kind.CLEAN:
            return {number: self._object_to_cleaned(units[number].current, text) for number, text in texts.items()}
        verdicts = self.verifier.judge_answer({number: units[number].source for number in texts}, texts)
        return {number: self._object_to_edited(units[number], texts[number], verdict.findings) for number, verdict in verdicts.items()}

    def _object_to_edited(self, unit: EditUnit, text: str, findings: Iterable[Finding]) -> list[Finding]:
        serious = [finding for finding in findings if finding.severity is Severity.ERROR or finding.code != ECHO]
        if all(finding.severity is Severity.ERROR for finding in serious):
            return serious
        had = self.verifier.judge(unit.source, unit.current).findings
        return [finding for finding in serious if self._counts(finding, unit, text, had)]

    def _counts(self, finding: Finding, unit: EditUnit, text: str, had: Iterable[Finding]) -> bool:
        if finding.severity is Severity.ERROR:
            return True
        if finding.code == LENGTH:
            locale = self.verifier.target_locale
            return any(True for _ in length_check.find_faults(Comparison(TextPair(unit.current, text, locale, locale))))
        return finding not in had

    def _object_to_cleaned(self, text: str, changed: str) -> list[Finding]:
        had = self.verifier.judge(text, text).findings
        found = self.verifier.judge(text, changed).findings
        return [
            *(_reword(finding) for finding in found if finding not in had and finding.code != cleaning.NUMBER),
            *cleaning.find_faults(text, changed, self.names, base_language(self.verifier.source_locale)),
        ]


def _reword(finding: Finding) -> Finding:
    """The checks speak of translations."""
    message = finding.message.replace("The translation", "The corrected text").replace("the translation", "the corrected text")
    return replace(finding, message=message)
