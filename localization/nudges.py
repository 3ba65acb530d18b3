"""Tells every web process that there are new events, without saying which: the events are rows, and each process reads them itself.

A nudge may be lost: the feed looks by itself as well. Without Redis there is nothing that reaches another process, and none is sent.
"""

import asyncio

import structlog
from channels.layers import get_channel_layer
from django.conf import settings
from redis.exceptions import RedisError

from foundation.failpoints import failpoint
from foundation.loop import submit

NUDGE_GROUP = "interlinear.events"
NUDGE_SECONDS = 1.0  # after that the feeds have looked by themselves

log = structlog.get_logger(__name__)


def nudge() -> None:
    """Sends a nudge through this process's own loop; returns at once and never raises."""
    if settings.REDIS_URL and not failpoint("nudge.send"):
        submit(_send())


async def _send() -> None:
    try:
        async with asyncio.timeout(NUDGE_SECONDS):
            await get_channel_layer().group_send(NUDGE_GROUP, {"type": "feed.nudge"})
    except (OSError, RedisError) as exc:
        log.warning("nudge_lost", error=type(exc).__name__)
