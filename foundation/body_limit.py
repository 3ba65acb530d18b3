"""The cap in front of Django: no request body over the limit is handed on, whatever its headers say.

Django would spool the whole body before it looks at the size, and would answer in HTML. The body is taken in here, which also gives chunked requests
the Content-Length without which DRF reads every body as empty. Wraps the HTTP application in `config.asgi`; other scopes pass through.
"""

import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

from foundation.api_errors import PayloadTooLarge, current_request_id
from foundation.rendering import encode

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]  # whose messages may be typed otherwise


class BodyLimit:
    """ASGI middleware: answers 413 and closes the connection as soon as a body is known to be longer than `limit` bytes."""

    def __init__(self, app: Application, limit: int | None = None) -> None:
        self.app = app
        self.limit = settings.BODY_LIMIT if limit is None else limit

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if _announced_length(scope) > self.limit:
            await self._refuse(send)
            return
        body = bytearray()
        is_complete = False
        while not is_complete:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            if len(body) > self.limit:
                await self._refuse(send)
                return
            is_complete = not message.get("more_body", False)
        await self.app(_with_length(scope, len(body)), _replay(bytes(body), receive), send)

    async def _refuse(self, send: Send) -> None:
        error = PayloadTooLarge(self.limit)
        request_id = current_request_id()
        body = encode(error.body(request_id))
        headers = {**error.headers(request_id), "Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
        lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": error.status_code, "headers": lines})
        await send({"type": "http.response.body", "body": body})


def _announced_length(scope: Message) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            with contextlib.suppress(ValueError):
                return int(value)
    return 0


def _with_length(scope: Message, length: int) -> Message:
    """The scope with the body's true length, where it has a body or named a length."""
    others = [(name, value) for name, value in scope["headers"] if name not in (b"content-length", b"transfer-encoding")]
    is_named = any(name == b"content-length" for name, _ in scope["headers"])
    return {**scope, "headers": [*others, (b"content-length", str(length).encode())] if length or is_named else others}


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives `body` once, then whatever comes next (a disconnect)."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_next() -> Message:
        return pending.pop() if pending else await receive()

    return receive_next
