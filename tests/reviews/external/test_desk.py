"""The desk of a drain for external orders: few at once, results by the drain's queue, no connection held during a call."""

import queue
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as current
from django.db import OperationalError, connection

from foundation.clock import database_now
from foundation.lease import SUSPECT_CRASHES, renew
from organizations.models import Organization
from pipeline import orders as desks
from pipeline.orders import OrderDesk
from reviews import external
from reviews.external_orders import ClaimedOrder, OrderResult
from reviews.external_work import work_order
from reviews.models import ExternalOrder
from reviews.sandbox.server import Sandbox
from tests.factories import make_organization
from tests.reviews.external.orders import human_step, make_account, make_order, only_job, order_state

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 10


class HeldWork:
    """Stands in for the calls: runs wait until the test lets them go."""

    def __init__(self) -> None:
        self.began: queue.SimpleQueue[ClaimedOrder] = queue.SimpleQueue()
        self.may_go_on = threading.Event()

    def __call__(self, order: ClaimedOrder) -> OrderResult:
        self.began.put(order)
        assert self.may_go_on.wait(PATIENCE_SECONDS)
        return work_order(order)


@pytest.fixture
def now() -> datetime:
    return database_now()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldWork]:
    work = HeldWork()
    monkeypatch.setattr(desks, "work_order", work)
    yield work
    work.may_go_on.set()


@pytest.fixture
def desk() -> Iterator[OrderDesk]:
    one = OrderDesk(queue.SimpleQueue(), 4)
    yield one
    one.close()


def settle_next(desk: OrderDesk, count: int = 1) -> list[OrderResult]:
    results: queue.SimpleQueue[Any] = desk._results
    found = [results.get(timeout=PATIENCE_SECONDS) for _ in range(count)]
    desk.settle(found, now=database_now())
    return found


def make_orders(organization: Organization, count: int, now: datetime) -> list[ExternalOrder]:
    return [make_order(organization, now=now, source={"title": f"Save {number}"}, draft={"title": f"Sichern {number}"}) for number in range(count)]


def test_due_orders_are_worked_on_and_settled(customer: Organization, desk: OrderDesk, sandbox: Sandbox, now: datetime) -> None:
    make_order(customer, now=now)

    assert desk.claim(database_now()) == 1
    assert desk.busy == 1
    settle_next(desk)

    assert (desk.busy, len(sandbox.book.orders)) == (0, 1)
    assert order_state("status", "phase") == {"status": "ready", "phase": "watch"}
    assert desk.claim(database_now() - timedelta(seconds=1)) == 0


def test_one_organization_gets_half_of_the_desk(customer: Organization, desk: OrderDesk, held: HeldWork, sandbox: Sandbox, now: datetime) -> None:
    make_orders(customer, 5, now)
    other = make_organization(name="Elsewhere")
    make_account(other, sandbox)
    make_orders(other, 1, now)

    assert desk.claim(database_now()) == 3
    assert desk.claim(database_now()) == 0

    assert sorted(ExternalOrder.objects.filter(status="running").values_list("organization_id", flat=True)) == sorted([customer.pk] * 2 + [other.pk])


def test_what_is_in_hand_can_be_renewed(customer: Organization, desk: OrderDesk, held: HeldWork, now: datetime) -> None:
    make_order(customer, now=now)
    desk.claim(database_now())

    later = database_now() + current.LEASE / 2
    assert renew(ExternalOrder, list(desk.held()), now=later, lease=current.LEASE) == {ExternalOrder.objects.get().pk}
    assert order_state("lease_until") == {"lease_until": later + current.LEASE}


def test_order_that_died_often_is_worked_on_alone(customer: Organization, desk: OrderDesk, held: HeldWork, now: datetime) -> None:
    first, suspect, _ = make_orders(customer, 3, now)
    ExternalOrder.objects.exclude(pk=first.pk).update(run_after=now + timedelta(minutes=1))
    desk.claim(database_now())
    ExternalOrder.objects.filter(pk=suspect.pk).update(crashes=SUSPECT_CRASHES)
    moment = now + timedelta(minutes=2)

    assert desk.claim(moment) == 0  # the first is in hand
    held.may_go_on.set()
    settle_next(desk)
    held.may_go_on.clear()
    assert desk.claim(moment) == 1
    assert [key for key, _ in desk.held()] == [suspect.pk]
    assert desk.claim(moment) == 0  # the suspect is alone
    held.may_go_on.set()
    settle_next(desk)

    assert ExternalOrder.objects.get(pk=suspect.pk).crashes == 0
    assert desk.claim(moment) == 2


def test_stop_gives_back_what_is_in_hand(customer: Organization, desk: OrderDesk, held: HeldWork, sandbox: Sandbox, now: datetime) -> None:
    make_order(customer, now=now)
    desk.claim(database_now())

    desk.give_back(now=database_now())
    state = order_state("status", "fence")
    held.may_go_on.set()
    settle_next(desk)

    assert (state["status"], desk.busy, order_state("status", "fence")) == ("ready", 0, state)
    assert human_step().status == "waiting"


def test_lease_that_was_lost_in_the_meantime_drops_the_result(customer: Organization, desk: OrderDesk, held: HeldWork, now: datetime) -> None:
    make_order(customer, now=now)
    desk.claim(database_now())
    external.expire_orders(now=database_now() + 2 * current.LEASE)

    held.may_go_on.set()
    settle_next(desk)

    assert (desk.busy, order_state("status", "phase", "provider_order")) == (0, {"status": "ready", "phase": "send", "provider_order": ""})


def test_result_that_cannot_be_stored_fails_its_stage(
    customer: Organization, desk: OrderDesk, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work_nonsense(order: ClaimedOrder) -> OrderResult:
        result = work_order(order)
        return OrderResult(**{name: getattr(result, name) for name in result.__slots__} | {"cost": object()})

    monkeypatch.setattr(desks, "work_order", work_nonsense)
    make_order(customer, now=now)
    desk.claim(database_now())

    settle_next(desk)

    assert (desk.busy, order_state("status", "error")) == (0, {"status": "failed", "error": "The result could not be stored."})
    assert only_job().warnings == ["humanEdit failed: The result could not be stored."]


def test_database_that_is_away_is_the_drain_s_to_wait_for(
    customer: Organization, desk: OrderDesk, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_order(customer, now=now)
    desk.claim(database_now())
    [result] = [desk._results.get(timeout=PATIENCE_SECONDS)]

    def go_away(*args: object, **options: object) -> bool:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(desks, "settle_order", go_away)
        with pytest.raises(OperationalError):
            desk.settle([result], now=database_now())
    assert desk.busy == 1
    desk.settle([result], now=database_now())

    assert (desk.busy, order_state("phase")) == (0, {"phase": "watch"})


def test_no_thread_has_a_connection_during_a_call(customer: Organization, desk: OrderDesk, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def watch_connection(order: ClaimedOrder) -> OrderResult:
        result = work_order(order)
        seen.append(connection.connection)
        return result

    monkeypatch.setattr(desks, "work_order", watch_connection)
    make_order(customer, now=now)
    desk.claim(database_now())

    settle_next(desk)

    assert seen == [None]


def test_idle_look_takes_no_lock(desk: OrderDesk, now: datetime, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert desk.claim(now) == 0
