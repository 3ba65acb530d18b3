"""Does what a worker does, on the test's own thread and by the real clock: claims what is due, runs it, settles it, until nothing is due."""

from collections.abc import Sequence

from engines.layers import load_layers
from foundation.clock import database_now
from localization.models import JobGroup
from localization.outcomes import ClaimedStep
from pipeline.executor import GroupContent, run_step
from tests.localization.steps import settle, start


def start_due_steps() -> list[ClaimedStep]:
    """Ready → running: what a worker holds before it has done anything."""
    return start(database_now())


def finish_steps(steps: Sequence[ClaimedStep]) -> None:
    """Runs claimed steps and settles them."""
    groups: dict[str, JobGroup] = {step.group.id: step.group for step in steps}
    contents = {group.id: GroupContent(group) for group in groups.values()}
    layers = load_layers({group.engine_id for group in groups.values()})
    now = database_now()
    settle(*(run_step(step, contents[step.group.id], layers[step.group.engine_id], now=now) for step in steps), now=database_now())


def run_due_steps() -> None:
    while steps := start_due_steps():
        finish_steps(steps)
