"""Counting, records, the life of the process."""

import asyncio
import json
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.model_server import ModelServer, start_model_server
from tests.servers.script import rule


def test_calls_are_counted_by_request_id(model_server: ModelServer, ask):
    ask({"1": "a"}, request_id="ljb_1.localize.1")
    ask({"1": "a"}, request_id="ljb_1.localize.1")
    ask({"1": "a"}, request_id="ljb_2.rephrase.3")

    counts = model_server.counts()
    assert counts.pop("cpuSeconds") > 0
    by_request = {"ljb_1.localize.1": 2, "ljb_2.rephrase.3": 1}
    assert counts == {"total": 3, "byRequest": by_request, "byAction": {}, "inFlight": 0, "maxInFlight": 1}


def test_reset_forgets_counts_records_and_script(model_server: ModelServer, ask):
    model_server.script(rule("status", status=500))
    ask({"1": "a"})

    model_server.reset()

    assert (model_server.counts()["total"], model_server.requests()) == (0, [])
    assert ask({"1": "a"}).status == 200


def test_bodies_can_be_read_from_a_number_on(model_server: ModelServer, ask):
    ask({"1": "a"})
    ask({"1": "ü"}, request_id="ljb_2.localize.1", model="test-large")

    [kept] = model_server.requests(since=1)
    messages = kept["body"].pop("messages")
    assert kept == {"number": 2, "requestId": "ljb_2.localize.1", "authorization": "Bearer k", "body": {"model": "test-large"}}
    assert json.loads(messages[-1]["content"])["texts"] == {"1": "ü"}


def test_held_calls_are_in_flight_until_they_are_released(model_server: ModelServer, ask):
    model_server.script(rule("hold"))
    with ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(ask, {"1": "a"}) for _ in range(2)]
        held = model_server.wait_for_calls(in_flight=2)
        model_server.release()

        assert [answer.result().texts for answer in answers] == [{"1": "[de] a"}] * 2
    counts = model_server.counts()
    assert (held["inFlight"], counts["inFlight"], counts["maxInFlight"]) == (2, 0, 2)


def test_waiting_for_calls_that_do_not_come_fails(model_server: ModelServer):
    with pytest.raises(TimeoutError):
        model_server.wait_for_calls(total=1, seconds=0.05)


def test_a_client_that_left_is_no_longer_in_flight(model_server: ModelServer, ask):
    model_server.script(rule("hang"))

    with pytest.raises(TimeoutError):
        ask({"1": "a"}, timeout=0.1)

    with ThreadPoolExecutor(1) as threads:
        model_server.script(rule("hold"))
        answer = threads.submit(ask, {"1": "a"})
        assert model_server.wait_for_calls(total=2)["inFlight"] == 1
        model_server.release()
        answer.result()


def test_no_messages_is_a_bad_request(model_server: ModelServer):
    async def status_of(body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", model_server.port)
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return line

    assert [asyncio.run(status_of(body)) for body in (b"{", b"[]", b"{}")] == [b"HTTP/1.1 400 Bad Request\r\n"] * 3
    assert model_server.counts()["total"] == 0


async def _call_twice(port: int, everyone_connected: asyncio.Barrier) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await everyone_connected.wait()
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": '{"target": "de", "texts": {"1": "a"}}'}]}).encode()
    answered = 0
    for _ in range(2):
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        answered += b"[de] a" in await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()
    return answered


async def test_a_thousand_connections_are_served_at_once():
    with start_model_server(delay_ms=1_000) as server:
        barrier = asyncio.Barrier(1_000)
        answered = await asyncio.gather(*(_call_twice(server.port, barrier) for _ in range(1_000)))

        counts = server.counts()
    assert (sum(answered), counts["total"], counts["inFlight"]) == (2_000, 2_000, 0)
    assert counts["maxInFlight"] > 900


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_process_cleanly_with_calls_in_flight(number):
    async def call_and_signal(server: ModelServer) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b'POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 16\r\n\r\n{"messages": []}')
        await asyncio.to_thread(server.wait_for_calls, in_flight=1)
        server.process.send_signal(number)
        left = await reader.read()
        writer.close()
        await writer.wait_closed()
        return left

    with start_model_server(delay_ms=60_000) as server:
        assert asyncio.run(call_and_signal(server)) == b""
        assert server.process.wait(10) == 0


def test_process_ends_with_its_parent():
    with start_model_server() as server:
        server.process.stdin.close()

        assert server.process.wait(10) == 0
