"""Does what a worker does, on the test's own thread: claims what is due, runs it, settles it, until nothing is due."""

from datetime import timedelta

from engines.layers import load_layers
from foundation.clock import database_now
from localization.models import JobGroup
from localization.outcomes import ClaimedStep
from localization.transitions import settle_steps, start_steps
from pipeline.executor import GroupContent, run_step

LEASE = timedelta(seconds=30)


def start_due_steps(limit: int = 1000) -> list[ClaimedStep]:
    """Ready → running, as a worker that then stops for a while."""
    return start_steps(limit=limit, per_organization=limit, lease=LEASE, now=database_now(), groups={})


def finish_steps(steps: list[ClaimedStep]) -> None:
    """Runs claimed steps and settles them."""
    groups: dict[str, JobGroup] = {step.group.id: step.group for step in steps}
    layers = load_layers({group.engine_id for group in groups.values()})
    contents = {group.id: GroupContent(group) for group in groups.values()}
    now = database_now()
    settle_steps([run_step(step, contents[step.group.id], layers[step.group.engine_id], now=now) for step in steps], now=database_now())


def run_due_steps() -> None:
    while steps := start_due_steps():
        finish_steps(steps)
