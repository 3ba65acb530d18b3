"""Judges the translations in an answer by the checks of `engines.checks`: errors make a text unusable, some warnings are worth a second try.

`answers.judge` has read the answer before: what comes here has the numbers that were asked for.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from engines.checks import Finding, Severity, TextPair, check, glossary
from engines.layers import Layers, Term
from engines.providers.base import CallFailed
from engines.providers.registry import find_provider
from engines.term_count import NO_TERMS, TermCount

NUMBER, LENGTH, ECHO, SYMBOL = "number", "length", "echo", "symbol"
FAR_LONGER = 4  # times as many characters as the source,
ALLOWANCE = 20  # and some for short texts
MANY = 0.2  # of the texts of an answer
_NO_WORD = re.compile(r"[\W_]+")
_SUSPECT = re.compile(r"[&_\\|^~]")
_SYMBOL = re.compile(r"&(?:[A-Za-z]\w{1,30}|#\d{1,7}|#x[0-9A-Fa-f]{1,6});|[_\\|^~]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks say of one text. Of a text without errors: `doubts` are told the model once; if it stays by its text, that is taken."""

    findings: tuple[Finding, ...] = ()
    doubts: tuple[Finding, ...] = ()

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The doubts to be named to whoever gets the text. That a text equals its source is right for names, once the model was asked again."""
        return tuple(finding for finding in self.doubts if finding.code != ECHO)


@dataclass(frozen=True, slots=True)
class Verifier:
    """The checks for one locale pair."""

    source_locale: str
    target_locale: str
    terms: tuple[Term, ...] = ()  # of the glossary, among which are those of the texts
    excused: frozenset[str] = field(default_factory=frozenset)  # codes that the maker of the texts cannot meet

    def judge(self, source: str, translation: str) -> Verdict:
        pair = TextPair(source, translation, self.source_locale, self.target_locale, self.terms)
        found = (*check(pair, without=self.excused), *_find_symbols(source, translation))
        # No person who translates is ever that wordy (benchmarks/checks.md): the text is there several times, or something was added to it.
        is_spoiled = _is_far_longer(pair)
        findings = tuple(replace(one, severity=Severity.ERROR) if is_spoiled and one.code == LENGTH else one for one in found)
        return Verdict(findings, tuple(finding for finding in findings if finding.code in (NUMBER, SYMBOL)))

    def passes(self, source: str, translation: str) -> bool:
        return not self.judge(source, translation).errors

    def count_terms(self, pairs: Iterable[tuple[str, str]]) -> TermCount:
        """Of source texts and their translations; none where their maker cannot know the glossary."""
        if not self.terms or glossary.CODE in self.excused:
            return NO_TERMS
        counts = (glossary.count_terms(TextPair(*pair, self.source_locale, self.target_locale, self.terms)) for pair in pairs)
        return sum(counts, NO_TERMS)

    def judge_answer(self, sources: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, Verdict]:
        """By number. Sees also what only shows in many texts together: an answer that echoes, or says one thing for all."""
        verdicts = {number: self.judge(sources[number], text) for number, text in texts.items()}
        echoes = {number: finding for number, verdict in verdicts.items() for finding in verdict.findings if finding.code == ECHO}
        if len(echoes) > MANY * len(texts):
            verdicts |= {number: replace(verdicts[number], doubts=(*verdicts[number].doubts, echo)) for number, echo in echoes.items()}
        same = _find_same(sources, texts)
        return verdicts | {number: replace(verdicts[number], findings=(*verdicts[number].findings, _SAME)) for number in same}


def make_verifier(layers: Layers, source_locale: str, target_locale: str, texts: Iterable[str]) -> Verifier:
    """The checks for translations of these texts, by the glossary of today.

    For texts of which no answer tells who made them: from memory, or a person's. What a model of the chain is excused from is not asked of them.
    """
    terms = layers.brief(source_locale, target_locale, texts).glossary if layers.glossary else ()
    excused: frozenset[str] = frozenset()
    for choice in layers.chain(source_locale, target_locale):
        try:
            provider = find_provider(choice.provider, layers.credential(choice.provider))
        except CallFailed:
            continue
        excused |= provider.excused if provider else frozenset()
    return Verifier(source_locale, target_locale, terms, excused)


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


def _is_far_longer(pair: TextPair) -> bool:
    return len(pair.target) > FAR_LONGER * len(pair.source) + ALLOWANCE


def _find_symbols(source: str, translation: str) -> Iterator[Finding]:
    """Entities and symbols that prose has no use for. Another language may need others; a model rarely means it."""
    if not (_SUSPECT.search(source) or _SUSPECT.search(translation)):
        return
    wanted = Counter(_SYMBOL.findall(source))
    if wanted != Counter(_SYMBOL.findall(translation)):
        named = f"The text has {' '.join(wanted.elements())}" if wanted else "The text has none."
        yield Finding(SYMBOL, Severity.WARNING, f"The symbols of the translation differ from those of the text. {named}")
