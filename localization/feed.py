"""One feed of events per web process: it reads what is new once, serialises it once, and hands it to every socket that wants it.

It looks on every nudge, and by itself twice a second (ten times without Redis, when no nudge comes from other processes): a dropped nudge costs half
a second, never an event. A socket joins before its snapshot is read, so what happens in between is kept for it and sent after the snapshot.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import Error as DatabaseFailure
from redis.exceptions import RedisError

from localization.nudges import NUDGE_GROUP
from localization.opening import Opening
from localization.stream_queries import find_refused, read_messages
from localization.subscribers import Subscriber

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5
LOOK_SECONDS_ALONE = 0.1
REST_SECONDS = 0.04  # between two looks, however many nudges come: many commits are then one reading
RECHECK_SECONDS = 2.0  # of the keys behind open sockets
RETURN_SECONDS = 1.0  # until Redis is tried again


class Feed:
    """The feed of one event loop. It runs while anybody listens."""

    def __init__(self) -> None:
        self._subscribers: dict[str, set[Subscriber]] = defaultdict(set)
        self._read: dict[str, int] = {}  # group → seq up to which its events were handed out
        self._nudged = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def join(self, subscriber: Subscriber) -> None:
        """From now on the subscriber misses nothing; it is sent nothing before `begin`."""
        self._subscribers[subscriber.group_id].add(subscriber)
        if not self._tasks:
            self._start(self._run())
            self._start(self._watch())
            if settings.REDIS_URL:
                self._start(self._listen())

    def begin(self, subscriber: Subscriber, opening: Opening) -> None:
        """The subscriber starts with `opening`, which was read after it joined."""
        self._read.setdefault(subscriber.group_id, opening.seq)
        subscriber.begin(opening.messages, seq=opening.seq)

    def leave(self, subscriber: Subscriber) -> None:
        members = self._subscribers.get(subscriber.group_id, set())
        members.discard(subscriber)
        if not members:
            self._subscribers.pop(subscriber.group_id, None)
            self._read.pop(subscriber.group_id, None)
        if not self._subscribers:
            self._stop()

    def everybody(self) -> list[Subscriber]:
        return [subscriber for members in self._subscribers.values() for subscriber in members]

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(self._notice_end)
        self._tasks.append(task)

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    def _notice_end(self, task: asyncio.Task[None]) -> None:
        """A feed that fell over leaves nobody waiting: its sockets close (1011), and the first that comes back starts it anew."""
        if task.cancelled() or task not in self._tasks:
            return
        log.error("feed_fell_over", exc_info=task.exception())
        self._stop()
        for subscriber in self.everybody():
            subscriber.close(1011)

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS if settings.REDIS_URL else LOOK_SECONDS_ALONE):
                    await self._nudged.wait()
            self._nudged.clear()
            try:
                await self._look()
            except DatabaseFailure as exc:
                log.warning("feed_missed_a_look", error=type(exc).__name__)
            await asyncio.sleep(REST_SECONDS)

    async def _look(self) -> None:
        messages = await database_sync_to_async(read_messages, thread_sensitive=False)(dict(self._read))
        for group_id, new in messages.items():
            if group_id not in self._read or not new:
                continue
            self._read[group_id] = max(self._read[group_id], new[-1].seq)
            for subscriber in self._subscribers.get(group_id, ()):
                subscriber.offer(new)

    async def _watch(self) -> None:
        """Closes the sockets whose key was revoked or may no longer see the group."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                refused = await database_sync_to_async(find_refused, thread_sensitive=False)(self.everybody())
            except DatabaseFailure as exc:
                log.warning("feed_missed_a_recheck", error=type(exc).__name__)
                continue
            for subscriber in refused:
                subscriber.close(1008)

    async def _listen(self) -> None:
        """Turns nudges of other processes into looks; comes back when Redis does."""
        layer = get_channel_layer()
        while True:
            try:
                await self._hear(layer)
            except (OSError, RuntimeError, RedisError) as exc:
                log.warning("nudges_interrupted", error=type(exc).__name__)
                with suppress(OSError, RedisError):
                    await layer.flush()  # or each attempt would leave a channel behind
                await asyncio.sleep(RETURN_SECONDS)

    async def _hear(self, layer: Any) -> None:
        channel = await layer.new_channel()
        try:
            await layer.group_add(NUDGE_GROUP, channel)
            while True:
                await layer.receive(channel)
                self._nudged.set()
        finally:
            # Suppressed, because an error of Redis here would take the place of a cancellation.
            with suppress(OSError, RedisError):
                await layer.group_discard(NUDGE_GROUP, channel)


_feeds: "WeakKeyDictionary[asyncio.AbstractEventLoop, Feed]" = WeakKeyDictionary()


def current_feed() -> Feed:
    """The feed of the running loop."""
    return _feeds.setdefault(asyncio.get_running_loop(), Feed())
