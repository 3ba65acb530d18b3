"""A gate before a provider: how many calls at once, how many a minute, shared with the other processes."""

import asyncio
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from engines import limits
from engines.limits import Gate, Limits, Saturated, find_limits, set_live_processes


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    yield
    set_live_processes(1)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def enter(gate: Gate, *, calls: int, tokens: int = 0) -> int:
    """How many of `calls` that arrive now get through at once."""
    entered = 0
    for _ in range(calls):
        try:
            await gate.enter(tokens, 0.001)
        except Saturated:
            return entered
        entered += 1
    return entered


def test_the_setting_names_providers_models_and_engines(settings: Settings) -> None:
    settings.MODEL_LIMITS = {"openai": {"concurrent": 50, "requestsPerMinute": 500, "tokensPerMinute": 200_000}, "engine": {"concurrent": 5}}

    assert find_limits("openai") == Limits(50, 500, 200_000)
    assert find_limits("engine") == Limits(5)
    assert find_limits("google") is None


async def test_as_many_calls_run_at_once_as_may_and_the_next_in_line_follows() -> None:
    gate = Gate(Limits(concurrent=2))
    assert await enter(gate, calls=5) == 2
    order: list[int] = []

    async def wait(number: int) -> None:
        await gate.enter(0, 5)
        order.append(number)

    waiting = [asyncio.create_task(wait(number)) for number in range(3)]
    for _ in range(3):
        gate.leave()
        for _ in range(5):
            await asyncio.sleep(0)
    await asyncio.gather(*waiting)

    assert order == [0, 1, 2]
    assert gate.running == 2


async def test_requests_of_a_minute_are_spread_over_it() -> None:
    clock = Clock()
    gate = Gate(Limits(requests_per_minute=60), clock)

    assert await enter(gate, calls=100) == 6
    clock.now += 2
    assert await enter(gate, calls=100) == 2
    clock.now += 3600
    assert await enter(gate, calls=100) == 6


async def test_tokens_of_a_minute_are_counted_as_they_were_used() -> None:
    clock = Clock()
    gate = Gate(Limits(tokens_per_minute=6000), clock)

    assert await enter(gate, calls=9, tokens=300) == 2
    gate.leave(surplus=-300)
    gate.leave(surplus=0)
    assert await enter(gate, calls=9, tokens=1000) == 1
    clock.now += 5
    assert await enter(gate, calls=9) == 0
    clock.now += 5
    assert await enter(gate, calls=1) == 1


async def test_a_share_is_what_the_live_processes_leave() -> None:
    gate = Gate(Limits(concurrent=10, requests_per_minute=600))
    set_live_processes(4)
    assert await enter(gate, calls=20) == 2

    set_live_processes(100)
    gate.leave()
    gate.leave()

    assert await enter(gate, calls=20) == 1


async def test_who_cannot_wait_is_told_for_how_long() -> None:
    gate = Gate(Limits(requests_per_minute=1), Clock())
    await gate.enter(0, 1)

    with pytest.raises(Saturated) as caught:
        await gate.enter(0, 0.01)

    assert caught.value.seconds == pytest.approx(60, abs=1)
    assert gate.running == 1


def test_there_is_at_least_one_process() -> None:
    set_live_processes(0)

    assert limits._live == 1
