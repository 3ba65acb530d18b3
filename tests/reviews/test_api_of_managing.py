"""Withdraw, extend and ship over REST: for those who hold `org:manage_reviews`."""

from datetime import timedelta
from typing import Any

import pytest

from foundation.clock import database_now
from foundation.rendering import wire_time
from organizations.access import Actor
from organizations.models import AuditEvent, Organization, User
from organizations.permissions import MANAGE_REVIEWS, Grants
from reviews.models import ReviewItem
from tests.factories import make_key, make_member, make_person, make_role
from tests.reviews.calls import Api, invalid, key_of, live_review, not_found, path_of, refusal
from tests.reviews.work import claimed, fresh, step_of

pytestmark = pytest.mark.django_db

BODIES: dict[str, dict[str, Any]] = {
    "withdraw": {"reason": "On leave."},
    "extend": {"reason": "Holidays.", "dueAt": "2099-01-01T00:00:00Z"},
    "ship": {"reason": "Launch."},
}


@pytest.fixture
def item(organization: Organization) -> ReviewItem:
    return live_review(organization)


@pytest.fixture
def manager(organization: Organization) -> Api:
    """Manages reviews and reviews nothing."""
    role = make_role(organization, name="Managers", grants=Grants(everywhere=frozenset({MANAGE_REVIEWS})))
    return key_of(organization, make_member(organization, role, user=make_person(name="Mona Manager")).user)


def test_claim_is_withdrawn(item: ReviewItem, rita: Actor, manager: Api) -> None:
    claimed(rita, item, now=database_now())

    answer = manager.post(path_of(item, "withdraw"), {"reason": " On leave. ", "fence": 1})

    assert (answer.status, answer.body["state"], answer.body["holder"]) == (200, "available", None)
    row = AuditEvent.objects.get(action="review.claim_withdrawn")
    assert (row.target_id, row.detail) == (item.pk, '{"reason": "On leave.", "holder": "Rita Reviewer"}')
    assert row.request_id
    again = manager.post(path_of(item, "withdraw"), {"reason": "On leave."})
    assert again.shown == refusal(409, "ConflictError", "not_claimed", "Nobody holds this review any more.")


def test_deadline_is_extended(item: ReviewItem, manager: Api) -> None:
    due_at = item.due_at + timedelta(hours=5)

    answer = manager.post(path_of(item, "extend"), {"reason": "Holidays.", "dueAt": due_at.isoformat()})

    assert (answer.status, answer.body["dueAt"]) == (200, wire_time(due_at))
    assert step_of(item).due_at == fresh(item).due_at == due_at


@pytest.mark.parametrize(
    ("shift", "message"),
    [
        (timedelta(0), "Must be later than the present deadline and than now."),
        (timedelta(days=40), "Must be within 720 hours of the review's creation."),
    ],
)
def test_deadline_that_is_too_early_or_too_late_is_refused(item: ReviewItem, manager: Api, shift: timedelta, message: str) -> None:
    answer = manager.post(path_of(item, "extend"), {"reason": "Holidays.", "dueAt": (item.due_at + shift).isoformat()})

    assert answer.shown == invalid(("dueAt", message))


def test_ai_version_is_shipped_once(item: ReviewItem, manager: Api) -> None:
    answer = manager.post(path_of(item, "ship"), {"reason": "Launch."})

    assert (answer.status, answer.body["state"]) == (200, "shipped")
    assert step_of(item).status == "skipped"
    assert manager.post(path_of(item, "ship"), {"reason": "Launch."}).body["code"] == "review_ended"


@pytest.mark.parametrize("name", BODIES)
def test_reviewers_may_not_manage(organization: Organization, item: ReviewItem, reviewer: User, name: str) -> None:
    answer = key_of(organization, reviewer).post(path_of(item, name), BODIES[name])

    message = "This needs the permission org:manage_reviews. It can be granted by: Olive Owner."
    assert answer.shown == refusal(403, "ForbiddenError", "forbidden", message)
    assert step_of(item).status == "waiting"


@pytest.mark.parametrize("name", BODIES)
def test_review_of_strangers_is_not_found(item: ReviewItem, stranger: User, name: str) -> None:
    api = key_of(stranger.memberships.get().organization, stranger)

    assert api.post(path_of(item, name), BODIES[name]).shown == not_found("review", "review", item.pk)


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("reason", [..., "", "  ", 1])
def test_reason_is_required(item: ReviewItem, manager: Api, name: str, reason: Any) -> None:
    body = {**BODIES[name], "reason": reason}

    answer = manager.post(path_of(item, name), {key: value for key, value in body.items() if value is not ...})

    assert [error["path"] for error in answer.body["errors"]] == ["reason"]


def test_deadline_must_be_a_time(item: ReviewItem, manager: Api) -> None:
    for due_at in ("tomorrow", 5, None):
        answer = manager.post(path_of(item, "extend"), {"reason": "x", "dueAt": due_at})
        assert [error["path"] for error in answer.body["errors"]] == ["dueAt"]


def test_key_without_the_permission_manages_nothing(organization: Organization, item: ReviewItem) -> None:
    api = Api(make_key(organization)[1])

    assert {api.post(path_of(item, name), BODIES[name]).status for name in BODIES} == {403}
