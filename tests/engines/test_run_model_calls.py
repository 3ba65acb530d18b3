"""The loop that model calls run on, seen from the threads that wait for them."""

import asyncio
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings

from engines import model_loop
from foundation.loop import process_loop


class Pool:
    """Something that calls share."""

    def __init__(self) -> None:
        self.is_open = True

    async def aclose(self) -> None:
        self.is_open = False


async def share() -> model_loop.Closable:
    return model_loop.shared("pool", Pool)


async def thread_name() -> str:
    return threading.current_thread().name


@pytest.fixture(autouse=True)
def fresh_loop() -> None:
    model_loop.shutdown()


def test_calls_of_many_threads_run_on_one_thread() -> None:
    with ThreadPoolExecutor(4) as threads:
        names = set(threads.map(lambda _: model_loop.run(thread_name(), 5), range(8)))

    assert len(names) == 1
    assert names != {threading.current_thread().name}


def test_a_call_past_its_time_is_cancelled() -> None:
    ended = threading.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    start = time.monotonic()
    with pytest.raises(TimeoutError):
        model_loop.run(hang(), 0.02)

    assert ended.is_set()
    assert time.monotonic() - start < model_loop.GRACE_SECONDS / 2


def test_a_failure_reaches_the_thread_that_waits() -> None:
    async def fail() -> None:
        raise LookupError("nothing here")

    with pytest.raises(LookupError, match="nothing here"):
        model_loop.run(fail(), 5)


def test_no_more_calls_than_slots_are_in_flight_and_failed_ones_give_theirs_back(settings: Settings) -> None:
    settings.DRAIN_SLOTS = 2
    seen: list[int] = []

    async def call(number: int) -> None:
        async with model_loop.slot():
            seen.append(model_loop.calls_in_flight())
            await asyncio.sleep(0)
            if number % 2:
                raise ValueError(number)

    async def call_all() -> None:
        await asyncio.gather(*(call(number) for number in range(10)), return_exceptions=True)

    model_loop.run(call_all(), 5)

    assert len(seen) == 10
    assert max(seen) == 2
    assert model_loop.calls_in_flight() == 0


def test_calls_share_one_object_until_shutdown_closes_it() -> None:
    first, again = model_loop.run(share(), 5), model_loop.run(share(), 5)

    model_loop.shutdown()

    assert first is again
    assert isinstance(first, Pool)
    assert not first.is_open
    assert model_loop.run(share(), 5) is not first


def test_what_calls_share_cannot_be_had_on_another_loop() -> None:
    process_loop()

    with pytest.raises(RuntimeError, match=r"engines\.model_loop\.run"):
        asyncio.run(share())


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_has_a_loop_and_shared_objects_of_its_own() -> None:
    pool = model_loop.run(share(), 5)

    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if model_loop.run(share(), 5) is not pool else 2
        finally:
            os._exit(code)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
