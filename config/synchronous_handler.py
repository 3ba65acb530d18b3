"""Django behind ASGI for a product whose middleware and views are all synchronous: one crossing from the loop to a thread for each request.

Django's own handler runs the chain on the loop and crosses to a thread, started for that request, at every hook of every middleware that is not
async: more than half of what a cheap request cost. Here the whole of a request, its signals and the return of its database connection among
them, happens on one thread of a pool that is kept. `config.asgi` makes it the HTTP application, behind `BodyLimit`.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from asgiref.sync import AsyncToSync, sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from foundation.body_limit import Message, Send

# Synchronous calls wait on their threads for models, and must not keep cheap requests from theirs. Idle threads are used before new ones are started.
MOST_THREADS = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it goes out."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class SynchronousHandler(ASGIHandler):
    """Bodies are spooled as Django's handler does. When the client leaves, nobody waits for the answer, and the thread ends in its own time."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="request")

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        answering = self._start(partial(contextvars.copy_context().run, self._answer, scope, body))
        leaving = asyncio.ensure_future(receive())  # after the body nothing can come but a disconnect
        try:
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
        if answering.done():
            await _send(answering.result(), send)

    def _start(self, work: Callable[[], Answer]) -> "asyncio.Future[Answer]":
        if getattr(AsyncToSync.executors, "current", None):
            return asyncio.ensure_future(sync_to_async(work)())  # called by way of async_to_sync, whose thread waits and is the one to use
        return asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _answer(self, scope: Message, body: IO[bytes]) -> Answer:
        """The whole request. A streamed response is read to its end: the product's streams are files."""
        with body:
            set_script_prefix(get_script_prefix(scope))
            signals.request_started.send(sender=self.__class__, scope=scope)
            request, refusal = self.create_request(scope, body)
            response = self.get_response(request) if request is not None else refusal
            assert response is not None  # there is a request or a refusal
            response._handler_class = self.__class__  # type: ignore[attr-defined]  # read by `close`, which sends request_finished
            try:
                return Answer(response.status_code, _headers(response), b"".join(response))
            finally:
                response.close()


def _headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    headers = [(name.encode("ascii"), value.encode("latin1")) for name, value in response.items()]
    return headers + [(b"Set-Cookie", cookie.output(header="").strip().encode("ascii")) for cookie in response.cookies.values()]


async def _send(answer: Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})
