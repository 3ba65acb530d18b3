"""Connections to a provider in small pools: any number of calls at once, and no more connections than calls."""

import asyncio
import ssl

import httpx2

from engines.providers.transport import CALLS_PER_POOL, SpreadTransport
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

AT_ONCE = 2 * CALLS_PER_POOL + 1


def make_client() -> tuple[httpx2.AsyncClient, SpreadTransport]:
    transport = SpreadTransport(ssl.create_default_context(), keepalive_expiry=30)
    return httpx2.AsyncClient(transport=transport), transport


def test_calls_at_once_fill_pools_and_calls_in_turn_use_the_first(model_server: ModelServer) -> None:
    async def calls() -> tuple[int, int, list[int]]:
        client, transport = make_client()
        async with client:
            for _ in range(AT_ONCE):
                (await client.get(f"{model_server.base_url}/models")).raise_for_status()
            in_turn = len(transport.pools)
            answers = await asyncio.gather(*[client.get(f"{model_server.base_url}/models") for _ in range(AT_ONCE)])
            return in_turn, len(transport.pools), [answer.status_code for answer in answers]

    in_turn, at_once, statuses = asyncio.run(calls())

    assert in_turn == 1
    assert at_once == 3
    assert statuses == [200] * AT_ONCE


def test_failed_and_cancelled_calls_leave_their_places(model_server: ModelServer) -> None:
    model_server.script(rule("hang"))

    async def calls() -> list[int]:
        client, transport = make_client()
        body = {"model": "test-small", "messages": []}
        async with client:
            for _ in range(AT_ONCE):
                try:
                    await client.post(f"{model_server.base_url}/chat/completions", json=body, timeout=0.05)
                except httpx2.TimeoutException:
                    continue
            task = asyncio.create_task(client.post(f"{model_server.base_url}/chat/completions", json=body, timeout=30))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return transport.calls

    assert asyncio.run(calls()) == [0]
