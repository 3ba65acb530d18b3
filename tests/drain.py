"""Runs what is queued in the test's own process: by the functions a drain uses and with its commit borders, but on one thread and without waiting.

For tests that need work done and are not about how a drain does it. Those have `tests.pipeline.drains`.
"""

from datetime import datetime, timedelta

from django.db import transaction

from foundation.clock import database_now
from foundation.lease import claim
from localization.models import JobGroup
from localization.transitions import settle_steps, start_steps
from pipeline.executor import GroupContent, run_step
from pipeline.layers_cache import LayersCache
from webhooks import transitions as deliveries
from webhooks.models import Delivery
from webhooks.queries import load_claimed
from webhooks.services import send

AT_ONCE = 50
LEASE = timedelta(seconds=30)


def drain_queue(*, now: datetime | None = None) -> None:
    """Runs and settles steps and deliveries until none is due at `now`, or by the database's clock."""
    while _run_steps(now or database_now()) or _send_deliveries(now or database_now()):
        pass


def _run_steps(now: datetime) -> int:
    groups: dict[str, JobGroup] = {}
    steps = start_steps(limit=AT_ONCE, per_organization=AT_ONCE, lease=LEASE, now=now, groups=groups)
    layers = LayersCache().load({group.engine_id for group in groups.values()})
    outcomes = [run_step(step, GroupContent(step.group), layers[step.group.engine_id], now=now) for step in steps]
    if outcomes:
        settle_steps(outcomes, now=now)
    return len(outcomes)


def _send_deliveries(now: datetime) -> int:
    with transaction.atomic():
        keys = claim(Delivery, limit=AT_ONCE, per_organization=AT_ONCE, now=now, lease=LEASE)
    results = [send(outgoing) for outgoing in load_claimed(keys, now)]
    if results:
        deliveries.settle(results, now=now)
    return len(results)
