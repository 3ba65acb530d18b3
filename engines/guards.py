"""What stands before a model call in this process: limits, a place among `DRAIN_SLOTS`, and the breaker of the model. Used on the model loop.

A call passes the limits first and waits for its place; the breaker is asked last, when nothing more lies between it and the call.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

from engines.breaker import Breaker
from engines.layers import ModelChoice
from engines.limits import Gate, Limits, find_limits
from engines.model_loop import shared, slot
from engines.providers.pools import Account


@dataclass(slots=True)
class Meter:
    """`surplus`: tokens that a call used beyond those it announced. Set before the place is left."""

    surplus: int = 0


@dataclass(slots=True)
class Guards:
    """Of one process."""

    _breakers: dict[tuple[Account, str], Breaker] = field(default_factory=dict)
    _gates: dict[tuple[str, str], Gate] = field(default_factory=dict)

    def breaker(self, account: Account, model: str) -> Breaker:
        """Of one model at one account: another key or address starts without doubt."""
        return self._breakers.setdefault((account, model), Breaker())

    def gates(self, choice: ModelChoice, owner: str, engine_id: str) -> list[Gate]:
        """Those that a call passes, in a fixed order. An organization's own account has the limits for itself."""
        names = ((choice.provider, owner), (str(choice), owner), ("engine", engine_id))
        return [self._gate(name, whose, limits) for name, whose in names if (limits := find_limits(name))]

    def known(self) -> Iterator[tuple[Account, str, Breaker]]:
        """The breakers that were asked for so far, of an account's later keys and addresses after its earlier ones."""
        yield from ((account, model, breaker) for (account, model), breaker in self._breakers.items())

    async def aclose(self) -> None:
        """Nothing is held between calls."""

    def _gate(self, name: str, whose: str, limits: Limits) -> Gate:
        gate = self._gates.get((name, whose))
        if gate is None or gate.limits != limits:
            gate = self._gates[name, whose] = Gate(limits)
        return gate


def guards() -> Guards:
    """The process's."""
    return cast(Guards, shared("guards", Guards))


@asynccontextmanager
async def place(gates: list[Gate], tokens: int, patience: float) -> AsyncIterator[Meter]:
    """A place for one call of about so many tokens. Raises engines.limits.Saturated when the limits let none through in time."""
    meter = Meter()
    async with AsyncExitStack() as stack:
        for gate in gates:
            await gate.enter(tokens, patience)
            stack.callback(lambda gate=gate: gate.leave(meter.surplus))  # type: ignore[misc]
        await stack.enter_async_context(slot())
        yield meter
