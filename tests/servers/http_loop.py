"""The HTTP/1.1 that the test servers speak: keep-alive, Content-Length bodies, optional TLS.

`run_server` is the whole life of a server process; `handle` answers one request. A request whose client goes away is
cancelled at once, so that a handler's `finally` tells the truth about what is still in flight. Written on a bare
asyncio protocol because it shares its processors with what it measures.
"""

import argparse
import asyncio
import json
import resource
import signal
import socket
import ssl
import struct
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http.client import responses
from urllib.parse import parse_qsl

import orjson

BACKLOG = 4096
OPEN_FILES = 16_384
NOT_MODELLED = 501


@dataclass(slots=True)
class Request:
    """One request; header names in lower case, `path` without the query."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: bytes = b""

    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.query_string))

    def json(self) -> object:
        """Raises orjson.JSONDecodeError (a ValueError)."""
        return orjson.loads(self.body)


@dataclass(slots=True)
class Response:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {responses.get(self.status, 'Scripted')}", f"content-type: {self.content_type}"]
        lines += [f"content-length: {len(self.body)}", *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


def json_response(value: object, status: int = 200) -> Response:
    return Response(status=status, body=orjson.dumps(value))


# What answers a request; None when it has written to the connection itself.
Handler = Callable[[Request, "Connection"], Awaitable[Response | None]]


class Connection(asyncio.Protocol):
    """One client. Requests are answered one after the other; a pipelined one waits in the buffer."""

    def __init__(self, handle: Handler, connections: set["Connection"]) -> None:
        self._handle = handle
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._request: Request | None = None
        self._missing = 0
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._task is None:
            self._begin_next()

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def close(self) -> None:
        """Sends what is written, then ends the connection in order."""
        self._transport.close()

    def reset(self) -> None:
        """Ends the connection with a TCP RST."""
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _begin_next(self) -> None:
        if self._request is None and not self._read_head():
            return
        if len(self._buffer) < self._missing:
            return
        request = self._request
        request.body = bytes(self._buffer[: self._missing])
        del self._buffer[: self._missing]
        self._request = None
        self._task = self._loop.create_task(self._exchange(request))

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        method, target, _ = lines[0].split(" ", 2)
        path, _, query_string = target.partition("?")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        self._request = Request(method, path, query_string, headers)
        self._missing = int(headers.get("content-length", "0"))
        return True

    async def _exchange(self, request: Request) -> None:
        try:
            response = await self._answer(request)
            if response is not None:
                self._transport.write(response.head() + response.body)
            if request.headers.get("connection", "").lower() == "close" or "transfer-encoding" in request.headers:
                self._transport.close()
        finally:
            self._task = None
        if self._buffer and not self._transport.is_closing():
            self._begin_next()

    async def _answer(self, request: Request) -> Response | None:
        if "transfer-encoding" in request.headers:
            return json_response({"error": {"message": "send Content-Length, not Transfer-Encoding"}}, NOT_MODELLED)
        try:
            return await self._handle(request, self)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return json_response({"error": {"message": "the test server itself failed, see its stderr"}}, NOT_MODELLED)


class Changes:
    """Lets a control request wait for a condition instead of asking again and again."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def announce(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)

    async def wait_until(self, holds: Callable[[], bool], seconds: float) -> None:
        """Returns when `holds()`, or after `seconds` without."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not holds() and loop.time() < end:
            future = loop.create_future()
            self._waiting.append(future)
            await asyncio.wait([future], timeout=end - loop.time())


def server_arguments(description: str) -> argparse.ArgumentParser:
    """The options every test server has; a server adds its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--tls-cert", help="PEM chain; with --tls-key the server speaks https")
    parser.add_argument("--tls-key")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the process that holds the other end of stdin")
    return parser


def run_server(handle: Handler, options: argparse.Namespace) -> None:
    """Prints `{"port": n}` when ready, serves until SIGTERM or SIGINT, ends with status 0."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most), most))
    asyncio.run(_serve(handle, options))


async def _serve(handle: Handler, options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if options.until_stdin_closes:
        loop.add_reader(sys.stdin.fileno(), stopped.set)
    connections: set[Connection] = set()
    tls = None
    if options.tls_cert:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.tls_cert, options.tls_key)
    server = await loop.create_server(lambda: Connection(handle, connections), options.host, options.port, backlog=BACKLOG, ssl=tls)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await stopped.wait()
    server.close()
    for connection in list(connections):
        connection.close()
