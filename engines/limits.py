"""How much may be asked of a provider, or for an engine: calls at once, requests and tokens a minute (`settings.MODEL_LIMITS`).

The limits are of the installation; each live process takes its share, limit ÷ live processes, which the drain tells (`set_live_processes`). What the
share gets wrong, 429s correct. A `Gate` lives on the model loop.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

BURST_SECONDS = 6.0  # a minute's allowance is not spent at once: at most this part of it
_live_processes = 1


def set_live_processes(count: int) -> None:
    """How many processes make model calls now, this one included."""
    global _live_processes
    _live_processes = max(1, count)


def live_processes() -> int:
    return _live_processes


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the installation; None: none."""

    concurrent: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None

    @classmethod
    def of(cls, name: str) -> "Limits | None":
        """`name` is a provider, `provider:model`, or `engine` (for each engine by itself). None where the setting says nothing of it."""
        configured: Mapping[str, Mapping[str, Any]] = getattr(settings, "MODEL_LIMITS", {})
        found = configured.get(name)
        return None if found is None else cls(found.get("concurrent"), found.get("requestsPerMinute"), found.get("tokensPerMinute"))


class Saturated(Exception):
    """The wait would be longer than the caller has. `seconds` is how long about."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"about {seconds:.0f} s")
        self.seconds = seconds


@dataclass(slots=True)
class _Allowance:
    """So much a minute, refilled continuously. A call may begin while the balance is positive, and may overdraw it."""

    clock: Callable[[], float]
    balance: float | None = None
    _at: float = 0.0

    def wait(self, per_minute: float | None) -> float:
        """Seconds until a call may begin."""
        if per_minute is None:
            return 0.0
        now, most = self.clock(), max(1.0, per_minute * BURST_SECONDS / 60)
        self.balance = most if self.balance is None else min(most, self.balance + (now - self._at) * per_minute / 60)
        self._at = now
        # A request needs a whole one, tokens anything above nothing; a thousandth spares a wait of a rounding error.
        return 0.0 if self.balance > 0.999 else (1.0 - self.balance) * 60 / per_minute

    def take(self, amount: float) -> None:
        if self.balance is not None:
            self.balance -= amount


@dataclass(slots=True)
class Gate:
    """Lets calls through in the order they came, as fast as this process's share of the limits allows."""

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    running: int = 0
    _requests: _Allowance = field(init=False)
    _tokens: _Allowance = field(init=False)
    _line: deque[asyncio.Future[None]] = field(default_factory=deque)
    _timer: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        self._requests, self._tokens = _Allowance(self.clock), _Allowance(self.clock)

    async def enter(self, tokens: int, patience: float) -> None:
        """Waits for its turn, `patience` seconds at most. Raises Saturated. Every `enter` is followed by a `leave`."""
        if self._line or self._wait() > 0:
            wait = self._wait()
            if wait > patience:
                raise Saturated(wait)
            await self._stand_in_line(patience)
        self.running += 1
        self._requests.take(1)
        self._tokens.take(tokens)

    def leave(self, surplus: int = 0) -> None:
        """`surplus`: tokens that were used beyond those announced; negative where fewer were."""
        self.running -= 1
        self._tokens.take(surplus)
        self._admit()

    def _wait(self) -> float:
        """Seconds until the first in line may go; infinite while as many run as may."""
        limits, share = self.limits, live_processes()
        if limits.concurrent is not None and self.running >= max(1, limits.concurrent // share):
            return 0.001 if not self._line else float("inf")
        minute = [None if most is None else most / share for most in (limits.requests_per_minute, limits.tokens_per_minute)]
        return max(self._requests.wait(minute[0]), self._tokens.wait(minute[1]))

    async def _stand_in_line(self, patience: float) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        self._admit()
        try:
            async with asyncio.timeout(patience):
                await turn
        except TimeoutError:
            raise Saturated(max(1.0, self._seconds())) from None
        finally:
            if turn in self._line:
                self._line.remove(turn)
            elif turn.done() and not turn.cancelled():
                self._admit_soon()

    def _seconds(self) -> float:
        wait = self._wait()
        return wait if wait != float("inf") else 1.0

    def _admit_soon(self) -> None:
        asyncio.get_running_loop().call_soon(self._admit)

    def _admit(self) -> None: ...
