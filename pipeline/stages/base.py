"""What a stage is: a function of its input. It touches no row and no status; the executor turns what it returns or raises into a transition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from engines.layers import Layers
from engines.memory import NewEntry
from engines.model_loop import Cancellation
from engines.term_count import NO_TERMS, TermCount
from foundation.customer_json import JSONValue
from localization.outcomes import ClaimedStep, Usage


@dataclass(frozen=True, slots=True)
class StageInput:
    """All that a stage may know. `source` and `payload` are shared between threads: read them, build anew, never change them."""

    trace: str  # `<job>.<stage>.<attempt>`, sent with every model call
    layers: Layers  # of the engine, as they are now
    source_locale: str
    target_locale: str
    sent: JSONValue  # what the client sent
    source: JSONValue  # the same as `preEdit` left it; where that did nothing, what the client sent
    payload: JSONValue  # the translation as the last stage left it; None before `localize`
    before: JSONValue  # for a stage that works on another's output: what that stage started from; None where it gave none
    context: str
    hints: Mapping[str, list[str]]
    locked_keys: list[str]
    config: Mapping[str, Any]  # this stage's members of the configuration
    known: Mapping[str, str]  # source text → verified translation, kept from an earlier attempt
    deadline: float  # time.monotonic() at which the stage must be done
    now: datetime  # on the database's clock
    model: str = ""  # `provider:model` that translated the source
    cancellation: Cancellation | None = None  # of its model calls, when the lease is lost


@dataclass(frozen=True, slots=True)
class Produced:
    """The stage did its work. `data` is the payload it leaves."""

    data: JSONValue
    usage: Usage = field(default_factory=Usage)
    detail: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()  # sentences for the job
    learned: tuple[NewEntry, ...] = ()  # for the translation memory
    terms: TermCount = NO_TERMS  # of the glossary, in `data`


@dataclass(frozen=True, slots=True)
class Skipped:
    """The stage had nothing to do, for a reason that is no failure."""

    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The stage waits for somebody. `open` is called with the step and the time in the transaction that makes the step waiting."""

    due_at: datetime
    open: Callable[[ClaimedStep, datetime], None]


class StageFailed(Exception):
    """The stage cannot do its work; `str()` is a sentence for the client. `usage` was spent all the same, and `learned` is worth remembering."""

    def __init__(self, reason: str, usage: Usage | None = None, *, learned: tuple[NewEntry, ...] = ()) -> None:
        super().__init__(reason)
        self.usage = usage or Usage()
        self.learned = learned


class RetryLater(Exception):
    """Not now: the provider is away or asks to wait. `after` is what it asked for, `known` what was verified before it stopped."""

    def __init__(
        self,
        reason: str,
        *,
        after: timedelta | None = None,
        known: Mapping[str, str] | None = None,
        usage: Usage | None = None,
        learned: tuple[NewEntry, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.after = after
        self.known = known or {}
        self.usage = usage or Usage()
        self.learned = learned


class Stage(Protocol):
    """One file of this folder gives one."""

    def __call__(self, stage_input: StageInput) -> Produced | Skipped | Waiting: ...
