"""A circuit breaker for one model of one account in this process: after a failure few further calls begin until one of them tells how things stand.

    closed ─ a call fails ─► doubtful ─ FAILURES in a row, or silence ─► open ─ after a pause ─► one probe ─ it fails ─► open, the pause doubled
       ▲                        │                                          │
       └── a success tells ─────┴──────────────────────────────────────────┘

A success tells when its call began after the failure. Of calls that began before, it takes half of those that were under way: they may have been
served before the trouble began. With FAILURES = 5 and the pauses below at most 7 calls begin in the first minute after a failure was seen, and at
most 10 in the first ten. Lives on the model loop; touched by no other thread.
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
    """No call may begin now; in about `seconds` one may. `reason` is what went wrong last."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Permit:
    """One call that began. Whoever has it says once how it ended: `succeed`, `fail`, or `forget` where that tells nothing of the provider."""

    breaker: "Breaker"
    number: int

    def succeed(self) -> None:
        self.breaker.on_success(self.number)

    def fail(self, reason: str) -> None:
        self.breaker.on_failure(self.number, reason)

    def forget(self) -> None:
        self.breaker.on_nothing(self.number)


@dataclass(slots=True)
class Breaker:
    clock: Callable[[], float] = time.monotonic
    state: State = State.CLOSED
    failures: int = 0  # since the last success that told
    reason: str = ""  # of the last failure
    _begun: int = 0
    _running: int = 0
    _mark: int = 0  # calls with a higher number began after the failure that brought the doubt
    _trials: int = 0  # calls that began in doubt
    _wanted: int = 0  # successes of older calls that end the doubt
    _until: float = 0.0  # end of the pause; in doubt, when silence counts as a failure
    _pause: float = FIRST_PAUSE_SECONDS
    _probe: int = 0  # number of the probe that is under way; 0: none
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def look(self) -> Paused | None:
        """Whether it is of no use to queue for a call now."""
        if self.state is not State.OPEN:
            return None
        left = self._until - self.clock()
        return Paused(left if left > 0 else self._pause, self.reason) if left > 0 or self._probe else None

    def admit(self) -> Permit | Paused | None:
        """To be asked at the moment a call is to begin. None: in doubt, and as many as may begin have begun; then `wait` is the thing to do."""
        if self.state is State.OPEN:
            paused = self.look()
            if paused:
                return paused
            self._probe = self._begun + 1
        elif self.state is State.DOUBTFUL:
            if self._trials >= FAILURES - 1:
                return None
            self._trials += 1
        self._begun += 1
        self._running += 1
        return Permit(self, self._begun)

    async def wait(self, patience: float) -> Paused | None:
        """In doubt: until the calls under way have told, `patience` seconds at most. None: it is worth asking `admit` again."""
        until = self.clock() + patience
        while self.state is State.DOUBTFUL and self._trials >= FAILURES - 1:
            left = min(until, self._until) - self.clock()
            if left > 0:
                await self._sleep(left)
            elif self.clock() >= self._until:
                self._open(FIRST_PAUSE_SECONDS)
            else:
                return Paused(FIRST_PAUSE_SECONDS, self.reason)
        return self.look()

    def on_success(self, number: int) -> None:
        self._running -= 1
        if self.state is State.CLOSED or number > self._mark:
            self._close()
        elif self.state is State.DOUBTFUL and self.failures == 1:
            self._wanted -= 1
            self._until = self.clock() + FIRST_PAUSE_SECONDS
            if self._wanted <= 0:
                self._close()

    def on_failure(self, number: int, reason: str) -> None:
        self._running -= 1
        self.reason = reason
        if self.state is State.OPEN:
            if number == self._probe:
                self._open(min(self._pause * 2, LONGEST_PAUSE_SECONDS))
            return
        self.failures += 1
        if self.state is State.CLOSED:
            self.state, self._mark, self._trials, self._wanted = State.DOUBTFUL, self._begun, 0, max(1, self._running // 2)
            self._until = self.clock() + FIRST_PAUSE_SECONDS
        elif self.failures >= FAILURES:
            self._open(FIRST_PAUSE_SECONDS)

    def on_nothing(self, number: int) -> None:
        self._running -= 1
        if number == self._probe:
            self._probe = 0
        elif self.state is State.DOUBTFUL and number > self._mark:
            self._trials -= 1
            self._announce()

    def _close(self) -> None:
        self.state, self.failures, self._pause, self._probe = State.CLOSED, 0, FIRST_PAUSE_SECONDS, 0
        self._announce()

    def _open(self, pause: float) -> None:
        self.state, self._pause, self._until, self._probe = State.OPEN, pause, self.clock() + pause, 0
        self._announce()

    def _announce(self) -> None:
        """Wakes whoever waits in doubt."""
        if not self._changed.is_set():
            self._changed.set()

    async def _sleep(self, seconds: float) -> None:
        if self._changed.is_set():
            self._changed = asyncio.Event()
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
