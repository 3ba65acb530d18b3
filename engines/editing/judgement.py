"""What `judge` takes and gives. Severities and types are those of MQM (https://themqm.org, the top level, with the types of accuracy told apart)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict

from engines.errors import Usage
from engines.layers import Layers
from foundation.customer_json import Path


class Severity(StrEnum):
    MINOR = "minor"  # the meaning is there
    MAJOR = "major"  # a reader is misled, or something is missing
    CRITICAL = "critical"  # harm: the opposite, a wrong amount, an offence


class IssueType(StrEnum):
    MISTRANSLATION = "mistranslation"
    OMISSION = "omission"
    ADDITION = "addition"
    UNTRANSLATED = "untranslated"
    TERMINOLOGY = "terminology"
    FLUENCY = "fluency"
    STYLE = "style"
    LOCALE_CONVENTION = "locale_convention"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class JudgeText:
    """One text, its translation, and what the translation became when it was translated back."""

    path: Path
    source: str
    translation: str
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRequest:
    """Texts of one payload. Locales are canonical, those of the translation."""

    layers: Layers
    source_locale: str
    target_locale: str
    texts: Sequence[JudgeText]
    deadline: float  # on time.monotonic()
    trace: str  # sent with every model call as X-Client-Request-Id
    context: str = ""  # about the whole payload
    avoid: str = ""  # provider:model to ask last: the one that translated
    known: Mapping[str, str] = field(default_factory=dict)  # `verified` of an earlier attempt's error; what it does not know it leaves alone


@dataclass(frozen=True, slots=True)
class Issue:
    path: Path
    severity: Severity
    type: str  # an IssueType
    explanation: str  # a sentence or two, at most MAX_EXPLANATION characters


class JudgeReport(TypedDict, total=False):
    """Each path counted; stored with the step."""

    texts: int
    failed: int  # no model gave a usable answer about them: they are not judged
    failure: str  # why, where some failed
    fromKnown: int  # judged by an earlier attempt
    checks: dict[str, int]  # how often an answer had a flaw
    chunks: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """`judged_by` is the `provider:model` that judged most, "checks" where no model of the chain can, empty where there was nothing to judge."""

    issues: tuple[Issue, ...]  # in the order of the request's texts
    usage: Usage
    judged_by: str
    report: JudgeReport
