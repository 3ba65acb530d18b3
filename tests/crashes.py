"""Deaths of a process in the middle of its writes: `act` is killed after its first write, then after its second, and so on, until it survives."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")

WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH\b.*?\bUPDATE)\b", re.DOTALL | re.IGNORECASE)


class Killed(BaseException):
    """What a kill is to the code that dies: nothing catches it."""


@contextmanager
def killed_after(writes: int) -> Iterator[list[str]]:
    """Lets that many writes happen, then dies. Yields the writes seen, with their first words."""
    seen: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if WRITE.match(sql):
            seen.append(sql[:40])
            if len(seen) == writes:
                raise Killed
        return result

    with connection.execute_wrapper(watch):
        yield seen


def kill_everywhere(*, make: Callable[[], T], act: Callable[[T], object], check: Callable[[T], None]) -> int:
    """For each write of `act`: makes a fresh subject, dies right after the write, checks, acts again, checks. Returns the number of deaths."""
    for writes in count(1):
        subject = make()
        try:
            with killed_after(writes):
                act(subject)
        except Killed:
            check(subject)
            act(subject)
            check(subject)
        else:
            check(subject)
            return writes - 1
    raise AssertionError
