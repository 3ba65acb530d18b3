"""The stream of one job group (contract §4): authenticate, join, snapshot, forward."""

import asyncio

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from localization.feed import Subscriber, current_feed
from localization.handshake import Refused, read_handshake
from localization.opening import read_opening


class GroupStream(AsyncWebsocketConsumer):
    """One socket. What the client sends is ignored; the server closes with 1000 after `group.completed`."""

    subscriber: Subscriber | None = None
    forwarding: "asyncio.Task[None] | None" = None

    async def connect(self) -> None:
        try:
            handshake = await database_sync_to_async(read_handshake)(self.scope)
        except Refused:
            await self.close()
            return
        await self.accept()
        self.subscriber = Subscriber(handshake.group_id, handshake.actor, handshake.wants_steps)
        current_feed().join(self.subscriber)
        opening = await database_sync_to_async(read_opening)(handshake)
        await self.send(text_data=opening.snapshot)
        for message in opening.replay:
            await self.send(text_data=message.text)
        if opening.is_finished:
            await self.close(1000)
            return
        current_feed().begin(self.subscriber, opening.seq)
        self.forwarding = asyncio.create_task(self._forward(self.subscriber))

    async def _forward(self, subscriber: Subscriber) -> None:
        while (message := await subscriber.outbox.get()) is not None:
            await self.send(text_data=message.text)
            if message.is_last:
                break
        await self.close(subscriber.close_code)

    async def disconnect(self, code: int) -> None:
        if self.subscriber is not None:
            current_feed().leave(self.subscriber)
        if self.forwarding is not None:
            self.forwarding.cancel()
