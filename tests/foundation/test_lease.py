"""Claiming work rows: fair over organizations, bounded, under a lease and a fence. Shown with deliveries, the plainest of the work rows."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction

from foundation.lease import claim, renew
from tests.factories import NOW
from tests.rivals import as_rival
from webhooks.models import Delivery

LEASE = timedelta(seconds=30)
BUSY, OTHER, NEWCOMER = "org_busy", "org_other", "org_newcomer"

_numbers = count(1)
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


def queue(organization_id: str, number: int = 1, *, at: datetime = NOW, **members: Any) -> list[str]:
    """Ready rows, due at `at`, in the order of their ids."""
    rows = [
        Delivery(id=f"dlv_{next(_numbers):06}", organization_id=organization_id, run_after=at, created_at=at, body="{}", **members)
        for _ in range(number)
    ]
    return [row.id for row in Delivery.objects.bulk_create(rows)]


def take(limit: int, *, cap: int = 1000, now: datetime = NOW, suspects: bool = False) -> list[str]:
    with transaction.atomic():
        return claim(Delivery, limit=limit, per_organization=cap, now=now, lease=LEASE, suspects=suspects)


def owners(keys: Sequence[str]) -> Counter[str]:
    return Counter(Delivery.objects.filter(id__in=keys).values_list("organization_id", flat=True))


def state(key: str) -> dict[str, Any]:
    return Delivery.objects.values("status", "attempts", "crashes", "fence", "lease_until").get(pk=key)


@pytest.mark.django_db
def test_claim_makes_a_row_running_under_a_lease_and_a_new_fence() -> None:
    [key] = queue(BUSY, fence=4, attempts=2)

    assert take(1) == [key]
    assert state(key) == {"status": "running", "attempts": 3, "crashes": 0, "fence": 5, "lease_until": NOW + LEASE}


@pytest.mark.django_db
def test_claimed_row_is_not_claimed_again() -> None:
    queue(BUSY, 3)

    assert len(take(2)) == 2
    assert len(take(2)) == 1
    assert take(2) == []


@pytest.mark.django_db
def test_newcomer_is_first_however_long_the_queue_of_another() -> None:
    queue(BUSY, 5000)
    take(1)
    newcomer = queue(NEWCOMER, at=NOW + timedelta(seconds=1))

    assert take(1, now=NOW + timedelta(seconds=2)) == newcomer


@pytest.mark.django_db
def test_organizations_take_turns() -> None:
    queue(BUSY, 3000)
    queue(OTHER, 3)
    queue(NEWCOMER, 200)

    assert owners(take(30)) == {BUSY: 14, OTHER: 3, NEWCOMER: 13}


@pytest.mark.django_db
def test_what_runs_counts_as_turns_taken() -> None:
    queue(BUSY, 100)
    take(10)
    queue(OTHER, 100)

    assert owners(take(20)) == {BUSY: 5, OTHER: 15}


@pytest.mark.django_db
def test_an_organization_runs_no_more_than_its_cap() -> None:
    queue(BUSY, 50)
    queue(OTHER, 4)

    assert owners(take(30, cap=6)) == {BUSY: 6, OTHER: 4}
    assert take(30, cap=6) == []
    assert owners(take(30, cap=7)) == {BUSY: 1}


@pytest.mark.django_db
def test_no_row_is_claimed_before_its_time() -> None:
    late = queue(BUSY, at=NOW + timedelta(seconds=1))
    due = queue(BUSY)

    assert take(10) == due
    assert take(10, now=NOW + timedelta(seconds=1)) == late


@pytest.mark.django_db
def test_oldest_due_rows_of_an_organization_are_first() -> None:
    newer = queue(BUSY, 2, at=NOW - timedelta(seconds=1))
    older = queue(BUSY, 2, at=NOW - timedelta(seconds=9))

    assert set(take(3)) == {*older, newer[0]}


@pytest.mark.django_db
def test_rows_that_saw_three_deaths_are_claimed_apart() -> None:
    plain, hurt, suspect = queue(BUSY), queue(BUSY, crashes=2), queue(BUSY, crashes=3)

    assert set(take(10)) == {*plain, *hurt}
    assert take(10, suspects=True) == suspect


def expected_claim(*, limit: int, cap: int, suspects: bool) -> list[str]:
    """The rule in plain words: turn by turn over organizations, what runs counted, each row by (run_after, id)."""
    running = Counter(Delivery.objects.filter(status="running").values_list("organization_id", flat=True))
    turns: list[tuple[int, str]] = []
    for row in Delivery.objects.filter(status="ready", run_after__lte=NOW).order_by("run_after", "id"):
        if (row.crashes >= 3) == suspects:
            running[row.organization_id] += 1
            turns.append((running[row.organization_id], row.id))
    return [key for turn, key in sorted(turns) if turn <= cap][:limit]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(25))
def test_any_queue_is_claimed_by_the_rule(seed: int) -> None:
    random = Random(seed)
    for organization in ("org_a", "org_b", "org_c", "org_d"):
        for _ in range(random.randrange(12)):
            status = random.choice(["ready", "ready", "ready", "running", "completed"])
            queue(organization, at=NOW + timedelta(seconds=random.randrange(-5, 3)), status=status, crashes=random.choice([0, 0, 1, 3]))
    limit, cap, suspects = random.randrange(1, 25), random.randrange(1, 12), random.random() < 0.3
    expected = expected_claim(limit=limit, cap=cap, suspects=suspects)

    assert set(take(limit, cap=cap, suspects=suspects)) == set(expected)
    assert len(expected) <= limit


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_claimers_at_once_get_different_rows() -> None:
    queue(BUSY, 3000)
    queue(OTHER, 40)

    with transaction.atomic():
        ours = claim(Delivery, limit=30, per_organization=1000, now=NOW, lease=LEASE)
        theirs = as_rival(lambda: take(30))  # while ours is not committed

    assert len(ours) == len(theirs) == 30
    assert set(ours).isdisjoint(theirs)
    assert owners(ours) == owners(theirs) == {BUSY: 15, OTHER: 15}


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_newcomer_is_first_also_while_rivals_hold_the_head_of_the_queue() -> None:
    queue(BUSY, 3000)
    with transaction.atomic():
        claim(Delivery, limit=100, per_organization=1000, now=NOW, lease=LEASE)
        newcomers = as_rival(lambda: queue(NEWCOMER, 2))
        theirs = as_rival(lambda: take(50))

    assert set(newcomers) <= set(theirs)


@pytest.mark.django_db
def test_renewing_extends_what_is_held_and_tells_what_is_not() -> None:
    held, taken_over, ended = queue(BUSY, 3)
    take(3)
    Delivery.objects.filter(pk=taken_over).update(fence=2)
    Delivery.objects.filter(pk=ended).update(status="completed")
    later = NOW + timedelta(seconds=20)

    kept = renew(Delivery, [(held, 1), (taken_over, 1), (ended, 1)], now=later, lease=LEASE)

    assert kept == {held}
    assert state(held)["lease_until"] == later + LEASE
    assert {state(key)["lease_until"] for key in (taken_over, ended)} == {NOW + LEASE}


@pytest.mark.django_db
def test_renewing_nothing_asks_nothing() -> None:
    assert renew(Delivery, [], now=NOW, lease=LEASE) == set()
