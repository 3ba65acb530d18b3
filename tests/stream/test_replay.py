"""`?after=seq`: a client that comes back gets what it missed, one by one, and then what is new."""

import pytest

from engines.models import Engine
from tests.stream.groups import Work, begin
from tests.stream.sockets import group_path, in_thread, is_accepted, socket, with_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(engine: Engine, transactional_db: None) -> Work:
    """Three jobs: `de` completed with seq 9, `fr` failed with seq 11, `es` running."""
    work = begin(engine, "de", "fr", "es")
    work.complete("de")
    work.fail("fr", "No.")
    return work


async def test_missed_events_come_one_by_one_with_the_state_of_now_and_then_what_is_new(work: Work, key: str) -> None:
    state = work.state((1, 0, 1), de="completed", fr="failed")

    async with socket(work.id, key, "?after=0") as stream:
        replayed = await stream.messages(3)
        await in_thread(work.complete)("es")
        live, code = await stream.rest()

    assert replayed == [
        {"type": "snapshot", "seq": 0, "snapshot": state},
        {"type": "job.completed", "seq": 9, "jobId": work.jobs["de"], "locale": "de", "snapshot": state},
        {"type": "job.failed", "seq": 11, "jobId": work.jobs["fr"], "locale": "fr", "error": "No.", "snapshot": state},
    ]
    assert [(message["type"], message["seq"]) for message in live] == [("job.completed", 13), ("group.completed", 14)]
    assert code == 1000


async def test_replay_begins_after_the_number_that_was_named(work: Work, key: str) -> None:
    async with socket(work.id, key, "?after=9") as stream:
        messages = await stream.messages(2)

    assert [(message["type"], message["seq"]) for message in messages] == [("snapshot", 9), ("job.failed", 11)]


async def test_steps_are_replayed_to_those_who_ask(work: Work, key: str) -> None:
    async with socket(work.id, key, "?after=0&steps=1") as stream:
        messages = await stream.messages(11)

    assert [message["seq"] for message in messages] == [0, *range(2, 12)]
    assert [message["type"] for message in messages] == [
        "snapshot",
        *["job.started", "step.started"] * 3,
        "step.completed",
        "job.completed",
        "step.failed",
        "job.failed",
    ]


async def test_finished_group_is_replayed_to_its_end(work: Work, key: str) -> None:
    await in_thread(work.complete)("es")

    async with socket(work.id, key, "?after=10") as stream:
        messages, code = await stream.rest()

    assert [message["seq"] for message in messages] == [10, 11, 13, 14]
    assert code == 1000


@pytest.mark.parametrize("after", ["14", "999999999"])
async def test_finished_group_says_so_to_those_who_know_all_of_it(work: Work, key: str, after: str) -> None:
    await in_thread(work.complete)("es")

    async with socket(work.id, key, f"?after={after}") as stream:
        messages, code = await stream.rest()

    assert [(message["type"], message["seq"]) for message in messages] == [("snapshot", 13), ("group.completed", 14)]
    assert code == 1000


async def test_number_from_the_future_is_taken_as_now(work: Work, key: str) -> None:
    async with socket(work.id, key, "?after=5000") as stream:
        first = await stream.message()
        await in_thread(work.complete)("es")
        live, _ = await stream.rest()

    assert [message["seq"] for message in (first, *live)] == [11, 13, 14]


async def test_malformed_numbers_are_refused(work: Work, key: str) -> None:
    malformed = ["", "-1", "+1", "1.0", "1e3", "abc", "%20", "1%00", "%D9%A1", "9" * 10, "1&after=2"]

    accepted = [after for after in malformed if await is_accepted(group_path(work.id, f"?after={after}"), with_key(key))]

    assert accepted == []
