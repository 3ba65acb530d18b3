"""Stages that ended without their order: what nobody has begun is cancelled, what comes late is kept apart and changes nothing."""

import json
from datetime import datetime, timedelta

import pytest

from foundation.customer_json import dump
from localization.models import JobGroup
from localization.transitions import cancel_group, postpone_wait
from organizations.models import Organization
from reviews.external import bring_forward, settle_order
from reviews.external_work import LATE, work_order
from reviews.providers.brackets import wrap
from reviews.sandbox.server import Sandbox
from reviews.timeouts import end_due
from tests.factories import NOW
from tests.localization.steps import stages_of
from tests.reviews.external.orders import (
    DRAFT,
    claim_orders,
    hand_in,
    human_step,
    job_statuses,
    make_order,
    only_job,
    order_state,
    run_all,
    run_orders,
)

pytestmark = pytest.mark.django_db

DUE = NOW + timedelta(hours=48)
HOUR = timedelta(hours=1)
EDITED = {"title": "Datei speichern", "body": wrap(DRAFT["body"])}


def time_out(now: datetime = DUE) -> None:
    """The stage's time is over, and the sweep sees it."""
    assert postpone_wait(human_step().pk, due_at=now)
    assert end_due(now=now) == 1


def assert_timed_out() -> None:
    step, job = human_step(), only_job()
    assert (step.status, step.output, json.loads(step.detail)["reason"]) == ("skipped", None, "timed out")
    assert (job.status, job.warnings, stages_of(job.id)) == ("completed", [], [("localize", "completed"), ("humanEdit", "skipped")])


def test_timeout_cancels_what_nobody_has_begun(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()

    time_out()
    run_all(DUE)

    assert_timed_out()
    assert job_statuses(sandbox) == {"title": "canceled", "body": "canceled"}
    assert order_state("status", "phase", "late_output", "error") == {"status": "completed", "phase": "cancel", "late_output": None, "error": ""}


def test_what_cannot_be_cancelled_is_watched_and_its_result_kept_apart(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    for job in sandbox.book.jobs.values():
        sandbox.book.take(job.id)
    time_out()

    run_all(DUE)
    assert (job_statuses(sandbox), order_state("status")) == ({"title": "pending", "body": "pending"}, {"status": "ready"})
    hand_in(sandbox, EDITED)
    run_all(DUE + HOUR)

    assert_timed_out()
    assert job_statuses(sandbox) == {"title": "approved", "body": "approved"}
    assert order_state("status", "late_output") == {"status": "completed", "late_output": dump({**DRAFT, "title": "Datei speichern"})}


def test_late_text_that_breaks_a_check_is_not_kept(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, {"title": "Datei speichern", "body": "Hallo, Sie haben <b>3</b> Dateien."})
    time_out()

    run_all(DUE)

    assert job_statuses(sandbox) == {"title": "approved", "body": "reviewable"}
    assert order_state("status", "late_output") == {"status": "completed", "late_output": dump({**DRAFT, "title": "Datei speichern"})}


def test_job_that_somebody_takes_at_the_last_moment_is_watched(customer: Organization, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    make_order(customer)
    run_all()
    time_out()
    cancel = sandbox.book.cancel

    def cancel_second(job_id: str) -> None:
        sandbox.book.take(job_id)
        cancel(job_id)

    monkeypatch.setattr(sandbox.book, "cancel", cancel_second)
    run_all(DUE)

    assert (job_statuses(sandbox), order_state("status")) == ({"title": "pending", "body": "pending"}, {"status": "ready"})


def test_work_that_never_ends_is_left_after_14_days(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    run_all()
    hand_in(sandbox, {"title": "Datei speichern"})
    sandbox.book.take(list(sandbox.book.jobs)[1])
    time_out()

    run_all(DUE + LATE - HOUR)
    assert order_state("status") == {"status": "ready"}
    run_all(DUE + LATE + HOUR)

    assert order_state("status", "late_output") == {"status": "completed", "late_output": dump({**DRAFT, "title": "Datei speichern"})}


def test_order_that_was_never_sent_is_not_sent_after_the_timeout(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    time_out()

    run_all(DUE)

    assert sandbox.book.calls == {}
    assert order_state("status", "phase") == {"status": "completed", "phase": "cancel"}


def test_order_of_which_nobody_knows_is_looked_for_and_cancelled(customer: Organization, sandbox: Sandbox) -> None:
    """It went out, the process died, and before the next one looked the time was over."""
    make_order(customer)
    [dead] = claim_orders()
    work_order(dead)
    sandbox.book.read_order("1001")
    time_out()

    run_all(DUE)

    assert job_statuses(sandbox) == {"title": "canceled", "body": "canceled"}
    assert order_state("status", "provider_order") == {"status": "completed", "provider_order": "1001"}


def test_order_that_the_provider_does_not_have_is_looked_for_some_times(customer: Organization, sandbox: Sandbox) -> None:
    make_order(customer)
    claim_orders()
    time_out()

    now = DUE
    for _ in range(20):
        run_orders(now)
        state = order_state("status", "run_after")
        now = max(now, state["run_after"])
        if state["status"] != "ready":
            break

    assert (state["status"], sandbox.book.orders) == ("completed", {})
    assert 8 <= sandbox.book.calls["GET translate/jobs"] <= 10


def test_cancelled_group_orders_nothing_more(customer: Organization, sandbox: Sandbox) -> None:
    order = make_order(customer)
    cancel_group(JobGroup.objects.get(pk=order.group_id), now=NOW)

    run_all()

    assert sandbox.book.orders == {}
    assert only_job().status == "failed"
    assert order_state("status") == {"status": "completed"}


def test_cancelled_group_cancels_its_order(customer: Organization, sandbox: Sandbox) -> None:
    order = make_order(customer)
    run_all()
    cancel_group(JobGroup.objects.get(pk=order.group_id), now=NOW)
    bring_forward(order.reference, now=NOW + HOUR)

    run_all(NOW + HOUR)

    assert job_statuses(sandbox) == {"title": "canceled", "body": "canceled"}


def test_result_that_comes_after_the_timeout_changes_nothing(customer: Organization, sandbox: Sandbox) -> None:
    """The run began before it."""
    make_order(customer)
    run_all()
    hand_in(sandbox, EDITED)
    [claimed] = claim_orders(NOW + HOUR)
    result = work_order(claimed)
    time_out()

    assert settle_order(result, now=DUE) is False
    assert_timed_out()
    run_all(DUE)
    assert_timed_out()
    assert order_state("status", "late_output") == {"status": "completed", "late_output": dump({**DRAFT, "title": "Datei speichern"})}


def test_result_that_comes_after_a_cancellation_is_kept_apart(customer: Organization, sandbox: Sandbox) -> None:
    """Before the sweep has seen that the order's step does not wait any more."""
    order = make_order(customer)
    run_all()
    hand_in(sandbox, EDITED)
    [claimed] = claim_orders(NOW + HOUR)
    result = work_order(claimed)
    cancel_group(JobGroup.objects.get(pk=order.group_id), now=NOW + HOUR)

    assert settle_order(result, now=NOW + HOUR) is True

    assert (human_step().status, human_step().output) == ("skipped", None)
    assert order_state("status", "late_output") == {"status": "completed", "late_output": dump({**DRAFT, "title": "Datei speichern"})}
