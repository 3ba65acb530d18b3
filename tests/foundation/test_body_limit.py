"""The cap in front of Django, at the level of ASGI messages."""

import json
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.test import Client

from foundation.body_limit import BodyLimit, Message, Receive, Send

HEADERS: list[tuple[bytes, bytes]] = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"x-request-id", b"req-1")]


class Recorder:
    """An application that reads the whole body and keeps what it was given."""

    def __init__(self) -> None:
        self.scope: Message | None = None
        self.messages: list[Message] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.messages.append(await receive())
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


def scope_of(*headers: tuple[bytes, bytes], path: str = "/echo") -> dict[str, Any]:
    return {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": [*HEADERS, *headers], "http_version": "1.1"}


def part(body: bytes, *, is_last: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": not is_last}


async def answer_of(connection: ApplicationCommunicator) -> tuple[int, dict[bytes, bytes], bytes]:
    start, body = await connection.receive_output(), await connection.receive_output()
    await connection.wait()
    return start["status"], dict(start["headers"]), body.get("body", b"")


def assert_refused(status: int, headers: dict[bytes, bytes], body: bytes) -> None:
    answer = json.loads(body)
    assert (status, answer) == (
        413,
        {
            "_tag": "PayloadTooLargeError",
            "message": "The body is larger than 10 bytes.",
            "code": "payload_too_large",
            "requestId": headers[b"x-request-id"].decode(),
        },
    )
    assert (headers[b"content-type"], headers[b"connection"], int(headers[b"content-length"])) == (b"application/json", b"close", len(body))


async def test_an_announced_length_over_the_limit_is_refused_unread() -> None:
    application = Recorder()
    connection = ApplicationCommunicator(BodyLimit(application, limit=10), scope_of((b"content-length", b"11")))

    assert_refused(*await answer_of(connection))
    assert application.scope is None


@pytest.mark.parametrize("length", [None, b"3", b"-1", b"nonsense"], ids=["none", "too small", "negative", "no number"])
async def test_a_longer_body_is_refused_whatever_length_was_announced(length: bytes | None) -> None:
    application = Recorder()
    headers = [(b"content-length", length)] if length else []
    connection = ApplicationCommunicator(BodyLimit(application, limit=10), scope_of(*headers))

    await connection.send_input(part(b"12345678"))
    await connection.send_input(part(b"901"))  # more would follow: the answer does not wait for it

    assert_refused(*await answer_of(connection))
    assert application.scope is None


async def test_a_chunked_body_at_the_limit_arrives_whole_with_its_length() -> None:
    application = Recorder()
    connection = ApplicationCommunicator(BodyLimit(application, limit=10), scope_of((b"transfer-encoding", b"chunked")))

    await connection.send_input(part(b"12345"))
    await connection.send_input(part(b"67890", is_last=True))

    assert (await answer_of(connection))[0] == 204
    assert application.messages == [{"type": "http.request", "body": b"1234567890", "more_body": False}]
    assert application.scope is not None
    assert application.scope["headers"] == [*HEADERS, (b"content-length", b"10")]


async def test_a_request_without_a_body_is_passed_on_unchanged() -> None:
    application = Recorder()
    connection = ApplicationCommunicator(BodyLimit(application, limit=10), scope_of())

    await connection.send_input(part(b"", is_last=True))

    assert (await answer_of(connection))[0] == 204
    assert application.scope == scope_of()


async def test_a_caller_who_leaves_early_never_reaches_the_application() -> None:
    application = Recorder()
    connection = ApplicationCommunicator(BodyLimit(application, limit=10), scope_of((b"content-length", b"9")))

    await connection.send_input(part(b"1234"))
    await connection.send_input({"type": "http.disconnect"})
    await connection.wait()

    assert application.scope is None


async def test_other_scopes_are_none_of_its_business() -> None:
    application = Recorder()
    connection = ApplicationCommunicator(BodyLimit(application, limit=10), {"type": "websocket", "path": "/"})

    await connection.send_input({"type": "websocket.connect"})
    await connection.receive_output()

    assert application.messages == [{"type": "websocket.connect"}]


async def test_django_reads_a_chunked_body(client: Client) -> None:
    connection = ApplicationCommunicator(BodyLimit(get_asgi_application()), scope_of())

    await connection.send_input(part(b'{"a":'))
    await connection.send_input(part(b"1.50}", is_last=True))
    status, _, body = await answer_of(connection)

    assert (status, body) == (200, b'{"a":1.50}')
