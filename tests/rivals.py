"""Calls made by rivals: each on a thread with a connection of its own. For tests that commit (`django_db(transaction=True)`)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")

PATIENCE_SECONDS = 20
LOCK_SECONDS = 5


@contextmanager
def _no_endless_lock() -> Iterator[None]:
    """A rival that waits for a lock of the test that waits for the rival would wait for ever."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def as_rival(call: Callable[[], T]) -> T:
    """What `call` returns or raises, made on another connection."""
    return together(call)[0]


def together(*calls: Callable[[], T]) -> list[T]:
    """Starts all calls at the same moment and waits for them; raises what the first of them raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        try:
            barrier.wait(PATIENCE_SECONDS)
            with _no_endless_lock():
                return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        futures = [threads.submit(run, call) for call in calls]
        return [future.result(PATIENCE_SECONDS) for future in futures]
