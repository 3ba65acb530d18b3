"""One request, one thread: what `config.synchronous_handler` keeps of Django's own handler, and what it does otherwise."""

import asyncio
import threading
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from config.synchronous_handler import SynchronousHandler

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "query_string": b"",
    "headers": [(b"host", b"127.0.0.1:8000"), (b"content-length", b"4")],
    "client": ("127.0.0.1", 40000),
    "server": ("127.0.0.1", 8000),
}
began, may_end = threading.Event(), threading.Event()


def echo(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(f"{threading.get_ident()} {request.body.decode()}", status=201)
    response.set_cookie("a", "b")
    return response


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"one ", b"two"]))


def wait(request: HttpRequest) -> HttpResponse:
    began.set()
    may_end.wait(10)
    return HttpResponse("late")


urlpatterns = [path("echo", echo), path("stream", stream), path("wait", wait)]


@pytest.fixture(autouse=True)
def these_views(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []


async def call(handler: SynchronousHandler, name: str, *after: str) -> list[dict[str, Any]]:
    """What the handler sends. `after` are the messages that come when the view has begun."""
    waiting = [{"type": "http.request", "body": b"body", "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        if waiting:
            return waiting.pop()
        if not after:
            await asyncio.Event().wait()
        await asyncio.to_thread(began.wait, 10)
        return {"type": after[0]}

    async def send(message: Any) -> None:
        sent.append(message)

    await asyncio.wait_for(handler({**SCOPE, "path": f"/{name}"}, receive, send), 10)
    return sent


def test_request_its_signals_and_its_end_share_one_kept_thread() -> None:
    threads: list[int] = []

    def note(**kwargs: Any) -> None:
        threads.append(threading.get_ident())

    async def twice() -> list[list[dict[str, Any]]]:
        handler = SynchronousHandler()
        return [await call(handler, "echo"), await call(handler, "echo")]

    for signal in (request_started, request_finished):
        signal.connect(note)
    try:
        first, second = asyncio.run(twice())
    finally:
        for signal in (request_started, request_finished):
            signal.disconnect(note)

    assert len(threads) == 4
    assert set(threads) == {threads[0]}
    assert threads[0] != threading.get_ident()
    assert first == second
    assert first[0]["status"] == 201
    assert (b"Set-Cookie", b"a=b; Path=/") in first[0]["headers"]
    assert first[1] == {"type": "http.response.body", "body": f"{threads[0]} body".encode()}


def test_streamed_response_arrives_whole() -> None:
    assert asyncio.run(call(SynchronousHandler(), "stream"))[1]["body"] == b"one two"


def test_client_that_leaves_is_not_answered_and_keeps_nobody_waiting() -> None:
    began.clear()
    may_end.clear()
    try:
        assert asyncio.run(call(SynchronousHandler(), "wait", "http.disconnect")) == []
    finally:
        may_end.set()
