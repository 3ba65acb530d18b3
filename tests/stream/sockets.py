"""The client's side of a stream, without a server in between."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator

from config.asgi import application

SECONDS = 5  # any message is there long before

in_thread = partial(database_sync_to_async, thread_sensitive=False)


class Communicator(WebsocketCommunicator):  # type: ignore[misc]  # channels is untyped
    """Channels' own keeps every thread's database connection open while it waits; here they close as in production."""

    send_input = ApplicationCommunicator.send_input
    receive_output = ApplicationCommunicator.receive_output


class Socket:
    """One connection. Each method waits for what it names, and fails after SECONDS."""

    def __init__(self, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        self.communicator = Communicator(application, path, headers=headers)

    async def connect(self) -> bool:
        """Whether the server accepted."""
        accepted, _ = await self.communicator.connect(timeout=SECONDS)
        return bool(accepted)

    async def message(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self.communicator.receive_from(timeout=SECONDS))
        return message

    async def messages(self, count: int) -> list[dict[str, Any]]:
        return [await self.message() for _ in range(count)]

    async def close_code(self) -> int:
        """The code of the close that comes next."""
        output = await self.communicator.receive_output(timeout=SECONDS)
        assert output["type"] == "websocket.close", output
        return int(output["code"])

    async def rest(self) -> tuple[list[dict[str, Any]], int]:
        """Every message up to the close, and its code."""
        messages = []
        while (output := await self.communicator.receive_output(timeout=SECONDS))["type"] == "websocket.send":
            messages.append(json.loads(output["text"]))
        return messages, int(output["code"])

    async def leave(self) -> None:
        await self.communicator.disconnect(timeout=SECONDS)


def group_path(group_id: str, query: str = "") -> str:
    return f"/jobs/localization/groups/{group_id}/ws{query}"


def with_key(key: str) -> list[tuple[bytes, bytes]]:
    return [(b"x-api-key", key.encode())]


@asynccontextmanager
async def socket(group_id: str, key: str, query: str = "") -> AsyncIterator[Socket]:
    """An accepted socket on a group; disconnects at the end."""
    connection = Socket(group_path(group_id, query), with_key(key))
    assert await connection.connect()
    try:
        yield connection
    finally:
        await connection.leave()


async def is_accepted(path: str, headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the server accepts this handshake."""
    connection = Socket(path, headers)
    accepted = await connection.connect()
    await connection.leave()
    return accepted
