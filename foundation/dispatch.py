"""The one upward call: whoever made work ready says `wake()`, and a worker looks.

A wake-up is a hint. It may be lost, doubled or late: the rows are the truth, and the sweep finds what no wake-up announced. It names the drain by
its dotted path, so that every app can wake the pipeline without importing it.
"""

from functools import cache

import structlog
from django.db import transaction
from django_q.brokers import Broker, get_broker
from django_q.tasks import async_task

DRAIN = "pipeline.tasks.drain"

log = structlog.get_logger(__name__)


def wake() -> None:
    """Asks for a drain once the open transaction commits (at once without one). Never raises: a broker that is away costs seconds, not work."""
    transaction.on_commit(_enqueue, robust=True)


@cache
def _broker() -> Broker:
    """One broker for the process; `async_task` would build another, with a connection of its own, at every call."""
    return get_broker()


def _enqueue() -> None:
    try:
        async_task(DRAIN, broker=_broker(), save=False)
    except Exception as exc:
        log.warning("wake_up_lost", error=type(exc).__name__)
