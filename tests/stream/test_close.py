"""What closes an open socket from the server's side, and what does not."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, InterfaceError

from engines.models import Engine
from localization import consumers, feed, subscribers
from organizations.models import ApiKey, Membership, Role
from organizations.permissions import Grants
from organizations.services import change_role_permissions, remove_member, revoke_key
from tests.factories import AUTHOR, NOW
from tests.stream.groups import begin, submit
from tests.stream.sockets import Socket, group_path, in_thread, socket, with_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def quick_recheck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RECHECK_SECONDS", 0.02)


def revoke(key: ApiKey) -> None:
    revoke_key(key=key, author=AUTHOR, now=NOW)


def expire(key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(expires_at=NOW)


def take_permission(key: ApiKey) -> None:
    change_role_permissions(role=Role.objects.get(name="Integration"), grants=Grants(), author=AUTHOR, now=NOW)


def end_membership(key: ApiKey) -> None:
    remove_member(membership=Membership.objects.get(user=key.user), author=AUTHOR, now=NOW)


@pytest.mark.parametrize("end", [revoke, expire, take_permission, end_membership])
async def test_socket_closes_when_its_key_may_no_longer_listen(
    engine: Engine, service_key: tuple[ApiKey, str], quick_recheck: None, end: Callable[[ApiKey], None]
) -> None:
    row, text = service_key
    work = await in_thread(submit)(engine, "de")

    async with socket(work.id, text) as stream:
        await stream.message()
        await in_thread(end)(row)

        assert await stream.close_code() == 1008


async def test_other_keys_stay_when_one_is_revoked(engine: Engine, service_key: tuple[ApiKey, str], quick_recheck: None, other_key: str) -> None:
    row, text = service_key
    work = await in_thread(begin)(engine, "de")

    async with socket(work.id, text) as revoked, socket(work.id, other_key) as stream:
        await revoked.message()
        await stream.message()
        await in_thread(revoke)(row)
        await revoked.close_code()
        await in_thread(work.complete)("de")
        messages, code = await stream.rest()

    assert ([message["type"] for message in messages], code) == (["job.completed", "group.completed"], 1000)


async def test_slow_reader_is_closed_and_never_shown_a_stale_end(engine: Engine, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribers, "BACKLOG", 2)
    locales = ["de", "fr", "es", "it", "pt", "nl"]
    work = await in_thread(begin)(engine, *locales)
    slow = Socket(group_path(work.id), with_key(key))
    slow.communicator._output_queue = asyncio.Queue(1)  # takes the next message only when the one before was read

    async with socket(work.id, key) as quick:
        await quick.message()
        await slow.connect()
        await slow.message()
        for locale in locales:
            await in_thread(work.complete)(locale)
            assert (await quick.message())["locale"] == locale
        messages, code = await slow.rest()
        await slow.leave()

    assert code == 1013
    assert [message["seq"] for message in messages] == [15, 17]  # the one that waited on the way, and the one being sent


@pytest.mark.parametrize("frame", [{"text": "hello"}, {"bytes": b"\x00"}, {"text": "x" * 2**21}, {"text": '{"type": "websocket.disconnect"}'}])
async def test_what_the_client_sends_is_ignored(engine: Engine, key: str, frame: dict[str, Any]) -> None:
    work = await in_thread(begin)(engine, "de")

    async with socket(work.id, key) as stream:
        await stream.message()
        for _ in range(20):
            await stream.communicator.send_input({"type": "websocket.receive", **frame})
        await in_thread(work.complete)("de")
        messages, code = await stream.rest()

    assert ([message["type"] for message in messages], code) == (["job.completed", "group.completed"], 1000)


@pytest.mark.parametrize("reading", ["read_handshake", "read_opening"])
@pytest.mark.parametrize("error", [DatabaseError, InterfaceError])
async def test_database_that_fails_while_a_socket_opens_closes_it(
    engine: Engine, key: str, monkeypatch: pytest.MonkeyPatch, reading: str, error: type[Exception]
) -> None:
    work = await in_thread(submit)(engine, "de")

    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr(consumers, reading, fail)
    async with socket(work.id, key) as stream:
        assert await stream.close_code() == 1011


async def test_database_that_fails_while_a_socket_is_open_costs_nothing_but_time(
    engine: Engine, key: str, quick_recheck: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = await in_thread(begin)(engine, "de")
    failed = asyncio.Semaphore(0)
    loop = asyncio.get_running_loop()

    def fail(_: object) -> None:
        loop.call_soon_threadsafe(failed.release)
        raise InterfaceError

    async with socket(work.id, key) as stream:
        await stream.message()
        with monkeypatch.context() as broken:
            broken.setattr(feed, "read_messages", fail)
            broken.setattr(feed, "find_refused", fail)
            await in_thread(work.complete)("de")
            for _ in range(6):
                await failed.acquire()
        messages, code = await stream.rest()

    assert ([message["type"] for message in messages], code) == (["job.completed", "group.completed"], 1000)


async def test_feed_that_falls_over_closes_its_sockets_and_starts_anew(
    engine: Engine, key: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    work = await in_thread(begin)(engine, "de")

    def fall_over(_: object) -> None:
        raise ZeroDivisionError

    async with socket(work.id, key) as stream:
        await stream.message()
        with monkeypatch.context() as broken:
            broken.setattr(feed, "read_messages", fall_over)
            assert await stream.close_code() == 1011
        async with socket(work.id, key) as again:
            await again.message()
            await in_thread(work.complete)("de")
            messages, code = await again.rest()

    assert ([message["type"] for message in messages], code) == (["job.completed", "group.completed"], 1000)
    assert "feed_fell_over" in caplog.text
