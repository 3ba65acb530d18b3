"""Judges a back-translation without a model: by what the checks find between two texts of one language, and by the words that they share.

For engines whose models only translate. It knows nothing of meaning: what it calls major is what a program or a reader of numbers would stumble on.
"""

from collections.abc import Iterator

from engines.checks import TextPair, check
from engines.editing.judge_prompt import Remark
from engines.editing.judgement import IssueType, JudgeText, Severity
from engines.inflection import UNSPACED, fold, split_words
from foundation.locales import base_language

FEW = 0.2  # of the words of the text
ENOUGH_WORDS = 4  # to compare; of shorter texts a good translation may share none
STEM = 4  # letters by which words are compared: endings differ
_MISSING = "{} of the text is missing from its back-translation, or stands there in another form."
_REMARKS = {
    "empty": Remark(Severity.MAJOR, IssueType.OMISSION, "The back-translation is empty."),
    "placeholder": Remark(Severity.MAJOR, IssueType.OMISSION, _MISSING.format("A placeholder")),
    "tag": Remark(Severity.MAJOR, IssueType.OMISSION, _MISSING.format("A tag")),
    "url": Remark(Severity.MAJOR, IssueType.OMISSION, _MISSING.format("An address")),
    "icu": Remark(Severity.MAJOR, IssueType.OMISSION, _MISSING.format("An argument or a branch")),
    "markdown": Remark(Severity.MINOR, IssueType.OTHER, _MISSING.format("Markdown")),
    "number": Remark(Severity.MAJOR, IssueType.MISTRANSLATION, "The numbers of the back-translation are not those of the text."),
}
_FEW_WORDS = Remark(Severity.MINOR, IssueType.MISTRANSLATION, "The back-translation shares few words with the text.")


def compare(text: JudgeText, source_locale: str) -> list[Remark]:
    findings = check(TextPair(text.source, text.back, source_locale, source_locale))
    remarks = [_REMARKS[finding.code] for finding in findings if finding.code in _REMARKS]
    if not remarks and _share_few_words(text.source, text.back, base_language(source_locale)):
        remarks.append(_FEW_WORDS)
    return list(dict.fromkeys(remarks))


def _share_few_words(source: str, back: str, language: str) -> bool:
    wanted, found = set(_stems(source, language)), set(_stems(back, language))
    return len(wanted) >= ENOUGH_WORDS and len(wanted & found) < FEW * len(wanted)


def _stems(text: str, language: str) -> Iterator[str]:
    """The beginnings of words, or pairs of characters where no space divides words."""
    if language in UNSPACED:
        squeezed = "".join(fold(text).split())
        yield from (squeezed[index : index + 2] for index in range(len(squeezed) - 1))
    else:
        yield from (word[:STEM] for word in split_words(text))
