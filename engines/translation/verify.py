"""Judges the translations in an answer by the checks of `engines.checks`: errors make a text unusable, some warnings are worth a second try.

`answers.judge` has read the answer before: what comes here has the numbers that were asked for.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from engines.checks import Finding, Severity, TextPair, check
from engines.layers import Term

# Warnings that are told the model once; if it stays by its text, the text is taken and the warning named. Others are only counted.
DOUBTS = frozenset({"length", "number"})
ECHO = "echo"  # right for names; of many texts at once it is an answer that was not translated
MANY = 0.2  # of the texts of an answer
_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks say of one text."""

    findings: tuple[Finding, ...] = ()
    is_doubtful: bool = False  # no error, but worth a second try

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Those to be named to whoever gets the text."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING and finding.code in DOUBTS)


@dataclass(frozen=True, slots=True)
class Verifier:
    """The checks for one locale pair."""

    source_locale: str
    target_locale: str
    terms: tuple[Term, ...] = ()  # of the glossary, among which are those of the texts
    excused: frozenset[str] = field(default_factory=frozenset)  # codes that the maker of the texts cannot meet

    def judge(self, source: str, translation: str) -> Verdict:
        pair = TextPair(source, translation, self.source_locale, self.target_locale, self.terms)
        findings = tuple(check(pair, without=self.excused))
        return Verdict(findings, any(finding.code in DOUBTS for finding in findings))

    def passes(self, source: str, translation: str) -> bool:
        return not self.judge(source, translation).errors

    def judge_answer(self, sources: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, Verdict]:
        """By number. Sees also what only shows in many texts together: an answer that echoes, or says one thing for all."""
        verdicts = {number: self.judge(sources[number], text) for number, text in texts.items()}
        echoing = [number for number, verdict in verdicts.items() if any(finding.code == ECHO for finding in verdict.findings)]
        if len(echoing) > MANY * len(texts):
            verdicts |= {number: Verdict(verdicts[number].findings, is_doubtful=True) for number in echoing}
        same = _find_same(sources, texts)
        return verdicts | {number: Verdict((*verdicts[number].findings, _SAME)) for number in same}


_SAME = Finding("same", Severity.ERROR, "The translation is the same as that of other texts.")


def _find_same(sources: Mapping[str, str], texts: Mapping[str, str]) -> list[str]:
    """The numbers of texts that share one translation, if they are most of an answer and their sources differ in more than marks."""
    if len(texts) < 3:
        return []
    [(commonest, count)] = Counter(texts.values()).most_common(1)
    if count < 3 or count * 2 <= len(texts):
        return []
    same = [number for number, text in texts.items() if text == commonest]
    return same if len({_NO_WORD.sub(" ", sources[number]).casefold().strip() for number in same}) == count else []
