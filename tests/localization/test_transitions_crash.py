"""A process killed after any of its writes leaves nothing half written, and the next one gets to one result."""

from collections.abc import Sequence
from itertools import count

import pytest

from engines.pipeline_config import StageId
from localization.errors import GroupFinished
from localization.models import Event, Job, JobGroup, Step
from localization.outcomes import ClaimedStep, Outcome, Usage
from localization.queries import load_claimed
from localization.transitions import cancel_group, expire_leases, release_steps
from organizations.models import Organization
from pipeline.sweep import sweep
from tests.crashes import kill_everywhere
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import HOOK, LATER, LEASE, completed, event_types, failed, group_state, make_group, retried, settle, start, waiting

pytestmark = pytest.mark.django_db(transaction=True)

LOCALES = ("de", "fr", "it")


def new_group(organization: Organization, *stages: StageId) -> JobGroup:
    """The only one with steps, so that each round claims its own."""
    Step.objects.all().delete()
    return make_group(organization, *LOCALES, stages=stages, callback_url=HOOK)


def test_submitting(organization: Organization) -> None:
    keys = (f"key-{number}" for number in count())

    def submit(key: str) -> None:
        group = make_group(organization, *LOCALES, "en", idempotency_key=key, callback_url=HOOK)
        assert Job.objects.filter(group=group).count() == 4

    def check(key: str) -> None:
        groups = list(JobGroup.objects.filter(idempotency_key=key))
        assert len(groups) <= 1
        for group in groups:
            assert_consistent(group.id)
            assert Step.objects.filter(group_id=group.id, status="ready").count() == 3

    make_group(organization)  # with its engine, so that the first round makes none

    # group, jobs, steps, events, the delivery of the copy, the wake-up
    assert kill_everywhere(make=lambda: next(keys), act=submit, check=check) == 6
    assert JobGroup.objects.filter(idempotency_key__startswith="key-").count() == 7
    assert Job.objects.count() == 7 * 4 + 1


def test_starting(organization: Organization) -> None:
    def check(group: JobGroup) -> None:
        assert_consistent(group.id)
        assert len(set(Step.objects.filter(group_id=group.id).values_list("status", "attempts"))) == 1

    # claim, times, jobs, group, events
    assert kill_everywhere(make=lambda: new_group(organization), act=lambda _: start(), check=check) == 5
    assert set(Step.objects.values_list("status", "attempts", "fence")) == {("running", 1, 1)}


@pytest.mark.parametrize("stages", [[], [StageId.REPHRASE]])
def test_settling(organization: Organization, stages: Sequence[StageId]) -> None:
    def make() -> list[Outcome]:
        new_group(organization, *stages)
        first, second, third = start()
        return [completed(first), failed(second), completed(third)]

    def act(outcomes: list[Outcome]) -> None:
        settle(*outcomes)

    def check(outcomes: list[Outcome]) -> None:
        assert_consistent(outcomes[0].step.group.id)
        is_settled = Step.objects.get(pk=outcomes[0].step.id).status == "completed"
        following = Step.objects.filter(group_id=outcomes[0].step.group.id, stage="rephrase").count()
        assert following == (2 if is_settled and stages else 0)

    # steps, jobs, following steps, group, events, deliveries
    assert kill_everywhere(make=make, act=act, check=check) == (6 if stages else 5)
    assert set(Step.objects.filter(stage="localize").values_list("status", flat=True)) == {"completed", "failed"}


def test_settling_what_waits_opens_it_with_the_step(organization: Organization) -> None:
    def make() -> ClaimedStep:
        new_group(organization)
        return start()[0]

    def act(step: ClaimedStep) -> None:
        # An event stands for the row that a review is.
        settle(waiting(step, open=lambda step, now: Event.objects.create(group=step.group, seq=1000, type="opened", at=NOW)))

    def check(step: ClaimedStep) -> None:
        is_open = Event.objects.filter(group=step.group, type="opened").exists()
        assert is_open == (Step.objects.get(pk=step.id).status == "waiting")

    assert kill_everywhere(make=make, act=act, check=check) == 4


def test_retrying(organization: Organization) -> None:
    def make() -> ClaimedStep:
        new_group(organization)
        return start()[0]

    def check(step: ClaimedStep) -> None:
        assert_consistent(step.group.id)
        assert Step.objects.get(pk=step.id).input_tokens in {0, 7}

    deaths = kill_everywhere(make=make, act=lambda step: settle(retried(step, usage=Usage(input_tokens=7))), check=check)

    assert deaths == 2  # the step, the day's spending
    assert Step.objects.get(status="ready").input_tokens == 7


def test_cancelling_is_finished_by_the_sweep(organization: Organization) -> None:
    def make() -> JobGroup:
        group = new_group(organization, StageId.REPHRASE)
        settle(waiting(start(limit=2)[0]))
        return group

    def act(group: JobGroup) -> None:
        if JobGroup.objects.get(pk=group.id).cancelled_at is None:
            cancel_group(group, now=LATER)
        else:
            sweep(now=LATER)

    def check(group: JobGroup) -> None:
        assert_consistent(group.id)

    # the mark, steps, jobs, group, events, deliveries, the wake-up
    assert kill_everywhere(make=make, act=act, check=check) == 7
    group = JobGroup.objects.latest("id")
    assert group_state(group.id)["failed_jobs"] == 2
    assert event_types(group.id).count("job.failed") == 2
    settle(completed(_running(group)), now=LATER)
    assert group_state(group.id)["status"] == "failed"
    with pytest.raises(GroupFinished):
        cancel_group(group, now=LATER)


def test_expiring(organization: Organization) -> None:
    dead = NOW + LEASE * 2

    def make() -> JobGroup:
        group = new_group(organization)
        start()
        Step.objects.filter(pk=Step.objects.earliest("id").pk).update(crashes=3)
        return group

    def act(_: JobGroup) -> None:
        expire_leases(now=dead)

    def check(group: JobGroup) -> None:
        assert_consistent(group.id)

    kill_everywhere(make=make, act=act, check=check)

    assert sorted(Step.objects.values_list("status", "crashes")) == [("failed", 3), ("ready", 1), ("ready", 1)]


def test_giving_back(organization: Organization) -> None:
    def make() -> list[ClaimedStep]:
        new_group(organization)
        return start()

    def check(steps: list[ClaimedStep]) -> None:
        assert_consistent(steps[0].group.id)
        assert len(set(Step.objects.values_list("status", "crashes"))) == 1

    # the steps, the wake-up
    assert kill_everywhere(make=make, act=lambda steps: release_steps(steps, now=LATER), check=check) == 2


def _running(group: JobGroup) -> ClaimedStep:
    return load_claimed([Step.objects.get(group_id=group.id, status="running").pk], {}, now=NOW)[0]
