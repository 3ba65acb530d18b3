"""One feed of events per web process: it reads what is new once, serialises it once, and hands it to every socket that wants it.

It looks on every nudge, and by itself twice a second (five times without Redis, when no nudge comes from other processes): a dropped nudge costs half
a second, never an event. A socket joins before its snapshot is read, so what happens in between is kept for it and sent after the snapshot.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError

from foundation.rendering import RawJSON, encode
from localization.messages import event_message, snapshot
from localization.models import Event, JobGroup
from localization.nudges import NUDGE_GROUP
from localization.queries import with_jobs
from organizations.access import Actor
from organizations.authentication import is_still_live

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.5
LOOK_SECONDS_ALONE = 0.2
RECHECK_SECONDS = 2.0  # of the keys behind open sockets
OUTBOX = 4000  # messages a slow reader may be behind before it is closed
PLAIN_EVENTS = ("job.completed", "job.failed", "group.completed")


@dataclass(frozen=True, slots=True)
class Message:
    """One event as every socket of a group gets it."""

    seq: int
    type: str
    text: str

    @property
    def is_last(self) -> bool:
        return self.type == "group.completed"


@dataclass(eq=False)
class Subscriber:
    """An open socket. `outbox` takes messages, and None when the socket is to close (`close_code`)."""

    group_id: str
    actor: Actor
    wants_steps: bool
    position: int | None = None  # the last seq it knows; None until its snapshot was sent
    kept: list[Message] = field(default_factory=list)  # what came before its snapshot
    outbox: "asyncio.Queue[Message | None]" = field(default_factory=lambda: asyncio.Queue(OUTBOX))
    close_code: int = 1000

    def offer(self, message: Message) -> None:
        """Puts a message that is new to this socket into its outbox."""
        if self.position is None:
            self.kept.append(message)
        elif message.seq > self.position:
            self.position = message.seq
            if self.wants_steps or message.type in PLAIN_EVENTS:
                self._put(message)

    def start_from(self, seq: int) -> None:
        """The socket knows everything up to `seq` from here on."""
        self.position = seq
        for message in self.kept:
            self.offer(message)
        self.kept.clear()

    def close(self, code: int) -> None:
        self.close_code = code
        while self.outbox.full():
            self.outbox.get_nowait()
        self.outbox.put_nowait(None)

    def _put(self, message: Message) -> None:
        if self.outbox.qsize() >= OUTBOX - 1:
            self.close(1013)
        else:
            self.outbox.put_nowait(message)


class Feed:
    """The feed of one event loop. It runs while anybody listens."""

    def __init__(self) -> None:
        self._subscribers: dict[str, set[Subscriber]] = defaultdict(set)
        self._read: dict[str, int] = {}  # group → seq up to which its events were handed out
        self._nudged = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def join(self, subscriber: Subscriber) -> None:
        self._subscribers[subscriber.group_id].add(subscriber)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._run())]
            if settings.REDIS_URL:
                self._tasks.append(asyncio.create_task(self._listen()))

    def begin(self, subscriber: Subscriber, seq: int) -> None:
        """The subscriber's snapshot, at `seq`, is on its way."""
        self._read.setdefault(subscriber.group_id, seq)
        subscriber.start_from(seq)

    def leave(self, subscriber: Subscriber) -> None:
        members = self._subscribers.get(subscriber.group_id, set())
        members.discard(subscriber)
        if not members:
            self._subscribers.pop(subscriber.group_id, None)
            self._read.pop(subscriber.group_id, None)
        if not self._subscribers:
            for task in self._tasks:
                task.cancel()
            self._tasks = []

    async def _run(self) -> None:
        checked = time.monotonic()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), LOOK_SECONDS if settings.REDIS_URL else LOOK_SECONDS_ALONE)
            self._nudged.clear()
            try:
                await self._look()
                if time.monotonic() - checked > RECHECK_SECONDS:
                    checked = time.monotonic()
                    await self._recheck()
            except DatabaseError as exc:
                log.warning("feed_missed_a_look", error=type(exc).__name__)

    async def _listen(self) -> None:
        """Turns nudges of other processes into looks; comes back when Redis does."""
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(NUDGE_GROUP, channel)
                while True:
                    await layer.receive(channel)
                    self._nudged.set()
            except (OSError, RuntimeError) as exc:
                log.warning("nudges_interrupted", error=type(exc).__name__)
                await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        messages = await database_sync_to_async(read_messages, thread_sensitive=False)(dict(self._read))
        for group_id, new in messages.items():
            if group_id not in self._read or not new:
                continue
            self._read[group_id] = max(self._read[group_id], new[-1].seq)
            for subscriber in self._subscribers.get(group_id, ()):
                for message in new:
                    subscriber.offer(message)

    async def _recheck(self) -> None:
        """Closes the sockets whose key was revoked or may no longer see the group."""
        everybody = [subscriber for members in self._subscribers.values() for subscriber in members]
        refused = await database_sync_to_async(find_refused, thread_sensitive=False)(everybody)
        for subscriber in refused:
            subscriber.close(1008)


_feeds: "WeakKeyDictionary[asyncio.AbstractEventLoop, Feed]" = WeakKeyDictionary()


def current_feed() -> Feed:
    """The feed of the running loop."""
    return _feeds.setdefault(asyncio.get_running_loop(), Feed())


def read_messages(positions: dict[str, int]) -> dict[str, list[Message]]:
    """New events of the groups in `positions` (group id → last seq), each with the state of now. One query where nothing is new."""
    heads = JobGroup.objects.filter(id__in=positions).values_list("id", "seq")
    changed = [group_id for group_id, seq in heads if seq > positions[group_id]]
    if not changed:
        return {}
    least = min(positions[group_id] for group_id in changed)
    # Events first: the state that is read after them holds all they tell.
    events: dict[str, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(group_id__in=changed, seq__gt=least).order_by("group_id", "seq"):
        if event.seq > positions[event.group_id]:
            events[event.group_id].append(event)
    return {group.id: to_messages(events[group.id], group) for group in with_jobs(JobGroup.objects.filter(id__in=changed))}


def to_messages(events: Iterable[Event], group: JobGroup) -> list[Message]:
    """The events with the state of `group`, which is serialised once."""
    state = RawJSON(encode(snapshot(group)).decode())
    return [Message(event.seq, event.type, event_message(event, state)) for event in events if event.type != "group.created"]


def find_refused(subscribers: Iterable[Subscriber]) -> list[Subscriber]:
    """Those whose key is not live any more, or whose actor no longer sees their group. Two queries for each key."""
    by_key: dict[str, list[Subscriber]] = defaultdict(list)
    for subscriber in subscribers:
        by_key[subscriber.actor.key.id if subscriber.actor.key else ""].append(subscriber)
    refused: list[Subscriber] = []
    for members in by_key.values():
        actor = members[0].actor
        seen: set[str] = set()
        if actor.key is not None and is_still_live(actor.key):
            wanted = {member.group_id for member in members}
            seen = set(JobGroup.objects.visible_to(actor).filter(id__in=wanted).values_list("id", flat=True))
        refused += [member for member in members if member.group_id not in seen]
    return refused
