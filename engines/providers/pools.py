"""The connections to providers, one pool for each account in use. Lives on the model loop.

A pool is closed when no call used it for ten minutes, or, when its account got another key or address, as soon as its last call ends.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from engines.model_loop import Closable, shared

C = TypeVar("C", bound=Closable)
IDLE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Account:
    """Whose calls these are. `owner` is an organization, or empty for the environment's; `fingerprint` tells one key and address from another."""

    provider: str
    owner: str
    fingerprint: str


@dataclass(slots=True)
class _Pool(Generic[C]):
    connection: C
    users: int = 0
    used_at: float = 0.0
    is_replaced: bool = False


@dataclass(slots=True)
class Pools:
    clock: Callable[[], float] = time.monotonic
    _pools: dict[Account, _Pool[Closable]] = field(default_factory=dict)
    _closing: set[asyncio.Task[None]] = field(default_factory=set)
    _timer: asyncio.TimerHandle | None = None

    @contextmanager
    def use(self, account: Account, connect: Callable[[], C]) -> Iterator[C]:
        """The account's connection, made on first use and not closed before the block ends."""
        pool = self._pools.get(account)
        if pool is None:
            self._retire(account)
            pool = self._pools[account] = _Pool(cast(Closable, connect()))
            self._watch()
        pool.users += 1
        try:
            yield cast(C, pool.connection)
        finally:
            pool.users -= 1
            pool.used_at = self.clock()
            if pool.is_replaced and not pool.users:
                self._close(account, pool)

    def close_idle(self) -> None:
        for account, pool in list(self._pools.items()):
            if not pool.users and self.clock() - pool.used_at >= IDLE_SECONDS:
                self._close(account, pool)

    async def aclose(self) -> None:
        if self._timer:
            self._timer.cancel()
        for pool in self._pools.values():
            await pool.connection.aclose()
        self._pools.clear()

    def _retire(self, account: Account) -> None:
        """Other pools of the same owner at the same provider: the key or the address has changed."""
        for other, pool in list(self._pools.items()):
            if (other.provider, other.owner) == (account.provider, account.owner):
                pool.is_replaced = True
                if not pool.users:
                    self._close(other, pool)

    def _close(self, account: Account, pool: _Pool[Closable]) -> None:
        if self._pools.get(account) is pool:
            del self._pools[account]
        task = asyncio.ensure_future(pool.connection.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _watch(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(IDLE_SECONDS / 2, self._look)

    def _look(self) -> None:
        self._timer = None
        self.close_idle()
        if self._pools:
            self._watch()


def pools() -> Pools:
    """The process's. Call it on the loop."""
    return cast(Pools, shared("pools", Pools))
