"""An open socket as the feed sees it, and the messages it is given.

The feed puts messages in, the socket's own task takes them out, both on one event loop. A socket sees every `seq` at most once and in order: it joins
before its state is read, keeps what arrives until then, and afterwards drops what that state already told.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from organizations.access import Actor

BACKLOG = 200  # messages a reader may have waiting when more come; a whole group without steps is a hundred
PLAIN_EVENTS = frozenset({"job.completed", "job.failed", "group.completed"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message as every socket of a group gets it: its text is made once."""

    seq: int
    type: str
    text: str

    @property
    def is_last(self) -> bool:
        return self.type == "group.completed"


class Subscriber:
    """One socket on one group. `close_code` is why it is to close, once `messages` has ended."""

    def __init__(self, group_id: str, actor: Actor, *, wants_steps: bool) -> None:
        self.group_id = group_id
        self.actor = actor
        self.wants_steps = wants_steps
        self.close_code = 1000
        self._position: int | None = None  # the last seq it knows; None before `begin`
        self._kept: list[Message] = []  # what came before `begin`
        self._outbox: asyncio.Queue[Message | None] = asyncio.Queue()
        self._is_closed = False

    def begin(self, opening: Sequence[Message], *, seq: int) -> None:
        """The socket starts with `opening`, which tells everything up to `seq`."""
        for message in opening:
            self._outbox.put_nowait(message)
        self._position = seq
        kept, self._kept = self._kept, []
        self._take(kept)

    def offer(self, messages: Sequence[Message]) -> None:
        """New messages of the group, in order. A reader with a BACKLOG is closed (1013): it comes back to the newest state."""
        if self._is_closed:
            return
        if self._position is None:
            self._kept += messages
        elif self._outbox.qsize() > BACKLOG:
            self.close(1013)
        else:
            self._take(messages)

    def close(self, code: int) -> None:
        """What is waiting is dropped: the socket closes as soon as its task looks. The first reason counts."""
        if self._is_closed:
            return
        self._is_closed, self.close_code = True, code
        while not self._outbox.empty():
            self._outbox.get_nowait()
        self._outbox.put_nowait(None)

    async def messages(self) -> AsyncIterator[Message]:
        """What is to be sent, until the group's last message or `close`."""
        while (message := await self._outbox.get()) is not None:
            yield message
            if message.is_last:
                return

    def _take(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if self._position is None or message.seq <= self._position:
                continue
            self._position = message.seq
            if self.wants_steps or message.type in PLAIN_EVENTS:
                self._outbox.put_nowait(message)
