"""Real drains in the test's own process, and stages that do what a test says. For tests that commit."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection

from pipeline.drain import Drain
from pipeline.stages.base import Produced, Skipped, Stage, StageInput, Waiting

PATIENCE_SECONDS = 10
BUDGET = timedelta(seconds=PATIENCE_SECONDS)


def run_drain(*, stop: Callable[[], bool] = lambda: False, slots: int = 8, budget: timedelta = BUDGET, **options: Any) -> bool:
    """One drain from start to end; True where it left work. It is stopped when it does not end by itself."""
    until = time.monotonic() + PATIENCE_SECONDS
    return Drain(stop=lambda: stop() or time.monotonic() > until, slots=slots, delivery_slots=options.pop("delivery_slots", 8), **options).run(
        budget=budget
    )


def wait_until(condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
    """For what happens in another thread or process and tells nobody."""
    pause, until = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        pause.wait(0.02)


@contextmanager
def draining(**options: Any) -> Iterator[None]:
    """A drain on a thread of its own meanwhile; waits for its end."""
    ending = threading.Event()
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(_drain_and_close, {"stop": ending.is_set, **options})
        try:
            yield
            running.result(PATIENCE_SECONDS)
        finally:
            ending.set()


def _drain_and_close(options: dict[str, Any]) -> bool:
    try:
        return run_drain(**options)
    finally:
        connection.close()


def producing(text: str = "Hallo") -> Stage:
    return lambda stage_input: Produced(data={"title": text})


def playing(*plays: Produced | Skipped | Waiting | BaseException) -> Stage:
    """Each run takes the next play, the last one for ever: what it returns, or raises."""
    left = list(plays)

    def run(stage_input: StageInput) -> Produced | Skipped | Waiting:
        play = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(play, BaseException):
            raise play
        return play

    return run


class BlockedStage:
    """Runs that wait until the test lets them go, or `seconds`. `inputs` are those that have begun."""

    def __init__(self) -> None:
        self.seconds: float = PATIENCE_SECONDS
        self.inputs: list[StageInput] = []
        self._changed = threading.Condition()
        self._is_open = False

    def __call__(self, stage_input: StageInput) -> Produced:
        with self._changed:
            self.inputs.append(stage_input)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_open, self.seconds)
        return Produced(data={"title": "Hallo"})

    def has_begun(self, count: int = 1) -> bool:
        return len(self.inputs) >= count

    def wait_until_begun(self, count: int = 1) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.has_begun(count), PATIENCE_SECONDS)

    def let_go(self) -> None:
        with self._changed:
            self._is_open = True
            self._changed.notify_all()
