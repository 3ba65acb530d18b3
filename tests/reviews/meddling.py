"""A rival's move in the middle of an act: made right before its first statement that begins in a given way, on the same connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def moving_before(beginning: str, move: Callable[[], object]) -> Iterator[None]:
    """`beginning` as `UPDATE reviews_reviewitem`, without quotes. The move is part of the act's transaction: what rolls back takes it along."""
    moved = False

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal moved
        if not moved and sql.replace('"', "").startswith(beginning):
            moved = True
            move()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert moved, f"nothing began with {beginning}"
