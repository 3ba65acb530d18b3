"""A process that dies after any single write of a job with all stages: run again, the job comes to one result, and to the same."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from engines.models import Engine
from engines.pipeline_config import StageId
from foundation.customer_json import parse
from localization.models import Event, Job, Step
from localization.queries import result_of
from localization.transitions import expire_leases
from organizations.models import Organization
from reviews.deciding import edit_review
from reviews.models import Decision, ReviewItem
from reviews.services import claim_review
from tests.crashes import kill_everywhere
from tests.drain import LEASE, drain_queue
from tests.factories import NOW, make_engine
from tests.localization.consistency import assert_consistent
from tests.localization.steps import make_group
from tests.reviews.work import reviewer_of

pytestmark = pytest.mark.django_db(transaction=True)

DATA = {"title": "Teh shop {name}", "body": ["Good morning", "Open  daily"], "price": 5}
ALL = [stage for stage in StageId if stage != StageId.LOCALIZE]


@pytest.fixture
def clock() -> Iterator[Any]:
    """Each round is later than every lease of the one before."""
    return (NOW + number * (LEASE + timedelta(seconds=1)) for number in range(1, 10_000))


def test_a_crash_after_any_write_costs_nothing_but_time(organization: Organization, clock: Iterator[Any]) -> None:
    make_engine(organization)
    Engine.objects.update(uses_memory=False)  # else the second job would begin with the first reviewer's texts
    reviewer = reviewer_of(organization, name="Rita")
    results: set[str] = set()

    def make() -> Job:
        group = make_group(organization, stages=ALL, data=DATA, now=NOW)
        return Job.objects.get(group=group)

    def run(job: Job) -> None:
        now = next(clock)
        expire_leases(now=now)
        drain_queue(now=now)
        decide(job, now)
        drain_queue(now=now)

    def decide(job: Job, now: Any) -> None:
        item = ReviewItem.objects.filter(group_id=job.group_id, ended_at=None).first()
        if item is None:
            return
        held = claim_review(actor=reviewer, item=item, now=now)
        item.refresh_from_db()
        given: Any = parse(Step.objects.get(job=job, stage=StageId.LOCALIZE).output or "")
        body = [given["body"][0], given["body"][1] + "!"]
        edit_review(actor=reviewer, item=item, fence=held.fence, data={**given, "body": body}, now=now)

    def check(job: Job) -> None:
        assert_consistent(job.group_id)
        job.refresh_from_db()
        if job.status == Job.Status.COMPLETED:
            steps = list(job.steps.order_by("id"))
            assert [step.stage for step in steps] == list(StageId)
            assert Decision.objects.filter(item__group_id=job.group_id).count() == 1
            results.add(result_of(steps) or "")

    deaths = kill_everywhere(make=make, act=run, check=check)

    assert deaths > 60
    assert Job.objects.exclude(status=Job.Status.COMPLETED).count() == 0
    [result] = results
    assert json.loads(result)["body"][1].endswith("!")
    assert Event.objects.filter(type="job.completed").count() == Job.objects.count()
