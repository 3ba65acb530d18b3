"""What a model provider is: it completes a task, or says why it cannot. `engines.translation.asking` asks; each provider is one module here.

A provider makes exactly one call and repeats nothing: waiting, the next try and the next model are its caller's. It runs on the process's model loop.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Protocol

from engines.providers.pools import Account

TaskKind = Literal["translate", "edit", "judge"]
EVERY_KIND: frozenset[TaskKind] = frozenset({"translate", "edit", "judge"})


class Finish(Enum):
    """Why a model stopped."""

    DONE = "done"
    CUT = "cut"  # at its token limit
    REFUSED = "refused"  # the model or a content filter would not


@dataclass(frozen=True, slots=True)
class Task:
    """One chunk. A model that reads prompts gets `system` and `user`; one that does not gets the rest."""

    kind: TaskKind
    source_locale: str
    target_locale: str
    texts: Mapping[str, str]  # number, from "1" → text to translate or to edit; judge: back-translation
    system: str
    user: str
    max_output_tokens: int
    edit: str = ""  # which, of kind "edit": a value of `engines.editing.request.Kind`
    sources: Mapping[str, str] = field(default_factory=dict)  # edit and judge: by number, the source text


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, unchecked: `content` as the model wrote it, or by number the `texts` that a provider without prompts translated."""

    content: str = ""
    texts: Mapping[str, str] | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0  # of the input: those the provider had in its cache
    finish: Finish = Finish.DONE


class CallFailed(Exception):
    """Root of what `complete` raises. `reason` is a sentence without customer text, a provider's answer or a key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(CallFailed):
    """429, 5xx, timeout or no connection: the same call may succeed later. `retry_after` in seconds, None when not said.

    `is_busy`: it works, and asks for fewer calls (429).
    """

    def __init__(self, reason: str, *, retry_after: float | None = None, is_busy: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.is_busy = is_busy


class Refused(CallFailed):
    """The provider takes neither this call nor the same one again: key, model, or request is wrong."""


class Provider(Protocol):
    @property
    def kinds(self) -> frozenset[TaskKind]:
        """The tasks it can do. It gets no other."""
        ...

    @property
    def learns(self) -> bool:
        """Whether it reads the prompt, so that telling it what was wrong can help; else the same task gives the same answer."""
        ...

    @property
    def excused(self) -> frozenset[str]:
        """Codes of the checks that its translations cannot meet."""
        ...

    @property
    def account(self) -> Account | None:
        """Whose calls these are at a provider elsewhere; None where the work is done on this machine."""
        ...

    async def complete(self, task: Task, *, model: str, timeout: float, trace: str) -> Answer:
        """One call. `trace` names it at the provider. The caller cancels after `timeout` seconds; a provider sets its own timeouts to no more.

        Raises Unavailable or Refused.
        """
        ...
