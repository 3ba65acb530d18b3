"""What the ends of jobs do to their group: counters, statuses, numbered events. And two processes that settle jobs of the same groups."""

from collections.abc import Callable, Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engines.pipeline_config import StageId
from localization.models import Event, Job, JobGroup
from localization.outcomes import ClaimedStep, Outcome
from organizations.models import Organization
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import HOOK, LATER, completed, events_of, failed, group_state, jobs_of, make_group, settle, start
from tests.rivals import together

only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
ENDS = {"c": [completed], "w": [completed, failed], "f": [failed]}


def finish(organization: Organization, ends: str) -> JobGroup:
    """A group whose jobs end completed (c), completed with warnings (w), failed (f), each step in a transaction of its own."""
    group = make_group(organization, *(f"de-x-{number:03}" for number in range(len(ends))), stages=[StageId.REPHRASE])
    plays = {job.id: list(ENDS[end]) for job, end in zip(jobs_of(group), ends, strict=True)}
    while steps := start():
        for step in steps:
            settle((plays[step.job_id] or [completed]).pop(0)(step))
            assert_consistent(group.id)
    return group


@pytest.mark.parametrize(
    ("ends", "status", "counts"),
    [
        ("c", "completed", (1, 0, 0)),
        ("w", "completed", (0, 1, 0)),
        ("f", "failed", (0, 0, 1)),
        ("ccc", "completed", (3, 0, 0)),
        ("cwc", "completed", (2, 1, 0)),
        ("cf", "partial", (1, 0, 1)),
        ("wf", "partial", (0, 1, 1)),
        ("cwf", "partial", (1, 1, 1)),
        ("fff", "failed", (0, 0, 3)),
    ],
)
def test_group_ends_as_its_jobs_ended(organization: Organization, ends: str, status: str, counts: tuple[int, int, int]) -> None:
    group = finish(organization, ends)

    assert group_state(group.id) == {
        "status": status,
        "completed_jobs": counts[0],
        "completed_with_warnings_jobs": counts[1],
        "failed_jobs": counts[2],
        "cancelled_at": None,
        "completed_at": NOW,
    }
    assert events_of(group.id)[-1][1:] == ("group.completed", "", "", status)


@pytest.mark.parametrize("make", [completed, failed])
def test_group_is_processing_until_its_last_job_ends(organization: Organization, make: Callable[[ClaimedStep], Outcome]) -> None:
    group = make_group(organization, "de", "fr")
    first, last = start()

    settle(make(first))
    assert (group_state(group.id)["status"], group_state(group.id)["completed_at"]) == ("processing", None)
    settle(completed(last), now=LATER)
    assert group_state(group.id)["completed_at"] == LATER


def test_last_two_jobs_in_one_transaction_end_their_group_once(organization: Organization) -> None:
    group = make_group(organization, "de", "fr")

    settle(*map(completed, start()))

    assert [event[1:3] for event in events_of(group.id, after=5)] == [
        ("step.completed", "de"),
        ("step.completed", "fr"),
        ("job.completed", "de"),
        ("job.completed", "fr"),
        ("group.completed", ""),
    ]
    assert_consistent(group.id)


def test_events_tell_a_failure_in_its_words(organization: Organization) -> None:
    make_group(organization)

    settle(failed(start()[0], "No model answered."))

    events = Event.objects.filter(type__in=["step.failed", "job.failed"]).order_by("seq")
    assert list(events.values_list("type", "error")) == [("step.failed", "No model answered."), ("job.failed", "No model answered.")]


def test_groups_settled_together_count_apart(organization: Organization) -> None:
    groups = [make_group(organization, "de", "fr"), make_group(organization, "it")]
    first, second, third = start()

    settle(completed(third), failed(second), completed(first))

    assert [group_state(group.id)["status"] for group in groups] == ["partial", "completed"]
    for group in groups:
        assert_consistent(group.id)


def test_target_equal_to_the_source_ends_at_submission(organization: Organization) -> None:
    group = make_group(organization, "de", "en", callback_url=HOOK)

    assert group_state(group.id)["status"] == "processing"
    settle(completed(start()[0]))
    assert (group_state(group.id)["status"], group_state(group.id)["completed_jobs"]) == ("completed", 2)
    assert_consistent(group.id)


def test_steps_are_written_before_their_groups_are_locked(organization: Organization) -> None:
    groups = [make_group(organization) for _ in range(3)]
    outcomes = [completed(step) for step in reversed(start())]

    with CaptureQueriesContext(connection) as queries:
        settle(*outcomes)

    statements = [query["sql"] for query in queries]
    locking = next(number for number, text in enumerate(statements) if 'FROM "localization_jobgroup"' in text and text.startswith("SELECT"))
    assert any('UPDATE "localization_step"' in text for text in statements[:locking])
    assert not any('UPDATE "localization_step"' in text for text in statements[locking:])
    assert 'ORDER BY "localization_jobgroup"."id" ASC' in statements[locking]
    assert ("FOR UPDATE" in statements[locking]) == (connection.vendor == "postgresql")
    assert all(group.id in statements[locking] for group in groups)


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_processes_settle_jobs_of_the_same_groups_without_waiting_for_each_other_forever(organization: Organization) -> None:
    groups = [make_group(organization, *(f"de-x-{number:03}" for number in range(16))) for _ in range(2)]
    steps = start()

    def settle_some(mine: list[ClaimedStep]) -> int:
        return sum(len(settle(*map(completed, mine[place : place + 4]))) for place in range(0, len(mine), 4))

    # Each holds jobs of both groups, and each transaction touches both, in opposite orders.
    ours = [step for pair in zip(steps[:8], steps[16:24], strict=True) for step in pair]
    theirs = [step for pair in zip(steps[24:], steps[8:16], strict=True) for step in pair]
    assert together(lambda: settle_some(ours), lambda: settle_some(theirs)) == [16, 16]

    for group in groups:
        assert group_state(group.id)["status"] == "completed"
        assert_consistent(group.id)


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_numbers_of_events_are_in_the_order_of_commits(organization: Organization) -> None:
    group = make_group(organization, *(f"de-x-{number:03}" for number in range(24)))
    steps = start()
    seen: list[list[int]] = []

    def settle_and_look(mine: Sequence[ClaimedStep]) -> None:
        for step in mine:
            settle(completed(step))
            seen.append(list(Event.objects.filter(group=group).order_by("seq").values_list("seq", flat=True)))

    together(lambda: settle_and_look(steps[:12]), lambda: settle_and_look(steps[12:]))

    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in seen)
    assert Job.objects.filter(status="completed").count() == 24
    assert_consistent(group.id)
