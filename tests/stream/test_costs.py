"""What open sockets cost: queries by the look, not by the socket, and nothing once they have gone."""

import asyncio
import threading

import pytest
from pytest_django import DjangoAssertNumQueries

from engines.models import Engine
from localization import consumers, feed, stream_queries
from localization.handshake import Handshake
from localization.opening import Opening, read_opening
from localization.stream_queries import find_refused, read_messages
from localization.subscribers import Subscriber
from organizations.access import Actor
from organizations.models import ApiKey
from tests.stream.groups import begin, submit
from tests.stream.sockets import SECONDS, Socket, group_path, in_thread, socket, with_key

pytestmark = pytest.mark.django_db(transaction=True)


def test_look_where_nothing_is_new_is_one_query_for_any_number_of_groups(engine: Engine, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    positions = {submit(engine, "de").id: 1 for _ in range(50)}

    with django_assert_num_queries(1):
        assert read_messages(positions) == {}


def test_look_where_something_is_new_is_three_queries(engine: Engine, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    positions = {submit(engine, "de", "fr").id: 1 for _ in range(10)}
    started = begin(engine, "de")

    with django_assert_num_queries(3):
        found = read_messages({**positions, started.id: 2})

    assert {group_id: [message.seq for message in messages] for group_id, messages in found.items()} == {
        **{group_id: [2, 3, 4, 5] for group_id in positions},
        started.id: [3],
    }


def test_events_of_more_groups_than_one_query_takes_are_all_found(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_queries, "GROUPS_AT_ONCE", 2)
    positions = {submit(engine, "de").id: 2 for _ in range(5)}
    begin(engine, "de")

    found = read_messages(positions)

    assert {group_id: [message.seq for message in messages] for group_id, messages in found.items()} == {group_id: [3] for group_id in positions}


def test_recheck_is_two_queries_for_all_sockets_of_a_key(
    engine: Engine, service_key: tuple[ApiKey, str], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    row, _ = service_key
    actor = Actor(user=row.user, organization=row.organization, key=row)
    groups = [submit(engine, "de").id for _ in range(10)]
    sockets = [Subscriber(group_id, actor, wants_steps=False) for group_id in groups for _ in range(10)]

    with django_assert_num_queries(2):
        assert find_refused(sockets) == []


async def test_idle_sockets_look_once_for_all_of_them(engine: Engine, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def counted(positions: dict[str, int]) -> object:
        looks.append(len(positions))
        if len(looks) == 5:
            loop.call_soon_threadsafe(enough.set)
        return read_messages(positions)

    works = [await in_thread(submit)(engine, "de") for _ in range(3)]
    connections = [Socket(group_path(work.id), with_key(key)) for work in works for _ in range(10)]
    for connection in connections:
        assert await connection.connect()
        await connection.message()
    monkeypatch.setattr(feed, "read_messages", counted)
    await asyncio.wait_for(enough.wait(), SECONDS)
    running = len(feed.current_feed()._tasks)
    for connection in connections:
        await connection.leave()

    assert looks[:5] == [3] * 5
    assert running == 2  # one looks, one rechecks


async def leave_no_task(before: set["asyncio.Task[object]"]) -> None:
    left = asyncio.all_tasks() - before
    if left:
        _, left = await asyncio.wait(left, timeout=SECONDS)
    assert not left
    assert feed.current_feed().everybody() == []
    assert not feed.current_feed()._read


async def test_socket_that_leaves_leaves_no_task(engine: Engine, key: str) -> None:
    work = await in_thread(begin)(engine, "de")
    before = asyncio.all_tasks()

    async with socket(work.id, key) as stream, socket(work.id, key):
        await stream.message()

    await leave_no_task(before)


async def test_stream_that_ended_leaves_no_task(engine: Engine, key: str) -> None:
    work = await in_thread(begin)(engine, "de")
    before = asyncio.all_tasks()

    async with socket(work.id, key) as stream:
        await stream.message()
        await in_thread(work.complete)("de")
        await stream.rest()

    await leave_no_task(before)


@pytest.mark.parametrize("how", ["the client leaves", "the server cancels"])
async def test_socket_that_goes_away_before_its_snapshot_leaves_no_task(engine: Engine, key: str, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    work = await in_thread(begin)(engine, "de")
    before = asyncio.all_tasks()
    gone = threading.Event()

    def interrupted(handshake: Handshake) -> Opening:
        assert gone.wait(SECONDS)
        return read_opening(handshake)

    monkeypatch.setattr(consumers, "read_opening", interrupted)
    stream = Socket(group_path(work.id), with_key(key))
    assert await stream.connect()
    if how == "the client leaves":
        await stream.communicator.send_input({"type": "websocket.disconnect", "code": 1006})
    else:
        stream.communicator.stop()
    gone.set()
    await stream.communicator.wait(timeout=SECONDS)

    await leave_no_task(before)
