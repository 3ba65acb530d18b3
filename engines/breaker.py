"""A circuit breaker for one model of one account in this process: after a failure few further calls begin until one of them tells how things stand.

    closed ─ a call fails ─► doubtful ─ FAILURES in a row, or silence ─► open ─ after a pause ─► one probe ─ it fails ─► open, the pause doubled
       ▲                        └─ a call begun since succeeds               │
       └─────────────────────────────────────────────────────────────────────┴─ the probe succeeds

Answers to calls that began before the doubt say nothing of what came after, so they do not end it. With FAILURES = 5 and the pauses below, at most 7
calls begin in the first minute after a failure was seen, and at most 10 in the first ten. Lives on the model loop; touched by no other thread.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

FAILURES = 5  # in a row
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0


class State(Enum):
    CLOSED = "closed"  # calls begin freely
    DOUBTFUL = "doubtful"  # a few more may begin
    OPEN = "open"  # none begins before the pause is over, then one


@dataclass(frozen=True, slots=True)
class Paused:
    """No call may begin now. `seconds` from now one may; `reason` is what went wrong last."""

    seconds: float
    reason: str


@dataclass(slots=True)
class Permit:
    """One call that began. Whoever has it says once how the call ended: `succeed`, `fail`, or `forget` where that tells nothing of the provider."""

    breaker: "Breaker"
    number: int

    def succeed(self) -> None:
        self.breaker.on_success(self)

    def fail(self, reason: str) -> None:
        self.breaker.on_failure(self, reason)

    def forget(self) -> None:
        self.breaker.on_silence(self)


@dataclass(slots=True)
class Breaker:
    clock: Callable[[], float] = time.monotonic
    state: State = State.CLOSED
    failures: int = 0  # since the last success
    reason: str = ""  # of the last
    _begun: int = 0
    _since: int = 0  # calls with a higher number began in doubt
    _trials: int = 0  # that began in doubt and are not forgotten
    _pause: float = FIRST_PAUSE_SECONDS
    _until: float = 0.0  # of the pause; in doubt, when silence counts as failure
    _probe: int = 0  # number of the probe under way; 0: none
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def enter(self, patience: float) -> Permit | Paused:
        """Lets a call begin, or says when one may. In doubt it waits, up to `patience` seconds, for the calls that are under way to tell."""
        until = self.clock() + patience
        while (admitted := self.admit()) is None:
            left = min(until, self._until) - self.clock()
            if left <= 0:
                return Paused(max(0.0, self._until - self.clock()) or FIRST_PAUSE_SECONDS, self.reason)
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                self._give_up_waiting()
        return admitted

    def admit(self) -> Permit | Paused | None:
        """None: in doubt, and as many calls as may begin have begun."""
        if self.state is State.OPEN:
            left = self._until - self.clock()
            if left > 0 or self._probe:
                return Paused(left if left > 0 else self._pause, self.reason)
            self._probe = self._begun + 1
        elif self.state is State.DOUBTFUL:
            if self._trials >= FAILURES - 1:
                return None
            self._trials += 1
        self._begun += 1
        return Permit(self, self._begun)

    def on_success(self, permit: Permit) -> None:
        if self.state is State.OPEN and permit.number != self._probe:
            return
        if self.state is State.DOUBTFUL and permit.number <= self._since:
            return
        self.state, self.failures, self._pause, self._probe = State.CLOSED, 0, FIRST_PAUSE_SECONDS, 0
        self._announce()

    def on_failure(self, permit: Permit, reason: str) -> None:
        self.reason = reason
        if self.state is State.OPEN:
            if permit.number == self._probe:
                self._open(min(self._pause * 2, LONGEST_PAUSE_SECONDS))
            return
        self.failures += 1
        if self.failures >= FAILURES:
            self._open(FIRST_PAUSE_SECONDS)
        elif self.state is State.CLOSED:
            self.state, self._since, self._trials = State.DOUBTFUL, self._begun, 0
            self._until = self.clock() + FIRST_PAUSE_SECONDS

    def on_silence(self, permit: Permit) -> None:
        if permit.number == self._probe:
            self._probe = 0
        elif self.state is State.DOUBTFUL and permit.number > self._since:
            self._trials -= 1
            self._announce()

    def _give_up_waiting(self) -> None:
        """Calls that were to tell have not, in all the time of a pause: that is as good as a failure."""
        if self.state is State.DOUBTFUL and self.clock() >= self._until:
            self._open(FIRST_PAUSE_SECONDS)

    def _open(self, pause: float) -> None:
        self.state, self._pause, self._until, self._probe = State.OPEN, pause, self.clock() + pause, 0
        self._announce()

    def _announce(self) -> None:
        """Wakes whoever waits in doubt."""
        self._changed.set()
        self._changed = asyncio.Event()
