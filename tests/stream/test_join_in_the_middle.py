"""What happens while a socket opens is neither lost nor doubled: the rival's move is made in the middle of the opening."""

import threading
from collections.abc import Callable

import pytest

from engines.models import Engine
from localization import consumers
from localization.handshake import Handshake
from localization.opening import Opening, read_opening
from tests.stream.groups import begin
from tests.stream.sockets import SECONDS, in_thread, socket

pytestmark = pytest.mark.django_db(transaction=True)

Move = Callable[[], object]


def nothing() -> None:
    return


def interrupt_opening(monkeypatch: pytest.MonkeyPatch, *, before: Move = nothing, after: Move = nothing) -> None:
    """Makes the moves in the middle of the next opening: after the socket has joined, before or after its state is read."""

    def interrupted(handshake: Handshake) -> Opening:
        monkeypatch.setattr(consumers, "read_opening", read_opening)
        before()
        opening = read_opening(handshake)
        after()
        return opening

    monkeypatch.setattr(consumers, "read_opening", interrupted)


async def test_event_before_the_state_is_read_is_part_of_the_state_and_not_told_again(
    engine: Engine, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = await in_thread(begin)(engine, "de", "fr")
    interrupt_opening(monkeypatch, before=lambda: work.complete("de"))

    async with socket(work.id, key) as stream:
        first = await stream.message()
        await in_thread(work.complete)("fr")
        messages, _ = await stream.rest()

    assert first == {"type": "snapshot", "seq": 7, "snapshot": work.state((1, 0, 0), de="completed")}
    assert [message["seq"] for message in messages] == [9, 10]


async def test_event_after_the_state_was_read_is_told(engine: Engine, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    work = await in_thread(begin)(engine, "de", "fr")
    interrupt_opening(monkeypatch, after=lambda: work.complete("de"))

    async with socket(work.id, key) as stream:
        first, second = await stream.messages(2)

    assert first == {"type": "snapshot", "seq": 5, "snapshot": work.state()}
    assert (second["type"], second["seq"], second["locale"]) == ("job.completed", 7, "de")


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_event_that_the_feed_hands_out_during_the_opening_is_told_once(
    engine: Engine, key: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    work = await in_thread(begin)(engine, "de", "fr")
    handed_out = threading.Event()

    def complete_and_wait() -> None:
        work.complete("de")
        assert handed_out.wait(SECONDS)

    async with socket(work.id, key) as earlier:
        await earlier.message()
        interrupt_opening(monkeypatch, **{moment: complete_and_wait})
        async with socket(work.id, key) as stream:
            await earlier.message()
            handed_out.set()
            first = await stream.message()
            await in_thread(work.complete)("fr")
            messages, _ = await stream.rest()

    assert [first["seq"], *(message["seq"] for message in messages)] == {"before": [7, 9, 10], "after": [5, 7, 9, 10]}[moment]


async def test_end_of_the_group_during_the_opening_ends_the_stream(engine: Engine, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    work = await in_thread(begin)(engine, "de")
    interrupt_opening(monkeypatch, after=lambda: work.complete("de"))

    async with socket(work.id, key) as stream:
        messages, code = await stream.rest()

    assert [message["type"] for message in messages] == ["snapshot", "job.completed", "group.completed"]
    assert code == 1000


async def test_group_that_vanishes_during_the_opening_closes_the_stream(engine: Engine, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    work = await in_thread(begin)(engine, "de")
    interrupt_opening(monkeypatch, before=lambda: work.group.delete())

    async with socket(work.id, key) as stream:
        assert await stream.close_code() == 1008
