"""Races over reviews, run by `benchmarks.reviews` inside a deployment's environment: rivals on threads with connections of their own.

`python -m benchmarks.review_races claim|timeout|sweep NUMBER` prints one line of JSON.
"""

import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median
from threading import Barrier, Event
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402 (settings first)

from engines.pipeline_config import StageId  # noqa: E402
from foundation.clock import database_now  # noqa: E402
from localization.models import Event as GroupEvent  # noqa: E402
from localization.models import Step  # noqa: E402
from organizations.access import Actor  # noqa: E402
from organizations.models import Organization, User  # noqa: E402
from organizations.permissions import REVIEW_TRANSLATIONS, Grants  # noqa: E402
from pipeline.sweep import sweep  # noqa: E402
from reviews.deciding import approve_review  # noqa: E402
from reviews.errors import ReviewsError  # noqa: E402
from reviews.models import Claim, Decision, ReviewItem  # noqa: E402
from reviews.services import claim_review, release_claim  # noqa: E402
from reviews.timeouts import end_due  # noqa: E402
from tests.factories import make_member, make_person, make_role  # noqa: E402

Act = Callable[[], Any]
HEAD_START_SECONDS = 0.1  # at most, of a decision before the timeout


def main() -> None:
    kind, number = sys.argv[1], int(sys.argv[2])
    organization = Organization.objects.earliest("id")
    acts = {"claim": race_claims, "timeout": race_timeouts, "sweep": time_sweeps}
    print(json.dumps(acts[kind](organization, number)))


def race_claims(organization: Organization, number: int) -> dict[str, Any]:
    """Two reviewers claim each of `number` items at the same moment; the winner gives it back."""
    one, other = _reviewers(organization)
    wins: Counter[int] = Counter()
    for item in _open_items(number):
        held = _at_once(partial(_claim, one, item), partial(_claim, other, item))
        wins[sum(result is not None for result in held)] += 1
        for actor, result in zip((one, other), held, strict=True):
            if result is not None:
                release_claim(actor=actor, item=ReviewItem.objects.get(pk=item.pk), fence=result.fence, now=database_now())
    return {"races": number, "with_one_winner": wins[1], "with_two": wins[2], "with_none": wins[0], "claims": Claim.objects.count()}


def race_timeouts(organization: Organization, number: int) -> dict[str, Any]:
    """A reviewer submits each of `number` items at the moment it times out."""
    reviewer, _ = _reviewers(organization)
    outcomes: Counter[str] = Counter()
    for item in _open_items(number):
        _claim(reviewer, item)
        held = ReviewItem.objects.select_related("step").get(pk=item.pk)
        Step.objects.filter(pk=held.step_id).update(due_at=database_now())
        _at_once(partial(_approve, reviewer, held), partial(_time_out, random.uniform(0, HEAD_START_SECONDS)))
        outcomes[_outcome_of(held)] += 1
    return {"races": number, "outcomes": dict(outcomes)}


def time_sweeps(organization: Organization, number: int) -> dict[str, Any]:
    """The median of `number` sweeps that find nothing to do, in milliseconds."""
    spent = []
    for _ in range(number):
        started = time.perf_counter()
        swept = sweep(now=database_now())
        spent.append((time.perf_counter() - started) * 1000)
        assert swept.reviews == 0
    return {"open_items": ReviewItem.objects.filter(ended_at=None).count(), "sweep_ms": round(median(spent), 1), "most_ms": round(max(spent), 1)}


def _reviewers(organization: Organization) -> list[Actor]:
    now = database_now()
    role = make_role(organization, name=f"Reviewers {now:%H%M%S%f}", grants=Grants(everywhere=frozenset({REVIEW_TRANSLATIONS})), now=now)
    addresses = [f"{name}.{now:%H%M%S%f}@example.com" for name in ("one", "other")]
    people: list[User] = [make_member(organization, role, user=make_person(email=address, now=now), now=now).user for address in addresses]
    return [Actor(user=person, organization=organization) for person in people]


def _open_items(number: int) -> list[ReviewItem]:
    items = list(ReviewItem.objects.filter(ended_at=None).order_by("id")[:number])
    assert len(items) == number
    return items


def _at_once(*acts: Act) -> list[Any]:
    """What each came to. All begin at the same moment."""
    barrier = Barrier(len(acts))

    def run(act: Act) -> Any:
        barrier.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [running.result() for running in [threads.submit(run, act) for act in acts]]


def _claim(actor: Actor, item: ReviewItem) -> Any:
    try:
        return claim_review(actor=actor, item=ReviewItem.objects.get(pk=item.pk), now=database_now())
    except ReviewsError:
        return None


def _approve(actor: Actor, item: ReviewItem) -> Any:
    try:
        return approve_review(actor=actor, item=item, fence=item.fence, now=database_now())
    except ReviewsError:
        return None


def _time_out(seconds: float) -> None:
    """A little later: a decision looks at every text before it is written, and the timeout at none."""
    Event().wait(seconds)
    end_due(now=database_now())


def _outcome_of(item: ReviewItem) -> str:
    """`submitted` or `timed out` where everything agrees on it, and the pipeline went on once; else what does not agree."""
    state, status = ReviewItem.objects.values_list("state", "step__status").get(pk=item.pk)
    decisions = Decision.objects.filter(item=item).count()
    ends = GroupEvent.objects.filter(job_id=item.step.job_id, stage=StageId.HUMAN_EDIT, type__in=["step.completed", "step.skipped"]).count()
    following = Step.objects.filter(job_id=item.step.job_id, id__gt=item.step_id).count()
    found = (state, status, decisions, ends, following)
    return {("submitted", "completed", 1, 1, 1): "submitted", ("timed_out", "skipped", 0, 1, 1): "timed out"}.get(found, str(found))


if __name__ == "__main__":
    main()
