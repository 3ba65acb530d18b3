"""A decision ends the wait: the approved or edited translation goes on, once, with who decided what."""

import json
from typing import Any

import pytest
from django.test import TestCase
from django_q.models import OrmQ

from engines.memory import Known, look_up
from engines.models import Engine, MemoryEntry
from engines.pipeline_config import StageId
from localization.models import Event
from organizations.access import Actor
from organizations.models import Organization
from reviews.deciding import approve_review, edit_review
from reviews.errors import AlreadyDecided, ReviewEnded, StaleClaim
from reviews.models import Decision, ReviewItem
from reviews.services import release_claim, save_drafts
from reviews.timeouts import end_due, return_expired
from reviews.transitions import LEASE, claim_item
from tests.factories import NOW
from tests.localization.consistency import assert_consistent
from tests.localization.steps import stages_of
from tests.reviews.meddling import moving_before
from tests.reviews.work import (
    MINUTE,
    TRANSLATED,
    WAIT,
    claimed,
    claims_of,
    drafts_of,
    edited,
    fresh,
    job_of,
    make_review,
    state_of_item,
    step_of,
)

pytestmark = pytest.mark.django_db

SOON = NOW + MINUTE
TITLE = "{name} speichern"
EDITED = TRANSLATED.replace("{name} sichern", TITLE)


def approve(actor: Actor, item: ReviewItem, fence: int = 1, *, now: Any = SOON) -> Decision:
    with TestCase.captureOnCommitCallbacks(execute=True):
        return approve_review(actor=actor, item=fresh(item), fence=fence, now=now)


def edit(actor: Actor, item: ReviewItem, fence: int = 1, *, now: Any = SOON, **texts: str) -> Decision:
    with TestCase.captureOnCommitCallbacks(execute=True):
        return edit_review(actor=actor, item=fresh(item), fence=fence, data=edited(**texts), now=now)


def test_approving_sends_the_ai_version_on(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    decision = approve(rita, item)

    step = step_of(item)
    assert (step.status, step.output, step.completed_at) == ("completed", TRANSLATED, SOON)
    assert (decision.kind, decision.changed, decision.reviewer, decision.reviewer_label) == ("approve", 0, rita.user, "Rita Reviewer")
    assert job_of(item).status == "completed"
    assert_consistent(item.group_id)


def test_editing_sends_the_persons_texts_on_and_nothing_else_changed(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    edit(rita, item, title=TITLE)

    assert step_of(item).output == EDITED  # `1.50` included
    assert json.loads(step_of(item).detail) == {
        "decision": "edit",
        "reviewer": "Rita Reviewer",
        "changed": 1,
        "acknowledged": [],
        "falseAlarms": [],
        "claimedAt": "2026-03-01T12:00:00.000Z",
        "decidedAt": "2026-03-01T12:01:00.000Z",
    }
    assert Decision.objects.get(item=item).changed == 1


def test_decided_item_is_submitted_and_so_is_its_claim(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    approve(rita, item)

    assert state_of_item(item) == {
        "state": "submitted",
        "holder_id": None,
        "fence": 1,
        "claimed_at": None,
        "lease_until": None,
        "due_at": NOW + WAIT,
        "ended_at": SOON,
    }
    assert claims_of(item) == [(rita.user.pk, 1, "submitted", SOON)]


def test_decision_brings_the_next_stage_and_wakes_a_worker(organization: Organization, rita: Actor) -> None:
    item = make_review(organization, stages=[StageId.POST_EDIT])
    claimed(rita, item)
    OrmQ.objects.all().delete()

    approve(rita, item)

    job = job_of(item)
    assert stages_of(job.id) == [("localize", "completed"), ("humanEdit", "completed"), ("postEdit", "ready")]
    assert Event.objects.filter(group_id=item.group_id, type="step.completed", stage="humanEdit").count() == 1
    assert OrmQ.objects.count() == 1
    assert_consistent(item.group_id)


def test_decision_deletes_the_drafts(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    save_drafts(actor=rita, item=item, fence=1, texts={1: TITLE}, now=NOW)

    edit(rita, item, title=TITLE)

    assert drafts_of(item) == {}


@pytest.mark.parametrize("is_swept", [True, False])
def test_decision_after_the_lease_counts_as_long_as_nobody_took_the_item(item: ReviewItem, rita: Actor, is_swept: bool) -> None:
    claimed(rita, item)
    if is_swept:
        return_expired(now=NOW + LEASE)

    approve(rita, item, now=NOW + LEASE)

    assert fresh(item).state == "submitted"
    assert claims_of(item) == [(rita.user.pk, 1, "submitted", NOW + LEASE)]


def test_decision_after_the_deadline_counts_as_long_as_the_step_waits(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item, now=NOW + WAIT - MINUTE)

    approve(rita, item, now=NOW + WAIT + MINUTE)

    assert step_of(item).status == "completed"


def test_second_click_is_told_of_the_decision_and_changes_nothing(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    edit(rita, item, title=TITLE)

    with pytest.raises(AlreadyDecided) as caught:
        edit(rita, item, title="{name} behalten", now=SOON + MINUTE)

    assert (caught.value.kind, caught.value.reviewer, caught.value.decided_at) == ("edit", "Rita Reviewer", SOON)
    assert step_of(item).output == EDITED
    assert Decision.objects.count() == 1
    assert drafts_of(item) == {}
    assert_consistent(item.group_id)


def test_decision_without_a_claim_is_refused(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    for fence in (0, 1):
        with pytest.raises(StaleClaim):
            approve(rita, item, fence)
    claimed(rolf, item)
    with pytest.raises(StaleClaim):
        edit(rita, item, 1, title=TITLE)

    assert step_of(item).status == "waiting"
    assert drafts_of(item) == {}


def test_decision_after_release_is_refused_and_what_was_typed_is_kept(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    release_claim(actor=rita, item=item, fence=1, now=NOW)

    with pytest.raises(StaleClaim) as caught:
        edit(rita, item, title=TITLE)

    assert caught.value.kept == (1,)
    assert drafts_of(item) == {1: (TITLE, rita.user.pk)}
    assert step_of(item).status == "waiting"


def test_decision_under_a_claim_that_another_took_over_is_refused_and_kept_as_drafts(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)
    claimed(rolf, item, now=NOW + LEASE)

    with pytest.raises(StaleClaim) as caught:
        edit(rita, item, title=TITLE, now=NOW + LEASE)

    assert caught.value.kept == (1,)
    assert fresh(item).holder_id == rolf.user.pk
    assert Decision.objects.count() == 0


def test_decision_that_loses_the_item_in_that_moment_leaves_the_step_waiting(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)
    late = NOW + LEASE

    # The rival's claim is rolled back with the decision; that the step waits again is what counts.
    with (
        moving_before("WITH given", lambda: claim_item(item.pk, holder=rolf.user, now=late)),
        pytest.raises(StaleClaim),
    ):
        edit(rita, item, title=TITLE, now=late)

    assert step_of(item).status == "waiting"
    assert Decision.objects.count() == 0
    assert drafts_of(item) == {1: (TITLE, rita.user.pk)}
    assert_consistent(item.group_id)


def test_decision_after_the_timeout_is_refused_and_kept_as_drafts(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item, now=NOW + WAIT - MINUTE)
    end_due(now=NOW + WAIT)

    with pytest.raises(ReviewEnded) as caught:
        edit(rita, item, title=TITLE, now=NOW + WAIT)

    assert caught.value.state == "timed_out"
    assert drafts_of(item) == {1: (TITLE, rita.user.pk)}
    assert (step_of(item).status, step_of(item).output) == ("skipped", None)


# ---- the memory


def remembered(item: ReviewItem, **texts: str) -> dict[str, Known]:
    keys = {name: (text, "") for name, text in texts.items()}
    return look_up(item.engine_id, "en", "de", keys, "", layers_version=999)


def test_reviewed_texts_are_remembered_as_a_persons_changed_and_approved_alike(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    edit(rita, item, title=TITLE)

    human = MemoryEntry.Origin.HUMAN
    assert remembered(item, a="Save {name}", b="Good morning") == {"a": Known(TITLE, human), "b": Known("Guten Morgen", human)}
    assert set(MemoryEntry.objects.values_list("made_by", flat=True)) == {"Rita Reviewer"}


def test_memory_is_keyed_by_hint_context_and_the_cleaned_source(organization: Organization, rita: Actor) -> None:
    item = make_review(
        organization, data='{"a":"Helo"}', cleaned='{"a":"Hello"}', translated='{"a":"Hallo"}', hints={"a": ["Page", "Title"]}, context="A shop"
    )
    claimed(rita, item)

    approve(rita, item)

    known = look_up(item.engine_id, "en", "de", {"a": ("Hello", "Page > Title")}, "A shop", layers_version=0)
    assert known == {"a": Known("Hallo", MemoryEntry.Origin.HUMAN)}


def test_nothing_is_remembered_where_the_memory_is_off(organization: Organization, item: ReviewItem, rita: Actor) -> None:
    Engine.objects.filter(pk=item.engine_id).update(uses_memory=False, layers_version=2)
    claimed(rita, item)

    approve(rita, item)

    assert MemoryEntry.objects.count() == 0


def test_nothing_is_remembered_of_a_refused_decision(item: ReviewItem, rita: Actor) -> None:
    with pytest.raises(StaleClaim):
        approve(rita, item)

    assert MemoryEntry.objects.count() == 0
