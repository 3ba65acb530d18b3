"""What `edit` takes and gives. Stages build the one and read the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict

from engines.errors import Usage
from engines.layers import Layers
from foundation.customer_json import Path


class Kind(StrEnum):
    CLEAN = "clean"  # mistakes of spelling and grammar in a source text
    POST_EDIT = "post_edit"  # a person's translation, reconciled with glossary, instructions and voice
    REPHRASE = "rephrase"  # a translation, so that it reads like native copy
    CORRECT = "correct"  # exactly what a remark names


@dataclass(frozen=True, slots=True)
class EditText:
    """One text. CLEAN: `source` and `current` are the same."""

    path: Path
    source: str
    current: str
    hints: tuple[str, ...] = ()
    remark: str = ""  # CORRECT: what is wrong; POST_EDIT: the translation that the person was given


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRequest:
    """Texts of one payload. Locales are canonical; CLEAN: both are the source's."""

    kind: Kind
    layers: Layers
    source_locale: str
    target_locale: str
    texts: Sequence[EditText]
    deadline: float  # on time.monotonic()
    trace: str  # sent with every model call as X-Client-Request-Id
    context: str = ""  # about the whole payload
    known: Mapping[str, str] = field(default_factory=dict)  # `verified` of an earlier attempt's error; what it does not know it leaves alone


@dataclass(frozen=True, slots=True)
class Change:
    """A text that changes, and passed every check."""

    path: Path
    before: str
    after: str
    reason: str  # the model's, at most MAX_REASON characters; may be empty
    made_by: str  # provider:model


@dataclass(frozen=True, slots=True)
class Refused:
    """A change that was dropped: it breaks a check. The text stays as it was."""

    path: Path
    before: str
    after: str
    code: str
    message: str


class EditReport(TypedDict, total=False):
    """What became of the texts, each path counted; stored with the step. Those not named in any count stay as they were, by the model's judgement."""

    texts: int
    changed: int
    refused: int
    failed: int  # no model gave a usable answer about them: they stay as they were
    failure: str  # why, where some failed
    fromKnown: int  # decided by an earlier attempt
    checks: dict[str, int]  # how often each check objected to a change, or an answer had a flaw
    chunks: int


@dataclass(frozen=True, slots=True)
class Edits:
    """In the order of the request's texts."""

    changes: tuple[Change, ...]
    refused: tuple[Refused, ...]
    usage: Usage
    report: EditReport
