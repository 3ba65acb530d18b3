"""How models stand in this process: what their breakers know, for people to see. Asked from a thread; breakers live on the model loop.

Each process learns for itself: where workers translate, theirs may know more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engines import model_loop
from engines.breaker import Breaker, State
from engines.guards import guards

PATIENCE_SECONDS = 2.0

Asked = tuple[str, str, str]  # provider, whose account (an organization's id, or empty for the operator's), model


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a model that failed lately. `seconds` until it is asked again, None where it is asked already."""

    reason: str  # what went wrong last
    seconds: float | None


def find_standings(models: Collection[Asked]) -> Mapping[Asked, Standing]:
    """Of those among the models that are in doubt or paused; empty where the loop does not answer in time."""
    try:
        return model_loop.run(_look(models), PATIENCE_SECONDS) if models else {}
    except TimeoutError:
        return {}


async def _look(models: Collection[Asked]) -> dict[Asked, Standing]:
    found: dict[Asked, Standing | None] = {}
    for account, model, breaker in guards().known():
        asked = (account.provider, account.owner, model)
        if asked in models:
            found[asked] = None if breaker.state is State.CLOSED else _standing(breaker)
    return {asked: standing for asked, standing in found.items() if standing}


def _standing(breaker: Breaker) -> Standing:
    paused = breaker.look()
    return Standing(breaker.reason, paused.seconds if paused else None)
