"""A TCP gate in front of Redis that a test shuts and opens."""

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.servers.deployment import REDIS


class RedisGate:
    """`url` answers while the gate is open. Shutting it cuts the connections there are and refuses new ones."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._pipes: set[asyncio.Task[None]] = set()
        self.connected = asyncio.Event()  # somebody has come through since the gate was opened

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.shut()

    async def open(self) -> None:
        self.connected.clear()
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        if self._pipes:
            await asyncio.wait(self._pipes)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = urlsplit(REDIS)
        inner_reader, inner_writer = await asyncio.open_connection(target.hostname, target.port or 6379)
        self._writers |= {writer, inner_writer}
        for source, sink in ((reader, inner_writer), (inner_reader, writer)):
            pipe = asyncio.create_task(self._pump(source, sink))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)
        self.connected.set()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                sink.write(data)
        except OSError:
            pass
        finally:
            self._writers.discard(sink)
            sink.transport.abort()
