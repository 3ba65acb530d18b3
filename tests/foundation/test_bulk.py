"""Many conditional updates in one statement, for every type of column the work rows have."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from foundation.bulk import update_rows
from localization.models import Job, JobGroup, Step
from organizations.models import Organization
from tests.factories import NOW
from tests.localization.steps import jobs_of, make_group


@pytest.fixture
def group(organization: Organization) -> JobGroup:
    return make_group(organization, "de", "fr", "it")


@pytest.fixture
def keys(group: JobGroup) -> list[int]:
    """The ids of three steps."""
    return list(Step.objects.filter(group_id=group.id).order_by("id").values_list("id", flat=True))


def update(rows: list[tuple[Any, ...]], *columns: str, **options: Any) -> set[int]:
    return update_rows(Step, columns=("id", *columns), rows=rows, **{"match": ("id",), "only": {}, "constants": {}, **options})


def stored(*columns: str) -> list[tuple[Any, ...]]:
    return list(Step.objects.order_by("id").values_list(*columns))


def test_each_row_gets_its_own_values_in_one_statement(keys: list[int], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        moved = update([(keys[0], "a", 1), (keys[2], "c", 3)], "error", "attempts")

    assert moved == {keys[0], keys[2]}
    assert stored("error", "attempts") == [("a", 1), ("", 0), ("c", 3)]


def test_only_rows_that_match_move(keys: list[int]) -> None:
    Step.objects.filter(pk=keys[1]).update(fence=8)

    assert update([(key, 0, "x") for key in keys], "fence", "error", match=("id", "fence")) == {keys[0], keys[2]}
    assert stored("error") == [("x",), ("",), ("x",)]


def test_only_rows_in_one_of_the_states_move(keys: list[int]) -> None:
    Step.objects.filter(pk=keys[0]).update(status="running")
    Step.objects.filter(pk=keys[1]).update(status="waiting")

    moved = update([(key,) for key in keys], only={"status": ["running", "waiting"]}, constants={"status": "ready", "run_after": NOW})

    assert moved == {keys[0], keys[1]}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("output", [None, None, None]),
        ("output", [None, '{"a":"ü %s %% \\" \' ; --"}', ""]),
        ("cost_usd", [None, None, None]),
        ("cost_usd", [Decimal("0.000001"), None, Decimal("123456.654321")]),
        ("due_at", [None, None, None]),
        ("due_at", [None, NOW + timedelta(microseconds=1), datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)]),
        ("input_tokens", [0, 2_147_483_647, 1]),
    ],
)
def test_values_come_back_as_they_were_given(keys: list[int], column: str, values: list[Any]) -> None:
    update(list(zip(keys, values, strict=True)), column)

    assert [row[0] for row in stored(column)] == values


@pytest.mark.usefixtures("keys")
def test_null_replaces_a_value() -> None:
    [first, *_] = stored("id")
    Step.objects.update(output="x", cost_usd=Decimal(1), due_at=NOW)

    update([(*first, None, None, None)], "output", "cost_usd", "due_at")

    assert stored("output", "cost_usd", "due_at")[:2] == [(None, None, None), ("x", Decimal(1), NOW)]


def test_a_time_of_another_zone_is_the_same_moment(keys: list[int]) -> None:
    update([(keys[0], NOW.astimezone(timezone(timedelta(hours=-7))))], "due_at")

    assert stored("due_at")[0] == (NOW,)


@pytest.mark.parametrize("values", [[[], [], []], [["a", 'say "hi" %s', "ü\u2028"], [], ["x"]], [[{"b": 1, "a": [None, True, 1.5]}], [[]], []]])
def test_json_columns_take_json(group: JobGroup, values: list[Any]) -> None:
    jobs = jobs_of(group)
    rows = [(job.id, value) for job, value in zip(jobs, values, strict=True)]

    update_rows(Job, columns=("id", "warnings"), rows=rows, match=("id",), only={}, constants={})

    assert [job.warnings for job in jobs_of(group)] == values


def test_added_columns_are_summed_and_the_others_stored(keys: list[int]) -> None:
    Step.objects.filter(pk=keys[0]).update(input_tokens=100, output_tokens=40, attempts=5)

    update([(keys[0], 7, -40, 1), (keys[1], 2, 0, 1)], "input_tokens", "output_tokens", "attempts", add=("input_tokens", "output_tokens"))

    assert stored("input_tokens", "output_tokens", "attempts") == [(107, 0, 1), (2, 0, 1), (0, 0, 0)]


def test_constants_are_stored_in_every_row_that_moves(keys: list[int]) -> None:
    update([(keys[0], "x"), (keys[1], "y")], "error", constants={"lease_until": NOW, "status": "running", "output": None, "detail": "{}"})

    assert stored("error", "lease_until", "status") == [("x", NOW, "running"), ("y", NOW, "running"), ("", None, "ready")]


def test_without_rows_nothing_is_asked(db: None, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert update([], "error") == set()


def test_unknown_rows_do_not_come_back(keys: list[int]) -> None:
    assert update([(0, "x"), (keys[0], "y")], "error") == {keys[0]}


def test_hundreds_of_rows_are_one_statement(keys: list[int], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert update(
            [(number, "x", None, NOW, Decimal("0.5")) for number in range(keys[0], keys[0] + 2000)], "error", "output", "due_at", "cost_usd"
        ) >= set(keys)
