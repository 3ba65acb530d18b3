"""The life of a delivery: each arrow moves, and refuses where it must."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError
from pytest_django import DjangoAssertNumQueries

from foundation.lease import renew
from organizations.models import Organization
from tests.factories import NOW, make_organization
from tests.webhooks.rows import BODY, LEASE, URL, claim_due, make_failed, make_ready, make_running, new_delivery, sent, state
from webhooks.errors import TransitionRefused
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.schedule import DELAYS
from webhooks.transitions import expire_leases, insert_deliveries, release, replay, replay_failed_since, settle

LATER = NOW + timedelta(minutes=1)
READY = {"status": "ready", "run_after": NOW, "attempts": 0, "crashes": 0, "fence": 0, "lease_until": None, "completed_at": None}
RUNNING = {**READY, "status": "running", "attempts": 1, "fence": 1, "lease_until": NOW + LEASE}
COMPLETED = {**RUNNING, "status": "completed", "run_after": LATER, "lease_until": None, "completed_at": LATER}
FAILED = {**COMPLETED, "status": "failed"}


def log_of(delivery_id: str) -> list[dict[str, object]]:
    return list(Attempt.objects.filter(delivery_id=delivery_id).values("number", "at", "url", "duration_ms", "status_code", "error", "answer"))


def test_first_deliveries_are_inserted_as_claimed_and_the_others_ready(organization: Organization) -> None:
    rows = [new_delivery(organization, event_id=f"ljb_{number}") for number in range(3)]

    inserted = insert_deliveries(rows, now=NOW, claimed=2, lease=LEASE)

    assert [row.event_id for row in inserted] == ["ljb_0", "ljb_1", "ljb_2"]
    assert [state(row.pk) for row in inserted] == [RUNNING, RUNNING, READY]
    assert [outgoing.event_id for outgoing in claim_due()] == ["ljb_2"]


def test_inserting_many_is_one_statement(organization: Organization, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        insert_deliveries([new_delivery(organization)] * 50, now=NOW)


@pytest.mark.parametrize("status_code", [200, 204, 299])
def test_delivered_is_completed(organization: Organization, status_code: int) -> None:
    outgoing = make_running(organization)

    assert settle([sent(outgoing, status_code, answer="thanks")], now=LATER) == {outgoing.delivery_id}
    assert state(outgoing.delivery_id) == COMPLETED
    assert log_of(outgoing.delivery_id) == [
        {"number": 1, "at": NOW, "url": URL, "duration_ms": 7, "status_code": status_code, "error": "", "answer": "thanks"}
    ]


@pytest.mark.parametrize("status_code", [None, 199, 302, 400, 404, 429, 500, 503])
def test_failed_attempt_is_ready_again_after_its_delay(organization: Organization, status_code: int | None) -> None:
    outgoing = make_running(organization)

    settle([sent(outgoing, status_code)], now=LATER)

    moved = state(outgoing.delivery_id)
    assert timedelta(seconds=4.5) <= moved["run_after"] - LATER <= timedelta(seconds=5.5)
    assert moved == {**READY, "attempts": 1, "fence": 1, "run_after": moved["run_after"]}


def test_delivery_fails_after_ten_attempts_over_the_whole_schedule(organization: Organization) -> None:
    now, waits = NOW, []
    key = make_ready(organization).pk

    for _ in range(10):
        [outgoing] = claim_due(now)
        settle([sent(outgoing, at=now)], now=now)
        waits.append(state(key)["run_after"] - now)
        now += waits[-1]

    assert claim_due(now + timedelta(days=30)) == []
    assert state(key) == {**FAILED, "attempts": 10, "fence": 10, "run_after": now, "completed_at": now}
    assert all(0.9 <= wait / delay <= 1.1 for wait, delay in zip(waits, DELAYS, strict=False))
    assert [attempt["number"] for attempt in log_of(key)] == list(range(1, 11))


@pytest.mark.parametrize(("retry_after", "wait"), [(3600, timedelta(hours=1)), (10**9, timedelta(hours=24))])
@pytest.mark.parametrize("status_code", [429, 503])
def test_longer_retry_after_is_honoured_up_to_a_day(organization: Organization, status_code: int, retry_after: float, wait: timedelta) -> None:
    outgoing = make_running(organization)

    settle([sent(outgoing, status_code, retry_after=retry_after)], now=LATER)

    assert state(outgoing.delivery_id)["run_after"] == LATER + wait


@pytest.mark.parametrize(("status_code", "retry_after"), [(429, 1), (503, 0), (500, 3600), (200, 3600)])
def test_shorter_or_unasked_retry_after_changes_nothing(organization: Organization, status_code: int, retry_after: float) -> None:
    outgoing = make_running(organization)

    settle([sent(outgoing, status_code, retry_after=retry_after)], now=LATER)

    assert state(outgoing.delivery_id)["run_after"] <= LATER + timedelta(seconds=5.5)


def test_gone_fails_at_once_and_disables_the_endpoint(organization: Organization) -> None:
    outgoing = make_running(organization)

    settle([sent(outgoing, 410)], now=LATER)

    assert state(outgoing.delivery_id) == FAILED
    assert list(Endpoint.objects.values_list("organization_id", "url", "disabled_at")) == [(organization.pk, URL, LATER)]
    assert make_running(organization).is_disabled


def test_gone_disables_no_other_organizations_endpoint(organization: Organization) -> None:
    other = make_organization(name="Other")
    settle([sent(make_running(other), 200)], now=NOW)

    settle([sent(make_running(organization), 410)], now=LATER)

    assert not make_running(other).is_disabled


def test_endpoint_is_made_when_it_first_answers(organization: Organization) -> None:
    silent, *answering = [make_running(organization, url=f"https://hooks.example/{path}") for path in "abb"]

    settle([sent(silent, None), *(sent(outgoing, 200) for outgoing in answering)], now=LATER)

    assert list(Endpoint.objects.values_list("url", "disabled_at")) == [("https://hooks.example/b", None)]
    assert [outgoing.has_endpoint for outgoing in (silent, make_running(organization, url="https://hooks.example/b"))] == [False, True]


def test_fifty_outcomes_are_settled_by_two_statements(organization: Organization, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    settle([sent(make_running(organization), 200)], now=NOW)
    insert_deliveries([new_delivery(organization)] * 50, now=NOW)
    outgoing = claim_due()

    with django_assert_num_queries(4):  # and a savepoint around them
        settle([sent(each, 200) for each in outgoing], now=LATER)

    assert {status for (status,) in Delivery.objects.values_list("status")} == {"completed"}


def test_result_of_a_lost_claim_is_dropped(organization: Organization) -> None:
    late = make_running(organization)
    expire_leases(NOW + LEASE + timedelta(seconds=1))
    [current] = claim_due(LATER)
    before = state(late.delivery_id), log_of(late.delivery_id)

    assert settle([sent(late, 410)], now=LATER) == set()
    assert (state(late.delivery_id), log_of(late.delivery_id)) == before
    assert not Endpoint.objects.exists()
    assert settle([sent(current, 200)], now=LATER) == {late.delivery_id}


def test_result_that_comes_twice_is_dropped_once(organization: Organization) -> None:
    outgoing = make_running(organization)
    settle([sent(outgoing, 200)], now=LATER)

    assert settle([sent(outgoing, 500)], now=LATER) == set()
    assert state(outgoing.delivery_id) == COMPLETED


def test_claim_that_was_not_tried_is_given_back_uncounted(organization: Organization) -> None:
    outgoing = make_running(organization)

    assert release([(outgoing.delivery_id, outgoing.fence)], now=NOW, run_after=LATER) == {outgoing.delivery_id}
    assert state(outgoing.delivery_id) == {**READY, "fence": 1, "run_after": LATER}
    assert release([(outgoing.delivery_id, outgoing.fence)], now=NOW, run_after=LATER) == set()
    assert release([], now=NOW, run_after=LATER) == set()


def test_dead_lease_is_ready_at_once_and_does_not_count(organization: Organization) -> None:
    outgoing = make_running(organization)
    alive = make_running(organization)
    renew(Delivery, [(alive.delivery_id, alive.fence)], now=LATER, lease=LEASE)

    assert expire_leases(LATER) == 1
    assert expire_leases(LATER) == 0
    assert state(outgoing.delivery_id) == {**READY, "fence": 1, "crashes": 1, "run_after": LATER}
    assert state(alive.delivery_id)["status"] == "running"
    assert log_of(outgoing.delivery_id) == [
        {"number": 1, "at": LATER, "url": URL, "duration_ms": 0, "status_code": None, "error": "process_died", "answer": ""}
    ]


def test_third_death_in_a_row_counts_as_a_failed_attempt(organization: Organization) -> None:
    key = make_ready(organization).pk
    now = NOW
    for _ in range(3):
        assert len(claim_due(now)) == 1
        now += timedelta(minutes=1)
        expire_leases(now)

    moved = state(key)
    assert moved["run_after"] > now
    assert moved == {**READY, "attempts": 1, "fence": 3, "run_after": moved["run_after"]}


def test_an_answer_forgets_earlier_deaths(organization: Organization) -> None:
    make_running(organization)
    expire_leases(LATER)
    [outgoing] = claim_due(LATER)

    settle([sent(outgoing, 500)], now=LATER)

    assert state(outgoing.delivery_id)["crashes"] == 0


@pytest.mark.parametrize("status_code", [200, 410])
def test_ended_delivery_is_replayed_with_a_new_schedule(organization: Organization, status_code: int) -> None:
    first = make_running(organization)
    settle([sent(first, status_code)], now=NOW)

    replay(Delivery.objects.get(pk=first.delivery_id), LATER)

    assert state(first.delivery_id) == {**READY, "fence": 1, "run_after": LATER}
    [again] = claim_due(LATER)
    assert (again.delivery_id, again.event_id, again.body, again.attempt) == (first.delivery_id, first.event_id, BODY.encode(), 1)


def test_delivery_under_way_is_not_replayed(organization: Organization) -> None:
    for delivery in (make_ready(organization), Delivery.objects.get(pk=make_running(organization).delivery_id)):
        before = state(delivery.pk)
        with pytest.raises(TransitionRefused, match=delivery.pk):
            replay(delivery, LATER)
        assert state(delivery.pk) == before


def test_only_what_failed_since_is_replayed(organization: Organization) -> None:
    def failed(at: datetime) -> str:
        return make_failed(organization, now=at).pk

    early, at_once, late = (failed(NOW + timedelta(hours=hours)) for hours in (0, 1, 2))
    foreign = make_failed(make_organization(name="Other"), now=NOW + timedelta(hours=2)).pk
    delivered = make_running(organization, url="https://hooks.example/fine", now=NOW + timedelta(hours=2))
    settle([sent(delivered, 200)], now=NOW + timedelta(hours=2))

    assert replay_failed_since(organization, NOW + timedelta(hours=1), NOW + timedelta(hours=3)) == 2
    statuses = [state(key)["status"] for key in (early, at_once, late, foreign, delivered.delivery_id)]
    assert statuses == ["failed", "ready", "ready", "failed", "completed"]


def test_settling_is_all_or_nothing(organization: Organization) -> None:
    fine, broken = make_running(organization), make_running(organization)

    with pytest.raises(IntegrityError):
        settle([sent(fine, 200), sent(broken, 200, answer=None)], now=LATER)

    assert [state(outgoing.delivery_id)["status"] for outgoing in (fine, broken)] == ["running", "running"]
    assert not Attempt.objects.exists()
