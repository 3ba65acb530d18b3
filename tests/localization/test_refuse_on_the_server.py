"""reliability.md, "Transport", for what a test client cannot send: the ASGI application that daphne serves, by its messages.

The test and the views share one thread, and so the transaction that is rolled back.
"""

import asyncio
import gzip
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from config.asgi import application
from localization.models import JobGroup
from tests.localization.calls import JOBS, Answer, Api, make_body, not_found, nothing_written, read_answer, refusal

Header = tuple[bytes, bytes]
PART = 256 * 1024
LIMIT = settings.BODY_LIMIT
TOO_LARGE = refusal(413, "PayloadTooLargeError", "payload_too_large", "The body is larger than 4194304 bytes.")
JSON: Header = (b"content-type", b"application/json")
HOST: Header = (b"host", b"127.0.0.1:8000")


def send(parts: Iterable[bytes], *headers: Header, method: str = "POST", path: str = JOBS, query: bytes = b"") -> Answer:
    """The answer to one request whose body comes in these parts."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": list(headers),
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 8000),
    }
    return async_to_sync(exchange)(scope, list(parts))


async def exchange(scope: dict[str, Any], parts: list[bytes]) -> Answer:
    """Calls the application as a task of the test's own: `ApplicationCommunicator` would move the views to a thread that sees no row of the test."""
    waiting = [{"type": "http.request", "body": part, "more_body": position < len(parts)} for position, part in enumerate(parts, start=1)]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()  # the client stays until it is answered
        return waiting.pop(0)

    async def keep(message: Any) -> None:
        sent.append(message)

    await asyncio.wait_for(application(scope, receive, keep), timeout=10)
    start, *bodies = sent
    content = b"".join(message.get("body", b"") for message in bodies)
    return read_answer(start["status"], {name.decode().title(): value.decode() for name, value in start["headers"]}, content)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Django closes connections between requests, and the test's transaction with them; its own test client says the same."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key(api: Api) -> Header:
    return b"x-api-key", api.client.defaults["HTTP_X_API_KEY"].encode()


def padded_body(length: int) -> bytes:
    """A valid submission of exactly that many bytes."""
    frame = json.dumps(make_body(padding="")).encode()
    return frame.replace(b'"padding": ""', b'"padding": "%s"' % (b"x" * (length - len(frame))))


def in_parts(body: bytes) -> list[bytes]:
    return [body[start : start + PART] for start in range(0, len(body), PART)]


def length_of(body: bytes) -> Header:
    return b"content-length", str(len(body)).encode()


def test_body_at_the_limit_is_taken_with_and_without_its_length(key: Header) -> None:
    body = padded_body(LIMIT)

    announced = send(in_parts(body), HOST, JSON, key, length_of(body))
    chunked = send(in_parts(body), HOST, JSON, key, (b"transfer-encoding", b"chunked"))

    assert (len(body), announced.status, chunked.status) == (LIMIT, 202, 202)
    assert JobGroup.objects.count() == 2


def test_body_over_the_limit_is_refused_with_its_length(key: Header) -> None:
    body = padded_body(LIMIT + 1)

    with nothing_written():
        answer = send([b""], HOST, JSON, key, length_of(body))  # refused before any of it has come

    assert answer.shown == TOO_LARGE
    assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize("headers", [[], [(b"transfer-encoding", b"chunked")], [(b"content-length", b"10")]], ids=["none", "chunked", "a lie"])
def test_body_over_the_limit_is_refused_without_its_length(key: Header, headers: list[Header]) -> None:
    with nothing_written():
        answer = send(in_parts(padded_body(LIMIT + 1)), HOST, JSON, key, *headers)

    assert answer.shown == TOO_LARGE


def test_body_over_the_limit_needs_no_key_to_be_refused(db: None) -> None:
    with nothing_written():
        answer = send(in_parts(b"x" * (LIMIT + 1)), HOST)

    assert answer.shown == TOO_LARGE


@pytest.mark.parametrize("path", ["/unknown", "/login", f"{JOBS}/groups/ljg_0000000000000000000/cancel"])
def test_limit_holds_for_every_path(db: None, path: str) -> None:
    assert send(in_parts(b"x" * (LIMIT + 1)), HOST, path=path).shown == TOO_LARGE


def test_gzip_bomb_is_refused_unopened(key: Header) -> None:
    bomb = gzip.compress(b'{"data":' + b" " * 50_000_000)

    with nothing_written():
        answer = send(in_parts(bomb), HOST, JSON, key, length_of(bomb), (b"content-encoding", b"gzip"))

    assert answer.shown == refusal(415, "UnsupportedMediaTypeError", "unsupported_encoding", "Send the body without Content-Encoding.")


@pytest.mark.parametrize("second", ["same", b"ilk_other", b""], ids=["the same", "another", "empty"])
def test_two_keys_are_none(key: Header, second: Any) -> None:
    body = json.dumps(make_body()).encode()
    other = key if second == "same" else (b"x-api-key", second)

    with nothing_written():
        answers = [send([body], HOST, JSON, *keys, length_of(body)) for keys in ((key, other), (other, key))]

    assert [answer.shown for answer in answers] == [refusal(401, "UnauthorizedError", "invalid_api_key", "Invalid API key")] * 2


@pytest.mark.parametrize("text", [b"\xff" * 40, "ключ".encode(), b"k" * 10_240, b""], ids=["no UTF-8", "not ASCII", "10 kB", "empty"])
def test_key_of_any_bytes_is_unauthorized(db: None, text: bytes) -> None:
    with nothing_written():
        answer = send([b""], HOST, (b"x-api-key", text), method="GET")

    assert answer.shown == refusal(401, "UnauthorizedError", "invalid_api_key", "Invalid API key")


@pytest.mark.parametrize("hosts", [[b"evil.example"], [b"127.0.0.1:8000", b"evil.example"], [b"\xff"], [b"127.0.0.1:x"]], ids=ascii)
def test_foreign_host_is_refused(key: Header, hosts: list[bytes]) -> None:
    body = json.dumps(make_body()).encode()

    with nothing_written():
        answer = send([body], *((b"host", host) for host in hosts), JSON, key, length_of(body))

    assert answer.shown == refusal(400, "BadRequestError", "unknown_host", "This server does not answer to that Host.")


def test_forwarded_host_is_not_believed(key: Header) -> None:
    body = json.dumps(make_body()).encode()

    with nothing_written():
        answer = send([body], (b"host", b"evil.example"), (b"x-forwarded-host", b"127.0.0.1"), JSON, key, length_of(body))

    assert answer.status == 400


def test_nul_in_a_path_is_not_found(key: Header) -> None:
    with nothing_written():
        answer = send([b""], HOST, key, method="GET", path=f"{JOBS}/ljb_\0")

    assert (answer.status, answer.body["code"]) == (404, "path_not_found")


@pytest.mark.parametrize("query", [b"&&&=;=", b"limit=" + b"9" * 100_000, b"status=%ff", b"a=1&" * 2000], ids=lambda text: ascii(text)[:20])
def test_odd_queries_are_answered_in_json(key: Header, query: bytes) -> None:
    with nothing_written():
        answer = send([b""], HOST, key, method="GET", query=query)

    assert answer.status in (200, 400)


@pytest.mark.parametrize("path", ["//", "///", f"/{JOBS}", "//evil.example/jobs", f"{JOBS}//x", "/jobs/./localization", "http://x/jobs"])
def test_doubled_slashes_lead_nowhere(key: Header, path: str) -> None:
    with nothing_written():
        answers = [send([b"{}"], HOST, JSON, key, method=method, path=path) for method in ("GET", "POST")]

    assert [answer.shown for answer in answers] == [not_found("path", "path", path)] * 2
