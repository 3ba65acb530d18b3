"""Timeouts, expired leases, cancelled groups: what the sweep ends, in batches, once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engines.pipeline_config import StageId
from foundation.lease import WorkStatus
from localization.models import JobGroup
from localization.transitions import cancel_group, postpone_wait
from organizations.access import Actor
from organizations.models import Organization
from reviews.deciding import approve_review
from reviews.models import ExternalOrder, ReviewItem
from reviews.services import renew_claim
from reviews.timeouts import close_orphans, end_due, return_expired
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import stages_of
from tests.reviews.meddling import moving_before
from tests.reviews.work import HOUR, MINUTE, WAIT, claimed, claims_of, fresh, job_of, make_review, make_reviews, state_of_item, step_of

pytestmark = pytest.mark.django_db

DUE = NOW + WAIT


def order_for(item: ReviewItem, *, status: WorkStatus = WorkStatus.READY, phase: str = "watch") -> ExternalOrder:
    """As if the step had gone to a provider. The item is of no matter."""
    return ExternalOrder.objects.create(
        organization_id=item.organization_id,
        step_id=item.step_id,
        group_id=item.group_id,
        provider="p",
        tier="standard",
        reference=item.pk,
        phase=phase,
        status=status,
        fence=3,
        run_after=NOW + 5 * HOUR,
        created_at=NOW,
    )


def test_wait_ends_when_its_time_is_over_and_the_ai_version_goes_on(organization: Organization, rita: Actor) -> None:
    item = make_review(organization, stages=[StageId.POST_EDIT])
    claimed(rita, item, now=DUE - MINUTE)

    assert end_due(now=DUE - timedelta(microseconds=1)) == 0
    assert end_due(now=DUE) == 1

    step = step_of(item)
    assert (step.status, step.output, step.detail, step.completed_at) == ("skipped", None, '{"reason":"timed out"}', DUE)
    assert stages_of(step.job_id)[-1] == ("postEdit", "ready")
    assert state_of_item(item) == {
        "state": "timed_out",
        "holder_id": None,
        "fence": 1,
        "claimed_at": None,
        "lease_until": None,
        "due_at": DUE,
        "ended_at": DUE,
    }
    assert claims_of(item) == [(rita.user.pk, 1, "overtaken", DUE)]
    assert_consistent(item.group_id)


def test_job_without_further_stages_is_completed_without_a_warning(item: ReviewItem) -> None:
    end_due(now=DUE)

    job = job_of(item)
    assert (job.status, job.warnings) == ("completed", [])


def test_waits_end_in_batches_the_longest_overdue_first(organization: Organization) -> None:
    early = make_review(organization, wait=HOUR)
    others = make_reviews(organization, "de", "fr", "it", "es")

    assert end_due(now=DUE, limit=2) == 2
    assert fresh(early).state == "timed_out"
    assert [end_due(now=DUE, limit=2) for _ in range(3)] == [2, 1, 0]
    assert {fresh(item).state for item in others} == {"timed_out"}


def test_a_batch_takes_as_many_queries_whatever_its_size(organization: Organization) -> None:
    counts = []
    for locales in (["de"], ["de", "fr", "it", "es", "pt", "nl"]):
        make_reviews(organization, *locales)
        with CaptureQueriesContext(connection) as captured:
            assert end_due(now=DUE) == len(locales)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_nothing_due_costs_one_query_each(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    with CaptureQueriesContext(connection) as captured:
        assert (end_due(now=NOW), return_expired(now=NOW), close_orphans(now=NOW)) == (0, 0, 0)

    assert [query["sql"].split()[0] for query in captured.captured_queries] == ["SELECT"] * 4


def test_wait_that_gets_more_time_in_that_moment_goes_on(item: ReviewItem) -> None:
    # between looking and locking
    locking = "SELECT localization_step.id AS id FROM localization_step WHERE (localization_step.due_at <= %s AND localization_step.id IN"
    with moving_before(locking, lambda: postpone_wait(item.step_id, due_at=DUE + HOUR)):
        assert end_due(now=DUE) == 0

    assert (step_of(item).status, fresh(item).state) == ("waiting", "available")


def test_timeout_after_a_decision_changes_nothing(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    approve_review(actor=rita, item=fresh(item), fence=1, now=NOW)

    assert end_due(now=DUE) == 0

    assert (step_of(item).status, fresh(item).state) == ("completed", "submitted")


def test_expired_claim_is_returned_once(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    assert [return_expired(now=NOW + 30 * MINUTE) for _ in range(2)] == [1, 0]


def test_lease_renewed_in_that_moment_is_not_returned(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    renewed = NOW + 29 * MINUTE

    with moving_before("SELECT reviews_reviewitem.id AS id", lambda: renew_claim(actor=rita, item=item, fence=1, now=renewed)):
        assert return_expired(now=NOW + 30 * MINUTE) == 0

    assert fresh(item).holder_id == rita.user.pk


def test_items_of_a_cancelled_group_are_closed(organization: Organization, rita: Actor) -> None:
    first, second = make_reviews(organization, "de", "fr")
    other = make_review(organization)
    claimed(rita, first)
    cancel_group(JobGroup.objects.get(pk=first.group_id), now=NOW)

    assert [close_orphans(now=NOW + MINUTE) for _ in range(2)] == [2, 0]

    assert [fresh(item).state for item in (first, second, other)] == ["cancelled", "cancelled", "available"]
    assert claims_of(first) == [(rita.user.pk, 1, "overtaken", NOW + MINUTE)]


@pytest.mark.parametrize("status", [WorkStatus.READY, WorkStatus.RUNNING, WorkStatus.WAITING])
def test_order_of_a_wait_that_timed_out_is_to_be_cancelled_at_once(item: ReviewItem, status: WorkStatus) -> None:
    order = order_for(item, status=status)

    end_due(now=DUE)

    order.refresh_from_db()
    assert (order.phase, order.status, order.run_after, order.lease_until, order.fence) == ("cancel", "ready", DUE, None, 4)


def test_order_of_a_cancelled_group_is_to_be_cancelled_and_what_is_done_stays(organization: Organization) -> None:
    items = make_reviews(organization, "de", "fr", "it")
    orders = [order_for(items[0]), order_for(items[1], status=WorkStatus.COMPLETED), order_for(items[2], phase="cancel")]
    cancel_group(JobGroup.objects.get(pk=items[0].group_id), now=NOW)

    assert close_orphans(now=NOW) == 3 + 1

    for order in orders:
        order.refresh_from_db()
    assert [(order.phase, order.status, order.fence) for order in orders] == [
        ("cancel", "ready", 4),
        ("watch", "completed", 3),
        ("cancel", "ready", 3),
    ]


def test_order_whose_step_waits_is_left_alone(item: ReviewItem) -> None:
    order = order_for(item)

    assert (end_due(now=NOW), close_orphans(now=NOW)) == (0, 0)

    order.refresh_from_db()
    assert order.phase == "watch"
