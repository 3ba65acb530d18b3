"""Whatever dies, and whatever answer is lost: a translation is ordered once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from foundation.failpoints import EXIT_STATUS, read_failpoints
from organizations.models import Organization
from reviews.external import expire_orders
from reviews.external_work import SETTLING, work_order
from reviews.models import ExternalOrder
from reviews.providers.base import NewOrder
from reviews.providers.gengo import Gengo
from reviews.sandbox.server import Sandbox
from tests.factories import NOW
from tests.localization.steps import LEASE
from tests.reviews.external.orders import claim_orders, die_working, human_step, make_order, order_state, run_all, run_orders

pytestmark = pytest.mark.django_db

CREATE, QUOTE = "POST translate/jobs", "POST translate/service/quote"
MINUTE = timedelta(minutes=1)


def after_death(now: datetime) -> datetime:
    """The lease of what a dead process held has run out, and the sweep has seen it."""
    later = now + LEASE + timedelta(seconds=1)
    assert expire_orders(now=later) >= 1
    return later


def orders_by_reference(sandbox: Sandbox) -> dict[str, int]:
    found: dict[str, int] = sandbox.counts()["orders"]
    return found


def test_death_between_the_order_and_its_record_orders_once(customer: Organization, sandbox: Sandbox, settings: Settings) -> None:
    order = make_order(customer)
    settings.FAILPOINTS = read_failpoints("order.sent=exit")
    [claimed] = claim_orders()

    assert die_working(claimed) == EXIT_STATUS
    settings.FAILPOINTS = {}
    now = after_death(NOW)
    run_all(now)

    assert orders_by_reference(sandbox) == {order.reference: 1}
    assert sandbox.book.calls[CREATE] == 1
    assert order_state("provider_order", "phase", "crashes") == {"provider_order": "1001", "phase": "watch", "crashes": 0}


@pytest.mark.parametrize("queued_reads", [0, 2])
def test_each_of_many_deaths_leaves_one_order(customer: Organization, sandbox: Sandbox, settings: Settings, queued_reads: int) -> None:
    """Also where the provider's queue hides the order from whoever looks for it."""
    settings.FAILPOINTS = read_failpoints("order.sent=exit")
    sandbox.book.account.queued_reads = queued_reads
    made = [make_order(customer, source={"title": f"Save file {number}"}, draft={"title": f"Datei {number}"}) for number in range(20)]

    deaths = [die_working(claimed) for claimed in claim_orders()]
    settings.FAILPOINTS = {}
    now = after_death(NOW)
    for minutes in range(4):
        run_all(now + minutes * MINUTE)
        for order_id in list(sandbox.book.orders):
            sandbox.book.read_order(order_id)

    assert deaths == [EXIT_STATUS] * 20
    assert orders_by_reference(sandbox) == {order.reference: 1 for order in made}
    assert set(ExternalOrder.objects.values_list("phase", flat=True)) == {"watch"}


def test_process_killed_before_it_ordered_leaves_it_to_the_next(customer: Organization, sandbox: Sandbox) -> None:
    order = make_order(customer)
    claim_orders()

    run_all(after_death(NOW))

    assert orders_by_reference(sandbox) == {order.reference: 1}


@pytest.mark.parametrize("fault", ["error_after", "cut_after", "garbage_after"])
def test_lost_answer_is_looked_up_and_not_ordered_again(customer: Organization, sandbox: Sandbox, fault: str) -> None:
    order = make_order(customer)
    sandbox.fail(CREATE, fault)

    run_all()
    assert order_state("phase", "status", "sent_at") == {"phase": "send", "status": "ready", "sent_at": NOW}
    run_all(NOW + MINUTE)

    assert orders_by_reference(sandbox) == {order.reference: 1}
    assert sandbox.book.calls[CREATE] == 1
    assert order_state("phase", "provider_order") == {"phase": "watch", "provider_order": "1001"}


@pytest.mark.parametrize("fault", ["error", "garbage_after"])
def test_order_that_may_be_under_way_is_given_time_to_appear(customer: Organization, sandbox: Sandbox, fault: str) -> None:
    """While its jobs are in the provider's queue, the order cannot be found."""
    order = make_order(customer)
    sandbox.book.account.queued_reads = 1
    sandbox.fail(CREATE, fault)

    run_all()
    run_all(NOW + MINUTE)
    run_all(NOW + 5 * MINUTE)

    assert sandbox.book.calls[CREATE] == (1 if fault == "garbage_after" else 0)
    assert order_state("phase", "error") == {"phase": "send", "error": "The review provider does not have the order, or not yet."}
    assert human_step().status == "waiting"
    assert order.reference


def test_order_that_never_appeared_is_sent_again(customer: Organization, sandbox: Sandbox) -> None:
    order = make_order(customer)
    sandbox.fail(CREATE, "error")

    run_all()
    run_all(NOW + SETTLING + MINUTE)

    assert orders_by_reference(sandbox) == {order.reference: 1}


def test_provider_that_takes_it_for_a_repeat_counts_as_sent(customer: Organization, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """An earlier process had ordered, and its jobs are still in the provider's queue when the next one asks."""
    order = make_order(customer)
    sandbox.book.account.queued_reads = 1
    [dead] = claim_orders()
    work_order(dead)
    now = after_death(NOW)

    run_orders(now)
    assert order_state("phase", "sent_at", "error") == {
        "phase": "send",
        "sent_at": now,
        "error": "The review provider has had this order a moment ago.",
    }
    sandbox.book.read_order("1001")
    sandbox.book.read_order("1001")
    run_all(now + MINUTE)

    assert orders_by_reference(sandbox) == {order.reference: 1}
    assert sandbox.book.calls[CREATE] == 2
    assert order_state("phase", "provider_order") == {"phase": "watch", "provider_order": "1001"}


def test_order_like_somebody_else_s_is_forced_once_it_is_sure_not_to_be_ours(
    customer: Organization, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = make_order(customer)
    twins: list[bool] = []
    submit = Gengo.submit

    def submit_after_a_twin(self: Gengo, new: NewOrder) -> str:
        """The same texts were ordered from elsewhere, so the provider sees a repeat."""
        twins.append(new.is_forced)
        if not new.is_forced:
            job = next(iter(self._jobs(new).values()))
            sandbox.book._recent[tuple(str(job.get(name)) for name in ("body_src", "lc_src", "lc_tgt", "tier", "slug", "custom_data"))] = 1e12
        return submit(self, new)

    monkeypatch.setattr(Gengo, "submit", submit_after_a_twin)

    run_all()
    run_all(NOW + 5 * MINUTE)
    run_all(NOW + SETTLING + MINUTE)

    assert twins == [False, True]
    assert orders_by_reference(sandbox) == {order.reference: 1}


@pytest.mark.parametrize(("call", "fault"), [(QUOTE, "busy"), (QUOTE, "error"), (QUOTE, "limit"), (CREATE, "busy"), (CREATE, "limit")])
def test_provider_that_is_away_is_asked_again_with_growing_delays(customer: Organization, sandbox: Sandbox, call: str, fault: str) -> None:
    make_order(customer)
    sandbox.fail(call, fault, times=2)
    delays = []

    now = NOW
    for _ in range(2):
        run_orders(now)
        due: datetime = order_state("run_after")["run_after"]
        delays.append(due - now)
        now = due
    run_all(now)

    assert timedelta(seconds=1.6) <= delays[0] <= timedelta(seconds=2.4)
    assert timedelta(seconds=3.2) <= delays[1] <= timedelta(seconds=4.8)
    assert len(sandbox.book.orders) == 1
    assert order_state("phase", "error", "attempts") == {"phase": "watch", "error": "", "attempts": 0}


def test_provider_that_is_away_while_the_order_is_watched_costs_nothing_but_time(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    sandbox.fail("GET translate/order", "error", times=3)

    run_orders(NOW + timedelta(hours=1))

    state: dict[str, Any] = order_state("status", "phase", "error", "attempts")
    assert state == {"status": "ready", "phase": "watch", "error": "The review provider answered 500.", "attempts": 1}
    assert human_step().status == "waiting"


def test_connection_that_breaks_during_the_order_is_no_reason_to_repeat_it(customer: Organization, sandbox: Sandbox) -> None:
    """The calls before it, on the same thread, left a connection open."""
    make_order(customer)
    sandbox.fail(CREATE, "cut_after", times=5)

    run_orders()

    assert sandbox.book.calls[CREATE] == 1
