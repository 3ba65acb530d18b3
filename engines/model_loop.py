"""Where model calls run: the process's asyncio loop. Synchronous stages hand coroutines to it. `settings.DRAIN_SLOTS` calls run at once, others wait.

What calls share (HTTP connection pools) is kept here too, one of each kind per process, because it belongs to the loop. A forked child starts anew.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.conf import settings

from foundation.loop import process_loop, submit

T = TypeVar("T")
GRACE_SECONDS = 5.0  # for a cancelled coroutine to end before its caller stops waiting


class Closable(Protocol):
    def aclose(self) -> Awaitable[None]: ...


@dataclass(slots=True)
class _State:
    """Of one process. Touched on the loop only, but for reading `in_flight`."""

    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(settings.DRAIN_SLOTS))
    in_flight: int = 0
    shared: dict[Hashable, Closable] = field(default_factory=dict)


_states: dict[int, _State] = {}  # by process: what a forked child inherits belongs to a loop that does not run there


def run(work: Coroutine[Any, Any, T], timeout: float) -> T:
    """The result of `work`, run on the loop while the calling thread waits. Raises TimeoutError after `timeout` seconds, with `work` cancelled.

    Not to be called on the loop itself: it would wait for itself.
    """
    future: Future[T] = submit(_bounded(work, timeout))
    try:
        return future.result(max(timeout, 0) + GRACE_SECONDS)
    except BaseException:
        future.cancel()
        raise


@asynccontextmanager
async def slot() -> AsyncIterator[None]:
    """Waits for one of the process's places and holds it. Every model call is made inside."""
    state = _state()
    async with state.slots:
        state.in_flight += 1
        try:
            yield
        finally:
            state.in_flight -= 1


def shared(key: Hashable, make: Callable[[], Closable]) -> Closable:
    """The process's one object of this key, made on first use. Call it on the loop."""
    state = _state()
    if key not in state.shared:
        state.shared[key] = make()
    return state.shared[key]


def calls_in_flight() -> int:
    """How many model calls this process is waiting for now."""
    state = _states.get(os.getpid())
    return state.in_flight if state else 0


def shutdown() -> None:
    """Closes what calls shared. The next call starts anew."""
    state = _states.pop(os.getpid(), None)
    if state and state.shared:
        run(_close(list(state.shared.values())), GRACE_SECONDS)


async def _bounded(work: Coroutine[Any, Any, T], timeout: float) -> T:
    async with asyncio.timeout(timeout):
        return await work


async def _close(resources: list[Closable]) -> None:
    for resource in resources:
        await resource.aclose()


def _state() -> _State:
    if asyncio.get_running_loop() is not process_loop():
        raise RuntimeError("Model calls run on the process's loop: hand them to engines.model_loop.run.")
    return _states.setdefault(os.getpid(), _State())
