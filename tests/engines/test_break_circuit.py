"""The circuit breaker by its own clock: how many calls begin after a failure, and when they may again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from engines.breaker import FAILURES, Breaker, Paused, Permit, State


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock=clock)


def begin(breaker: Breaker) -> Permit:
    admitted = breaker.admit()
    assert isinstance(admitted, Permit)
    return admitted


def count_begun(breaker: Breaker, clock: Clock, *, seconds: float, end: Callable[[Permit], None]) -> int:
    """How many calls begin within `seconds` where somebody always wants to, each ended at once."""
    begun, until = 0, clock.now + seconds
    while clock.now < until:
        admitted = breaker.admit()
        if isinstance(admitted, Permit):
            begun += 1
            end(admitted)
        else:
            clock.now += 0.5
    return begun


def fail(permit: Permit) -> None:
    permit.fail("It answered 503.")


@pytest.mark.parametrize(("seconds", "most"), [(60, 7), (600, 10)])
def test_few_calls_begin_while_the_provider_is_down(breaker: Breaker, clock: Clock, seconds: float, most: int) -> None:
    in_flight = [begin(breaker) for _ in range(100)]
    fail(in_flight.pop())

    begun = count_begun(breaker, clock, seconds=seconds, end=fail)

    assert begun == most
    assert breaker.state is State.OPEN


def test_old_answers_do_not_let_more_calls_begin(breaker: Breaker, clock: Clock) -> None:
    in_flight = [begin(breaker) for _ in range(100)]
    fail(in_flight.pop())
    begun = 0
    for old in in_flight:
        old.succeed()
        while isinstance(admitted := breaker.admit(), Permit):
            begun += 1
            fail(admitted)

    assert begun == FAILURES - 1


def test_the_probe_that_succeeds_opens_the_way(breaker: Breaker, clock: Clock) -> None:
    for _ in range(FAILURES):
        fail(begin(breaker))
    assert breaker.admit() == Paused(5.0, "It answered 503.")
    clock.now += 5
    probe = begin(breaker)
    assert breaker.admit() == Paused(5.0, "It answered 503.")

    probe.succeed()

    assert [type(breaker.admit()) for _ in range(100)] == [Permit] * 100


def test_each_probe_that_fails_doubles_the_pause(breaker: Breaker, clock: Clock) -> None:
    for _ in range(FAILURES):
        fail(begin(breaker))
    pauses = []
    for _ in range(8):
        paused = breaker.admit()
        assert isinstance(paused, Paused)
        pauses.append(paused.seconds)
        clock.now += paused.seconds
        fail(begin(breaker))

    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]


def test_a_stray_failure_is_forgotten_when_a_later_call_succeeds(breaker: Breaker) -> None:
    fail(begin(breaker))
    begin(breaker).succeed()

    assert (breaker.state, breaker.failures) == (State.CLOSED, 0)


def test_a_stray_failure_is_forgotten_when_half_of_what_was_under_way_succeeds(breaker: Breaker) -> None:
    in_flight = [begin(breaker) for _ in range(11)]
    fail(in_flight.pop())
    for old in in_flight[:4]:
        old.succeed()
    assert breaker.state is State.DOUBTFUL

    in_flight[4].succeed()

    assert breaker.state is State.CLOSED


def test_a_call_that_tells_nothing_makes_room_for_another(breaker: Breaker, clock: Clock) -> None:
    fail(begin(breaker))
    trials = [begin(breaker) for _ in range(FAILURES - 1)]
    assert breaker.admit() is None
    trials[0].forget()
    fail(begin(breaker))
    for trial in trials[1:]:
        fail(trial)
    clock.now += 5
    begin(breaker).forget()

    assert isinstance(breaker.admit(), Permit)


async def test_in_doubt_a_call_waits_for_those_under_way(breaker: Breaker) -> None:
    fail(begin(breaker))
    trials = [begin(breaker) for _ in range(FAILURES - 1)]
    waiting = asyncio.create_task(breaker.wait(60))
    await asyncio.sleep(0)
    assert not waiting.done()

    trials[0].succeed()

    assert await waiting is None
    assert isinstance(breaker.admit(), Permit)


async def test_silence_is_a_failure(breaker: Breaker, clock: Clock) -> None:
    fail(begin(breaker))
    hanging = [begin(breaker) for _ in range(FAILURES - 1)]
    clock.now += 5

    assert await breaker.wait(60) == Paused(5.0, "It answered 503.")
    hanging[0].succeed()
    assert isinstance(breaker.admit(), Permit)


async def test_patience_ends_a_wait_in_doubt(breaker: Breaker) -> None:
    fail(begin(breaker))
    for _ in range(FAILURES - 1):
        begin(breaker)

    assert isinstance(await breaker.wait(0), Paused)
