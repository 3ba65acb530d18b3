"""What every test server's HTTP does, beyond what ordinary clients try."""

import asyncio
import re

from tests.servers.http_loop import Changes
from tests.servers.model_server import ModelServer


async def read_all(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_requests_sent_in_one_piece_are_answered_in_order(model_server: ModelServer):
    answer = await read_all(model_server.port, b"GET /unknown HTTP/1.1\r\n\r\nGET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"404", b"200"]


async def test_chunked_request_is_refused_and_not_misread(model_server: ModelServer):
    answer = await read_all(model_server.port, b"POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 501 ")


async def test_wait_ends_when_the_change_is_announced():
    changes, seen = Changes(), []
    waiting = asyncio.create_task(changes.wait_until(lambda: bool(seen), seconds=60))
    await asyncio.sleep(0)

    seen.append(1)
    changes.announce()

    await asyncio.wait_for(waiting, timeout=5)
