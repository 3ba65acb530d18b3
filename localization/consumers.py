"""The stream of one job group (contract §4): authenticate, join, snapshot, forward."""

import asyncio
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseFailure

from localization.feed import current_feed
from localization.handshake import Refused, read_handshake
from localization.opening import read_opening
from localization.subscribers import Subscriber

log = structlog.get_logger(__name__)


class GroupStream(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels is untyped
    """One socket. What the client sends is ignored; the server closes with 1000 after `group.completed`."""

    channel_layer_alias = ""  # none: nudges reach the feed, and sockets open without Redis
    subscriber: Subscriber | None = None
    forwarding: "asyncio.Task[None] | None" = None

    async def __call__(self, *args: Any) -> None:
        try:
            await super().__call__(*args)
        finally:  # also where the server cancels it, or opening fails
            if self.forwarding is not None:
                self.forwarding.cancel()
            if self.subscriber is not None:
                current_feed().leave(self.subscriber)

    async def dispatch(self, message: dict[str, Any]) -> None:
        if message["type"] != "websocket.receive":
            await super().dispatch(message)

    async def connect(self) -> None:
        try:
            await self._open()
        except Refused:
            await self.close(1008)
        except DatabaseFailure as exc:
            log.warning("stream_not_opened", error=type(exc).__name__)
            if self.subscriber is None:
                await self.accept()  # only an accepted socket can be told to come back later
            await self.close(1011)

    async def _open(self) -> None:
        handshake = await database_sync_to_async(read_handshake, thread_sensitive=False)(self.scope)
        await self.accept()
        self.subscriber = Subscriber(handshake.group_id, handshake.actor, wants_steps=handshake.wants_steps)
        current_feed().join(self.subscriber)
        current_feed().begin(self.subscriber, await database_sync_to_async(read_opening, thread_sensitive=False)(handshake))
        self.forwarding = asyncio.create_task(self._forward(self.subscriber))

    async def _forward(self, subscriber: Subscriber) -> None:
        async for message in subscriber.messages():
            await self.send(text_data=message.text)
            await asyncio.sleep(0)  # daphne's `send` does not yield: the network is to get its turn
        await self.close(subscriber.close_code)
