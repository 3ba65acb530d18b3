"""How much may be asked of a provider, or for an engine: calls at once, requests and tokens a minute (`settings.MODEL_LIMITS`).

The limits are of the installation; each live process takes its share, limit ÷ live processes, which the drain tells (`set_live_processes`). What the
share gets wrong, 429s correct. A `Gate` lives on the model loop.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

BURST_SECONDS = 6.0  # a minute's allowance is not spent at once: at most this part of it
ENOUGH = 0.999  # of a request; a rounding error is not waited for
_live = 1


def set_live_processes(count: int) -> None:
    """How many processes make model calls now, this one included."""
    global _live
    _live = max(1, count)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of the installation; None: none."""

    concurrent: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


def find_limits(name: str) -> Limits | None:
    """`name` is a provider, `provider:model`, or `engine` (for each engine by itself). None where the setting says nothing of it."""
    configured: Mapping[str, Mapping[str, Any]] = getattr(settings, "MODEL_LIMITS", {})
    found = configured.get(name)
    return None if found is None else Limits(found.get("concurrent"), found.get("requestsPerMinute"), found.get("tokensPerMinute"))


class Saturated(Exception):
    """The wait would be longer than the caller has. `seconds` is about how long more it would be."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"about {seconds:.0f} s")
        self.seconds = seconds


@dataclass(slots=True)
class _Allowance:
    """So much a minute, refilled all the time. A call may begin while the balance is positive, and may overdraw it."""

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
        return 0.0 if self.balance >= ENOUGH else (1.0 - self.balance) * 60 / per_minute

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
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)  # whoever holds it is first in line
    _left: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._requests, self._tokens = _Allowance(self.clock), _Allowance(self.clock)

    async def enter(self, tokens: int, patience: float) -> None:
        """Waits for its turn, `patience` seconds at most. Raises Saturated. Every `enter` that returns is followed by one `leave`."""
        try:
            async with asyncio.timeout(patience), self._line:
                while (wait := self._minutes_wait() if self._has_place() else None) != 0:
                    await self._pause(wait)
                self.running += 1
                self._requests.take(1)
                self._tokens.take(tokens)
        except TimeoutError:
            raise Saturated(max(1.0, self._minutes_wait())) from None

    def leave(self, surplus: int = 0) -> None:
        """`surplus`: tokens that were used beyond those announced; negative where fewer were."""
        self.running -= 1
        self._tokens.take(surplus)
        self._left.set()

    def _has_place(self) -> bool:
        most = self.limits.concurrent
        return most is None or self.running < max(1, most // _live)

    def _minutes_wait(self) -> float:
        requests, tokens = (None if most is None else most / _live for most in (self.limits.requests_per_minute, self.limits.tokens_per_minute))
        return max(self._requests.wait(requests), self._tokens.wait(tokens))

    async def _pause(self, seconds: float | None) -> None:
        """Until a call leaves, or for so long."""
        self._left.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._left.wait()
        except TimeoutError:
            return
