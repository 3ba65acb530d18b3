"""What the client takes from a receiver, and how long: real connections on loopback."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.receiver import Receiver
from tests.servers.script import rule
from tests.webhooks.wire import RawServer, say
from webhooks.errors import DeliveryError
from webhooks.http import Response, Timeouts, post, request

pytestmark = pytest.mark.usefixtures("loopback")

SHORT = Timeouts(connect=0.3, total=0.3)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def error_of(url: str, timeouts: Timeouts = SHORT) -> str:
    with pytest.raises(DeliveryError) as failed:
        post(url, b"{}", {}, timeouts=timeouts)
    return failed.value.error


def test_request_carries_the_bytes_and_nothing_unasked_for(raw_server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    raw_server.say(say(OK))

    response = post(raw_server.url, b'{"a": "\xc3\xbc"}', {"webhook-id": "ljb_1"})

    host = raw_server.url.removeprefix("http://").removesuffix("/hook")
    lines = [
        "POST /hook HTTP/1.1",
        f"Host: {host}",
        "User-Agent: Interlinear",
        "Accept: */*",
        "Accept-Encoding: identity",
        "webhook-id: ljb_1",
        "Content-Length: 11",
    ]
    head, _, body = raw_server.requests[0].partition(b"\r\n\r\n")
    assert (sorted(head.decode().splitlines()), body) == (sorted(lines), b'{"a": "\xc3\xbc"}')
    assert response == Response(status=200, answer=b"ok", is_whole=True, retry_after=None, duration_ms=response.duration_ms)


def test_redirect_is_an_answer_and_is_not_followed(webhook_receiver: Receiver) -> None:
    webhook_receiver.script(rule(kind="status", status=307, location=webhook_receiver.hook_url("/elsewhere"), body="x" * 5000))

    response = post(webhook_receiver.hook_url(), b"{}", {})

    assert (response.status, response.answer, response.is_whole) == (307, b"x" * 1024, False)
    assert [hit["path"] for hit in webhook_receiver.hits()] == ["/hook"]


def test_endless_body_of_a_redirect_is_not_read(raw_server: RawServer) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    raw_server.say(talk)

    response = post(raw_server.url, b"{}", {})

    assert (response.status, len(response.answer), response.duration_ms < 2000) == (302, 1024, True)


def test_one_kibibyte_of_a_large_answer_is_read(webhook_receiver: Receiver) -> None:
    webhook_receiver.script(rule(kind="huge", megabytes=10))

    response = post(webhook_receiver.hook_url(), b"{}", {})

    assert (response.status, response.answer, response.is_whole) == (200, b"x" * 1024, False)


def test_answer_of_exactly_one_kibibyte_is_whole(raw_server: RawServer) -> None:
    raw_server.say(say(b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + b"y" * 1024))

    response = post(raw_server.url, b"{}", {})

    assert (response.answer, response.is_whole) == (b"y" * 1024, True)


def test_chunked_answer_is_read(raw_server: RawServer) -> None:
    raw_server.say(say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))

    assert post(raw_server.url, b"{}", {}).answer == b"abcde"


def test_compressed_answer_is_not_unpacked(raw_server: RawServer) -> None:
    raw_server.say(say(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\0\xff"))

    response = post(raw_server.url, b"{}", {})

    assert (response.answer, response.text) == (b"\x1f\x8b\0\xff", "\x1f\ufffd\ufffd\ufffd")


def test_larger_answers_are_for_those_who_ask(raw_server: RawServer) -> None:
    raw_server.say(say(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"z" * 5000))

    response = request("GET", raw_server.url, headers={}, answer_limit=10_000)

    assert (response.answer, response.is_whole) == (b"z" * 5000, True)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 10_000, b"HTTP/1.1 100 Continue\r\n\r\n" * 1000])
def test_dripping_head_ends_at_the_deadline(raw_server: RawServer, head: bytes) -> None:
    raw_server.say(raw_server.drip(head))
    began = time.monotonic()

    assert error_of(raw_server.url) == "too_slow"
    assert 0.25 < time.monotonic() - began < 1


def test_dripping_body_ends_at_the_deadline_and_the_status_counts(raw_server: RawServer) -> None:
    raw_server.say(raw_server.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"b" * 1000, every=0.003))
    began = time.monotonic()

    response = post(raw_server.url, b"{}", {}, timeouts=SHORT)

    assert time.monotonic() - began < 1
    assert (response.status, response.is_whole, set(response.answer)) == (200, False, {ord("b")})


def test_calls_of_other_threads_do_not_move_the_deadline(raw_server: RawServer, webhook_receiver: Receiver) -> None:
    raw_server.say(raw_server.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"b" * 100))
    began = time.monotonic()

    with ThreadPoolExecutor(1) as threads:
        dripping = threads.submit(post, raw_server.url, b"{}", {}, timeouts=Timeouts(total=1))
        assert raw_server.has_request.wait(5)
        assert post(webhook_receiver.hook_url(), b"{}", {}).status == 200

    assert time.monotonic() - began < 1.5
    assert (dripping.result().status, dripping.result().is_whole) == (200, False)


def test_silence_is_a_read_timeout(webhook_receiver: Receiver) -> None:
    webhook_receiver.script(rule(kind="hang"))
    began = time.monotonic()

    assert error_of(webhook_receiver.hook_url()) == "read_timeout"
    assert time.monotonic() - began < 1


def test_receiver_that_reads_nothing_ends_at_the_deadline(raw_server: RawServer) -> None:
    raw_server.read_request = lambda connection: b"unread"  # type: ignore[method-assign]
    raw_server.say(lambda connection: raw_server.over.wait(5))
    began = time.monotonic()

    with pytest.raises(DeliveryError) as failed:
        post(raw_server.url, b"x" * 20_000_000, {}, timeouts=SHORT)

    assert (failed.value.error, time.monotonic() - began < 1) == ("read_timeout", True)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", "connection_lost"),
        (b"HTTP/1", "malformed_answer"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "malformed_answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000, "malformed_answer"),
    ],
)
def test_what_is_no_answer_is_a_failed_attempt(raw_server: RawServer, answer: bytes, error: str) -> None:
    raw_server.say(say(answer))

    assert error_of(raw_server.url, Timeouts()) == error
    assert raw_server.connections == 1


def test_closed_port_is_a_connect_error(raw_server: RawServer) -> None:
    with RawServer() as gone:
        url = gone.url

    assert error_of(url) == "connect_error"


def test_connection_is_kept_for_the_next_call(raw_server: RawServer) -> None:
    raw_server.say(lambda connection: [connection.sendall(OK), raw_server.read_request(connection), connection.sendall(OK)])

    answers = [post(raw_server.url, b"{}", {}).answer for _ in range(2)]

    assert (answers, raw_server.connections, len(raw_server.requests)) == ([b"ok", b"ok"], 1, 2)


def test_kept_connection_that_was_closed_meanwhile_is_opened_anew(raw_server: RawServer) -> None:
    # It closes after it has read the second request: no client can see that beforehand.
    raw_server.say(lambda connection: [connection.sendall(OK), raw_server.read_request(connection)], say(OK))

    answers = [post(raw_server.url, b"{}", {}).answer for _ in range(2)]

    assert (answers, raw_server.connections, len(raw_server.requests)) == ([b"ok", b"ok"], 2, 3)


def test_cookies_are_not_kept(raw_server: RawServer) -> None:
    raw_server.say(say(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"))

    for _ in range(2):
        post(raw_server.url, b"{}", {})

    assert b"cookie" not in b"".join(raw_server.requests).lower()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ("Retry-After: 120", 120),
        ("Retry-After: Wed, 21 Oct 2026 07:30:00 GMT\r\nDate: Wed, 21 Oct 2026 07:28:00 GMT", 120),
        ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\nDate: Wed, 21 Oct 2026 07:30:00 GMT", 0),
        ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("Retry-After: -5", None),
        ("Retry-After: soon", None),
        ("Retry-After: " + "9" * 40, None),
    ],
)
def test_retry_after_is_read_in_both_forms(raw_server: RawServer, headers: str, seconds: float | None) -> None:
    raw_server.say(say(f"HTTP/1.1 503 Later\r\n{headers}\r\nContent-Length: 0\r\n\r\n".encode()))

    assert post(raw_server.url, b"{}", {}).retry_after == seconds
