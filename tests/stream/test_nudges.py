"""Nudges make the feed look at once; without them its own clock does (architecture, "Events and streams")."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest
from channels.layers import get_channel_layer
from pytest_django import Settings

from engines.models import Engine
from foundation.loop import submit as on_process_loop
from localization import feed, nudges
from localization.nudges import NUDGE_GROUP
from tests.stream.groups import begin
from tests.stream.redis_gate import RedisGate
from tests.stream.sockets import SECONDS, in_thread, socket

pytestmark = pytest.mark.django_db(transaction=True)

NEVER = 3600.0


@pytest.fixture
async def gate(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RedisGate]:
    """Redis behind a gate, with channels of this test's own."""
    monkeypatch.setattr(feed, "RETURN_SECONDS", 0.05)
    async with RedisGate() as gate:
        use(gate, settings)
        yield gate
        await get_channel_layer().flush()
        await asyncio.wrap_future(on_process_loop(get_channel_layer().flush()))


def use(gate: RedisGate, settings: Settings) -> None:
    config = {"hosts": [gate.url], "prefix": f"test-{secrets.token_hex(8)}"}
    settings.REDIS_URL = gate.url
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": config}}


async def nudge_until_heard() -> None:
    """Nudges this process's feed until it listens: a nudge to nobody is lost."""
    async with asyncio.timeout(SECONDS):
        while not feed.current_feed()._nudged.is_set():
            await get_channel_layer().group_send(NUDGE_GROUP, {"type": "feed.nudge"})
            await asyncio.sleep(0)


async def test_nudge_makes_the_feed_look(engine: Engine, key: str, gate: RedisGate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "LOOK_SECONDS", NEVER)
    work = await in_thread(begin)(engine, "de", "fr")

    async with socket(work.id, key) as stream:
        await stream.message()
        await nudge_until_heard()
        for locale, seq in (("de", 7), ("fr", 9)):
            await in_thread(work.complete)(locale)
            assert (await stream.message())["seq"] == seq


@pytest.mark.parametrize("locales", [["de", "fr"], ["fr", "de"]])
async def test_lost_nudges_lose_and_reorder_nothing(
    engine: Engine, key: str, gate: RedisGate, monkeypatch: pytest.MonkeyPatch, locales: list[str]
) -> None:
    monkeypatch.setattr(feed, "LOOK_SECONDS", 0.02)
    work = await in_thread(begin)(engine, "de", "fr")

    async with socket(work.id, key, "?steps=1") as stream:
        await stream.message()
        await gate.shut()
        for locale in locales:
            await in_thread(work.complete)(locale)
        messages, code = await stream.rest()

    assert [message["seq"] for message in messages] == [6, 7, 8, 9, 10]
    assert [message.get("locale") for message in messages] == [locales[0], locales[0], locales[1], locales[1], None]
    assert code == 1000


async def test_socket_opens_while_redis_is_away_and_nudges_come_when_it_is_back(
    engine: Engine, key: str, gate: RedisGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    await gate.shut()
    work = await in_thread(begin)(engine, "de", "fr")

    async with socket(work.id, key) as stream:
        await stream.message()
        await in_thread(work.complete)("de")
        assert (await stream.message())["seq"] == 7

        await gate.open()
        await asyncio.wait_for(gate.connected.wait(), SECONDS)
        monkeypatch.setattr(feed, "LOOK_SECONDS", NEVER)
        await nudge_until_heard()
        await in_thread(work.complete)("fr")
        assert (await stream.message())["seq"] == 9


async def test_nudges_come_back_after_redis_was_cut_off(engine: Engine, key: str, gate: RedisGate, monkeypatch: pytest.MonkeyPatch) -> None:
    work = await in_thread(begin)(engine, "de")

    async with socket(work.id, key) as stream:
        await stream.message()
        await nudge_until_heard()
        await gate.shut()
        await gate.open()
        await asyncio.wait_for(gate.connected.wait(), SECONDS)
        monkeypatch.setattr(feed, "LOOK_SECONDS", NEVER)
        await nudge_until_heard()
        await in_thread(work.complete)("de")
        assert (await stream.message())["seq"] == 5


async def test_listener_leaves_nothing_behind(engine: Engine, key: str, gate: RedisGate) -> None:
    work = await in_thread(begin)(engine, "de")

    for _ in range(3):
        async with socket(work.id, key) as stream:
            await stream.message()
            await nudge_until_heard()
            listening = set(feed.current_feed()._tasks)
        await asyncio.wait(listening, timeout=SECONDS)

    layer = get_channel_layer()._get_layer()
    assert (layer.channels, layer.groups) == ({}, {})


async def test_attempts_to_listen_without_redis_leave_nothing_behind(
    engine: Engine, key: str, gate: RedisGate, caplog: pytest.LogCaptureFixture
) -> None:
    await gate.shut()
    work = await in_thread(begin)(engine, "de")

    async with socket(work.id, key) as stream:
        await stream.message()
        async with asyncio.timeout(SECONDS):
            while caplog.text.count("nudges_interrupted") < 4:
                await asyncio.sleep(0)

        assert len(get_channel_layer()._get_layer().channels) <= 1


async def test_nudge_without_redis_neither_raises_nor_waits(
    gate: RedisGate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(nudges, "NUDGE_SECONDS", 0.05)
    await gate.shut()

    nudges.nudge()

    await asyncio.wait_for(asyncio.wrap_future(on_process_loop(nudges._send())), SECONDS)
    assert "nudge_lost" in caplog.text
