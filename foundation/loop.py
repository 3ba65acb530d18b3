"""One asyncio loop per process, on a thread of its own, for synchronous code that needs one: model calls and nudges.

A loop per call, as `async_to_sync` makes it, would open a new connection each time. The loop starts with the first use and belongs to the process
that started it: a forked child starts another.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}


def process_loop() -> asyncio.AbstractEventLoop:
    """This process's loop, running."""
    pid = os.getpid()
    with _lock:
        if pid not in _loops:
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="process-loop", daemon=True).start()
            _loops[pid] = loop
        return _loops[pid]


def submit(work: Coroutine[Any, Any, T]) -> "Future[T]":
    """Runs `work` on the process's loop. Cancelling the future cancels the work."""
    return asyncio.run_coroutine_threadsafe(work, process_loop())


def _forget_parent() -> None:
    """A lock that another thread held at the fork would stay locked in the child for ever."""
    global _lock
    _lock = threading.Lock()
    _loops.clear()


os.register_at_fork(after_in_child=_forget_parent)
