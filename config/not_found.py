"""Sockets at addresses that do not exist: refused before they are accepted, instead of an exception in the log."""

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.urls import re_path


class NoSuchStream(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels is untyped
    channel_layer_alias = ""  # nothing is sent to it

    async def connect(self, *args: Any) -> None:
        await self.close()


refuse_socket = [re_path(r"", NoSuchStream.as_asgi())]
