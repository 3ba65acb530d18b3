"""Where model calls run: the process's asyncio loop. Synchronous stages hand coroutines to it. `settings.DRAIN_SLOTS` calls run at once, others wait.

What calls share (HTTP connection pools) is kept here too, one of each kind per process, because it belongs to the loop. A forked child starts anew.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from concurrent.futures import CancelledError, Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from django.conf import settings

from foundation.loop import process_loop, submit

T = TypeVar("T")
GRACE_SECONDS = 5.0  # for a cancelled coroutine to end before its caller stops waiting


class Closable(Protocol):
    def aclose(self) -> Awaitable[None]: ...


class Cancelled(Exception):
    """What `run` was to do was cancelled by another thread."""


class Cancellation:
    """Lets another thread end what `run` does. Once cancelled it stays so: what is run with it later ends at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_cancelled = False
        self._running: set[Future[Any]] = set()

    def cancel(self) -> None:
        with self._lock:
            self._is_cancelled = True
            running = list(self._running)
        for future in running:
            future.cancel()

    def watch(self, future: "Future[Any]") -> None:
        with self._lock:
            self._running.add(future)
            is_cancelled = self._is_cancelled
        if is_cancelled:
            future.cancel()

    def forget(self, future: "Future[Any]") -> None:
        with self._lock:
            self._running.discard(future)


@dataclass(slots=True)
class _State:
    """Of one process. Touched on the loop only, but for reading `in_flight`."""

    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(settings.DRAIN_SLOTS))
    in_flight: int = 0
    shared: dict[Hashable, Closable] = field(default_factory=dict)


_states: dict[int, _State] = {}  # by process: what a forked child inherits belongs to a loop that does not run there


def run(work: Coroutine[Any, Any, T], timeout: float, cancellation: Cancellation | None = None) -> T:
    """The result of `work`, run on the loop while the calling thread waits. Raises TimeoutError after `timeout` seconds, with `work` cancelled,
    and Cancelled.

    Not to be called on the loop itself: it would wait for itself.
    """
    future: Future[T] = submit(_bounded(work, timeout))
    cancellation = cancellation or Cancellation()
    cancellation.watch(future)
    try:
        return future.result(max(timeout, 0) + GRACE_SECONDS)
    except CancelledError:
        raise Cancelled from None
    except BaseException:
        future.cancel()
        raise
    finally:
        cancellation.forget(future)


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
