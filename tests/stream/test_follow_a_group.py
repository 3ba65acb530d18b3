"""A socket that is open while its group runs (contract §4)."""

import pytest

from engines.models import Engine
from tests.stream.groups import begin, submit
from tests.stream.sockets import in_thread, socket

pytestmark = pytest.mark.django_db(transaction=True)


async def test_socket_starts_with_the_state_and_its_number(engine: Engine, key: str) -> None:
    work = await in_thread(submit)(engine, "de", "fr")

    async with socket(work.id, key) as stream:
        assert await stream.message() == {"type": "snapshot", "seq": 1, "snapshot": work.state(de="queued", fr="queued")}


async def test_completed_job_is_told_with_the_whole_state(engine: Engine, key: str) -> None:
    work = await in_thread(begin)(engine, "de", "fr")

    async with socket(work.id, key) as stream:
        await stream.message()
        await in_thread(work.complete)("fr")

        # 6 was the step's own event.
        assert await stream.message() == {
            "type": "job.completed",
            "seq": 7,
            "jobId": work.jobs["fr"],
            "locale": "fr",
            "snapshot": work.state((1, 0, 0), fr="completed"),
        }


async def test_failed_job_is_told_with_its_error(engine: Engine, key: str) -> None:
    work = await in_thread(begin)(engine, "de", "fr")

    async with socket(work.id, key) as stream:
        await stream.message()
        await in_thread(work.fail)("de", "No model answered.")

        assert await stream.message() == {
            "type": "job.failed",
            "seq": 7,
            "jobId": work.jobs["de"],
            "locale": "de",
            "error": "No model answered.",
            "snapshot": work.state((0, 0, 1), de="failed"),
        }


async def test_job_with_warnings_is_told_as_completed(engine: Engine, key: str) -> None:
    work = await in_thread(begin)(engine, "de", "fr", pipeline={"rephrase": {"enabled": True}})
    await in_thread(work.complete)("de")
    await in_thread(work.start)()

    async with socket(work.id, key) as stream:
        await stream.message()
        await in_thread(work.fail)("de", "No model answered.")

        message = await stream.message()
    assert (message["type"], message["snapshot"]) == ("job.completed", work.state((0, 1, 0), de="completed_with_warnings"))


@pytest.mark.parametrize(("failing", "status"), [((), "completed"), (("fr",), "partial"), (("de", "fr"), "failed")])
async def test_last_job_is_followed_by_the_end_of_the_group_and_of_the_stream(
    engine: Engine, key: str, failing: tuple[str, ...], status: str
) -> None:
    work = await in_thread(begin)(engine, "de", "fr")
    ends = {locale: "failed" if locale in failing else "completed" for locale in ("de", "fr")}
    final = work.state((2 - len(failing), 0, len(failing)), **ends)

    async with socket(work.id, key) as stream:
        await stream.message()
        for locale in ("de", "fr"):
            await in_thread(work.fail)(locale, "No.") if locale in failing else await in_thread(work.complete)(locale)
        messages, code = await stream.rest()

    assert [(message["type"], message["seq"]) for message in messages] == [
        (f"job.{ends['de']}", 7),
        (f"job.{ends['fr']}", 9),
        ("group.completed", 10),
    ]
    assert messages[-1] == {"type": "group.completed", "seq": 10, "groupId": work.id, "status": status, "snapshot": final}
    assert code == 1000


async def test_finished_group_says_so_at_once(engine: Engine, key: str) -> None:
    work = await in_thread(begin)(engine, "de")
    await in_thread(work.complete)("de")
    final = work.state((1, 0, 0), de="completed")

    async with socket(work.id, key) as stream:
        messages, code = await stream.rest()

    assert messages == [
        {"type": "snapshot", "seq": 5, "snapshot": final},
        {"type": "group.completed", "seq": 6, "groupId": work.id, "status": "completed", "snapshot": final},
    ]
    assert code == 1000


async def test_steps_are_told_to_those_who_ask(engine: Engine, key: str) -> None:
    work = await in_thread(submit)(engine, "de")

    async with socket(work.id, key) as plain, socket(work.id, key, "?steps=1") as detailed:
        await plain.message()
        await detailed.message()
        await in_thread(work.start)()
        await in_thread(work.complete)("de")
        told, _ = await plain.rest()
        told_in_detail, _ = await detailed.rest()

    assert [(message["type"], message["seq"]) for message in told] == [("job.completed", 5), ("group.completed", 6)]
    assert [(message["type"], message["seq"], message.get("stepId")) for message in told_in_detail] == [
        ("job.started", 2, None),
        ("step.started", 3, "localize"),
        ("step.completed", 4, "localize"),
        ("job.completed", 5, None),
        ("group.completed", 6, None),
    ]


async def test_sockets_of_other_groups_hear_nothing(engine: Engine, key: str) -> None:
    other = await in_thread(begin)(engine, "de")
    work = await in_thread(begin)(engine, "de")

    async with socket(work.id, key) as stream, socket(other.id, key) as elsewhere:
        await stream.message()
        await elsewhere.message()
        await in_thread(work.complete)("de")
        await stream.rest()
        await in_thread(other.fail)("de", "No.")
        messages, _ = await elsewhere.rest()

    assert [(message["type"], message["snapshot"]["groupId"]) for message in messages] == [("job.failed", other.id), ("group.completed", other.id)]
