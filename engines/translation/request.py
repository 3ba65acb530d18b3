"""What `translate` takes and gives. Stages and the synchronous API build the one and read the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from engines.errors import Usage
from engines.layers import Layers
from engines.memory import NewEntry
from engines.term_count import NO_TERMS, TermCount
from foundation.customer_json import JSONValue

UNTRANSLATED = "untranslated"  # code of a warning: the source text stands where a translation should


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationRequest:
    """One payload into one locale. Locales are canonical; a target equal to the source is the caller's to copy."""

    layers: Layers
    source_locale: str
    target_locale: str
    data: JSONValue
    deadline: float  # on time.monotonic()
    trace: str  # sent with every model call as X-Client-Request-Id
    context: str = ""  # about the whole payload
    hints: Mapping[str, Sequence[str]] = field(default_factory=dict)  # path joined by `.` → breadcrumbs
    locked_keys: Sequence[str] = ()
    known: Mapping[str, str] = field(default_factory=dict)  # `verified` of an earlier attempt's error
    examples: Sequence[tuple[str, str]] = ()  # texts and how they are translated elsewhere; the first EXAMPLES reach the prompt
    uses_memory: bool = True  # unless the engine does not
    avoid: str = ""  # provider:model to ask last
    on_prompt: Callable[[str, str], None] | None = None  # is shown the system and user message of each call, on the model loop


class StructureReport(TypedDict):
    """What became of the string leaves; stored with the step. `segments` = `translated` + `fromMemory` + `fromKnown` + `failed`."""

    segments: int
    translated: int
    fromMemory: int
    fromKnown: int  # verified by an earlier attempt
    repaired: int  # of `translated`: those whose first answer did not pass
    failed: int  # kept their source text
    checks: dict[str, int]  # how often each check objected to a text of an answer, repaired ones included
    setAside: dict[str, int]  # locked, empty, untranslatable
    chunks: int


@dataclass(frozen=True, slots=True)
class TranslationWarning:
    """A text that is not what it should be. `path` as `foundation.customer_json.format_path` writes it; `code` is UNTRANSLATED or a check's."""

    path: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Translation:
    data: JSONValue  # as the source, but for the translated texts
    usage: Usage
    report: StructureReport
    warnings: tuple[TranslationWarning, ...] = ()
    learned: tuple[NewEntry, ...] = ()  # for `engines.memory.remember`
    verified: Mapping[str, str] = field(default_factory=dict)  # as `known` takes it, for a step that goes on and may have to begin again
    terms: TermCount = NO_TERMS
