"""Who holds an order writes its result, and nobody else; what dies with a process is done again, but not for ever."""

from datetime import datetime, timedelta

import pytest

from foundation.lease import SUSPECT_CRASHES
from localization.models import Event
from organizations.models import Organization
from reviews.external import DIED, FATAL_CRASHES, expire_orders, release_orders, settle_order
from reviews.external_work import work_order
from reviews.models import ExternalOrder
from reviews.sandbox.server import Sandbox
from tests.crashes import kill_everywhere
from tests.factories import NOW
from tests.localization.steps import LEASE
from tests.reviews.external.orders import DRAFT, claim_orders, hand_in, human_step, make_order, only_job, order_state, run_all

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
PASSED = LEASE + timedelta(seconds=1)
EDITED = {**DRAFT, "title": "Datei speichern"}


def test_order_waits_from_the_moment_in_which_its_step_does(customer: Organization) -> None:
    order = make_order(customer)

    assert (order.status, order.phase, order.run_after, order.sent_at, order.provider) == ("ready", "send", NOW, None, "gengo")
    assert len(order.reference) == 43
    assert human_step().status == "waiting"


def test_result_of_a_claim_that_was_lost_is_refused(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, EDITED)
    [lost] = claim_orders(NOW + HOUR)
    result = work_order(lost)
    expire_orders(now=NOW + HOUR + PASSED)
    before = ExternalOrder.objects.values().get()

    assert settle_order(result, now=NOW + HOUR + PASSED) is False

    assert (human_step().status, ExternalOrder.objects.values().get()) == ("waiting", before)


def test_result_is_settled_once(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, EDITED)
    [claimed] = claim_orders(NOW + HOUR)
    result = work_order(claimed)

    assert [settle_order(result, now=NOW + HOUR) for _ in range(2)] == [True, False]
    assert Event.objects.filter(type="step.completed", stage="humanEdit").count() == 1


@pytest.mark.django_db(transaction=True)
def test_death_at_any_write_of_a_result_leaves_all_or_nothing(customer: Organization, sandbox: Sandbox) -> None:
    def make() -> datetime:
        ExternalOrder.objects.all().delete()
        number = len(sandbox.book.orders)
        make_order(customer, source={"title": f"Save file {number}"}, draft={"title": f"Datei {number}"})
        run_all()
        hand_in(sandbox, {"title": "Datei speichern"})
        return NOW + HOUR

    def act(now: datetime) -> None:
        now += PASSED * expire_orders(now=now + PASSED)
        for claimed in claim_orders(now):
            settle_order(work_order(claimed), now=now)

    def check(now: datetime) -> None:
        order = ExternalOrder.objects.select_related("step").get()
        done = order.status == "completed"
        assert (order.step.status, order.step.output) == (("completed", '{"title":"Datei speichern"}') if done else ("waiting", None))

    assert kill_everywhere(make=make, act=act, check=check) >= 5


def test_process_that_stops_gives_its_orders_back_for_later(customer: Organization) -> None:
    """A call may be under way: the next look waits for it, and asks whether the order is there before it sends it."""
    make_order(customer)
    [claimed] = claim_orders()

    assert release_orders([claimed.key], now=NOW) == {claimed.id}

    assert order_state("status", "attempts", "crashes", "run_after", "lease_until") == {
        "status": "ready",
        "attempts": 1,
        "crashes": 0,
        "run_after": NOW + timedelta(minutes=1),
        "lease_until": None,
    }
    assert release_orders([claimed.key], now=NOW) == set()


def test_dead_lease_is_counted_and_the_order_done_again(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    claim_orders()

    assert expire_orders(now=NOW + LEASE - timedelta(seconds=1)) == 0
    assert expire_orders(now=NOW + PASSED) == 1

    assert order_state("status", "crashes", "run_after") == {"status": "ready", "crashes": 1, "run_after": NOW + PASSED}
    run_all(NOW + PASSED)
    assert order_state("phase", "crashes") == {"phase": "watch", "crashes": 0}


def test_order_that_every_process_dies_of_fails_its_stage(customer: Organization) -> None:
    make_order(customer)
    now = NOW
    for crashes in range(FATAL_CRASHES):
        assert order_state("status", "crashes") == {"status": "ready", "crashes": crashes}
        assert len(claim_orders(now, suspects=crashes >= SUSPECT_CRASHES)) == 1
        now += PASSED
        expire_orders(now=now)

    assert order_state("status", "error") == {"status": "failed", "error": DIED}
    assert (human_step().status, only_job().warnings) == ("failed", [f"humanEdit failed: {DIED}"])


def test_order_that_every_process_dies_of_after_its_stage_ended_fails_alone(customer: Organization) -> None:
    make_order(customer)
    ExternalOrder.objects.update(crashes=FATAL_CRASHES - 1)
    claim_orders(suspects=True)
    step = human_step()
    step.status = "skipped"
    step.save(update_fields=["status"])

    assert expire_orders(now=NOW + PASSED) == 1

    assert (order_state("status"), human_step().status) == ({"status": "failed"}, "skipped")
