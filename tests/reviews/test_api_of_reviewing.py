"""Claim, heartbeat, draft, release, submit over REST, each refused as the contract says."""

from typing import Any

import pytest
from django.db.models import F

from foundation.clock import database_now
from foundation.rendering import wire_time
from localization.models import JobGroup
from localization.transitions import cancel_group
from organizations.access import Actor
from organizations.models import Organization, User
from reviews.models import Claim, Decision, ReviewItem
from reviews.services import save_drafts
from reviews.transitions import LEASE
from tests.reviews.calls import ENDED, KEPT, NOT_KEPT, STALE, Answer, Api, invalid, key_of, live_review, live_reviews, not_found, path_of, refusal
from tests.reviews.work import TRANSLATED, claimed, claims_of, drafts_of, fresh, job_of, step_of

pytestmark = pytest.mark.django_db

LOST_NAME = "The translation lacks these placeholders, which must be copied exactly: {name}."
CALLS = ("claim", "heartbeat", "release", "draft", "submit")


@pytest.fixture
def item(organization: Organization) -> ReviewItem:
    return live_review(organization)


@pytest.fixture
def api(organization: Organization, reviewer: User) -> Api:
    return key_of(organization, reviewer)


@pytest.fixture
def rivals(organization: Organization, rolf: Actor) -> Api:
    return key_of(organization, rolf.user)


def call(api: Api, item: ReviewItem, name: str, **body: Any) -> Answer:
    return api.put(path_of(item, name), body) if name == "draft" else api.post(path_of(item, name), body)


def conflict(code: str, message: str, **extra: Any) -> tuple[int, dict[str, Any]]:
    return refusal(409, "ConflictError", code, message, **extra)


STALE_CLAIM = conflict("stale_claim", STALE, kept=[], newer=[])


def lose_lease(item: ReviewItem) -> None:
    """Half an hour passes."""
    ReviewItem.objects.filter(pk=item.pk).update(lease_until=F("claimed_at"))


def test_claim_answers_fence_and_lease(item: ReviewItem, api: Api) -> None:
    answer = api.post(path_of(item, "claim"))

    row = fresh(item)
    assert answer.shown == (200, {"fence": 1, "leaseUntil": wire_time(row.lease_until)})  # type: ignore[arg-type]
    assert api.post(path_of(item, "claim")).body["fence"] == 1


def test_claim_of_what_another_holds_is_taken(item: ReviewItem, api: Api, rivals: Api) -> None:
    api.post(path_of(item, "claim"))

    assert rivals.post(path_of(item, "claim")).shown == conflict("taken", "Somebody else is reviewing this translation.")


def test_fourth_claim_is_too_many(organization: Organization, api: Api) -> None:
    items = live_reviews(organization, "de", "fr", "it", "es")

    answers = [api.post(path_of(item, "claim")) for item in items]

    assert [answer.status for answer in answers] == [200, 200, 200, 409]
    assert answers[3].shown == conflict("too_many_claims", "You hold 3 reviews already: submit or release one.")


def test_heartbeat_renews_and_release_gives_back(item: ReviewItem, api: Api, rivals: Api) -> None:
    api.post(path_of(item, "claim"))

    answer = call(api, item, "heartbeat", fence=1)
    assert (answer.status, answer.body["fence"]) == (200, 1)
    assert call(api, item, "release", fence=1).status == 204
    assert rivals.post(path_of(item, "claim")).body["fence"] == 3


@pytest.mark.parametrize("name", ["heartbeat", "release"])
def test_stale_fence_is_refused(item: ReviewItem, api: Api, rolf: Actor, name: str) -> None:
    api.post(path_of(item, "claim"))
    lose_lease(item)
    claimed(rolf, item, now=database_now())

    for fence in (0, 1, 2, 7):
        assert call(api, item, name, fence=fence).shown == STALE_CLAIM

    assert fresh(item).holder_id == rolf.user.pk


def test_drafts_are_saved_by_path_and_answered_with_their_findings(item: ReviewItem, api: Api, reviewer: User) -> None:
    api.post(path_of(item, "claim"))

    answer = call(api, item, "draft", fence=1, texts={"body[0]": "Guten Tag", "title": "Sichern"})

    finding = {"code": "placeholder", "severity": "error", "message": LOST_NAME, "mayBeFalseAlarm": True}
    assert answer.body["texts"] == [
        {"number": 1, "path": "title", "draft": "Sichern", "findings": [finding]},
        {"number": 2, "path": "body[0]", "draft": "Guten Tag", "findings": []},
    ]
    assert drafts_of(item) == {1: ("Sichern", reviewer.pk), 2: ("Guten Tag", reviewer.pk)}
    assert call(api, item, "draft", fence=1, texts={"title": None}).body["texts"] == [{"number": 1, "path": "title", "draft": None, "findings": []}]
    assert list(drafts_of(item)) == [2]


def test_drafts_under_a_claim_that_is_over_are_kept_and_both_versions_shown(item: ReviewItem, api: Api, rolf: Actor, reviewer: User) -> None:
    api.post(path_of(item, "claim"))
    lose_lease(item)
    claimed(rolf, item, now=database_now())
    save_drafts(actor=rolf, item=item, fence=2, texts={2: "Rolf's"}, now=(now := database_now()))

    answer = call(api, item, "draft", fence=1, texts={"title": "Mine", "body[0]": "Mine too"})

    newer = {"path": "body[0]", "text": "Rolf's", "author": "Rolf Rival", "updatedAt": wire_time(now)}
    assert answer.shown == conflict("stale_claim", NOT_KEPT, kept=["title"], newer=[newer])
    assert drafts_of(item) == {1: ("Mine", reviewer.pk), 2: ("Rolf's", rolf.user.pk)}


def test_draft_of_no_text_or_of_several_is_refused(organization: Organization, api: Api) -> None:
    item = live_review(organization, data='{"a.b":"One","a":{"b":"Two"}}', translated='{"a.b":"Eins","a":{"b":"Zwei"}}')
    api.post(path_of(item, "claim"))

    answer = call(api, item, "draft", fence=1, texts={"a.b": "x", "c": "y"})

    assert answer.shown == invalid(("texts.a.b", "Several texts have this path."), ("texts.c", "No text of this review has this path."))


def test_approval_answers_the_decision(item: ReviewItem, api: Api) -> None:
    api.post(path_of(item, "claim"))

    answer = call(api, item, "submit", fence=1, decision="approve")

    decision = Decision.objects.get()
    assert answer.shown == (
        200,
        {
            "decision": "approve",
            "reviewer": "Rita Reviewer",
            "changed": 0,
            "acknowledged": [],
            "falseAlarms": [],
            "claimedAt": wire_time(decision.claimed_at),
            "decidedAt": wire_time(decision.decided_at),
        },
    )
    assert (step_of(item).status, job_of(item).status) == ("completed", "completed")


def test_edit_is_refused_with_all_faults_and_then_taken(item: ReviewItem, api: Api) -> None:
    api.post(path_of(item, "claim"))
    data = TRANSLATED.replace("{name} ", "").replace("Guten Morgen", "")
    body = f'{{"fence":1,"decision":"edit","data":{data}}}'

    alarm = f"{LOST_NAME} Change the text, or mark this a false alarm with a reason."
    status, answer = api.post(path_of(item, "submit"), body).shown
    assert (status, answer["code"]) == (400, "review_has_faults")
    assert answer["errors"] == [
        {"path": "title", "code": "placeholder", "message": alarm},
        {"path": "body[0]", "code": "empty", "message": "The translation is empty."},
    ]

    false_alarm = '[{"path":"title","code":"placeholder","reason":"It is meant."}]'
    good = TRANSLATED.replace("{name} ", "").replace("Morgen", "Tag")
    answer = api.post(path_of(item, "submit"), f'{{"fence":1,"decision":"edit","data":{good},"acknowledged":{false_alarm}}}').body
    assert (answer["decision"], answer["changed"]) == ("edit", 2)
    assert step_of(item).output == good


def test_edit_of_another_structure_names_the_path(item: ReviewItem, api: Api) -> None:
    api.post(path_of(item, "claim"))

    answer = api.post(path_of(item, "submit"), f'{{"fence":1,"decision":"edit","data":{TRANSLATED.replace("1.50", "2")}}}')

    assert answer.body["errors"] == [{"path": "price", "code": "structure", "message": "Must stay 1.50."}]


def test_double_click_is_told_of_the_decision(item: ReviewItem, api: Api) -> None:
    api.post(path_of(item, "claim"))
    call(api, item, "submit", fence=1, decision="approve")

    answer = call(api, item, "submit", fence=1, decision="approve")

    decision = {"decision": "approve", "reviewer": "Rita Reviewer", "decidedAt": wire_time(Decision.objects.get().decided_at)}
    assert answer.shown == conflict("already_decided", "This review was decided by Rita Reviewer.", decision=decision)
    assert Claim.objects.count() == 1


def test_stale_edit_keeps_what_was_typed(item: ReviewItem, api: Api, rolf: Actor, reviewer: User) -> None:
    api.post(path_of(item, "claim"))
    lose_lease(item)
    claimed(rolf, item, now=database_now())

    answer = api.post(path_of(item, "submit"), f'{{"fence":1,"decision":"edit","data":{TRANSLATED.replace("Morgen", "Tag")}}}')

    assert answer.shown == conflict("stale_claim", KEPT, kept=["body[0]"], newer=[])
    assert drafts_of(item) == {2: ("Guten Tag", reviewer.pk)}


def test_submit_without_a_claim_is_refused(item: ReviewItem, api: Api) -> None:
    for fence in (0, 1):
        assert call(api, item, "submit", fence=fence, decision="approve").shown == STALE_CLAIM
    assert claims_of(item) == []


@pytest.mark.parametrize("name", CALLS)
def test_review_whose_group_was_cancelled_has_ended(item: ReviewItem, api: Api, name: str) -> None:
    api.post(path_of(item, "claim"))
    cancel_group(JobGroup.objects.get(pk=item.group_id), now=database_now())
    ReviewItem.objects.update(state="cancelled", ended_at=database_now(), holder=None, lease_until=None)

    answer = call(api, item, name, fence=1, decision="approve", texts={})

    assert answer.shown == conflict("review_ended", ENDED, state="cancelled")


@pytest.mark.parametrize("name", CALLS)
def test_review_of_strangers_is_not_found(item: ReviewItem, stranger: User, name: str) -> None:
    api = key_of(stranger.memberships.get().organization, stranger)

    assert call(api, item, name, nonsense=True).shown == not_found("review", "review", item.pk)
    assert fresh(item).state == "available"


@pytest.mark.parametrize(
    ("name", "body", "problems"),
    [
        ("heartbeat", {}, [("fence", "This field is required.")]),
        ("release", {"fence": "1"}, [("fence", "Must be a whole number.")]),
        ("heartbeat", {"fence": True}, [("fence", "Must be a whole number.")]),
        ("heartbeat", {"fence": 99999999999}, [("fence", "Must be at most 2147483647.")]),
        ("draft", {"fence": 1}, [("texts", "This field is required.")]),
        ("draft", {"fence": 1, "texts": {"title": 1}}, [("texts.title", "Must be a string.")]),
        ("submit", {"fence": 1}, [("decision", "This field is required.")]),
        ("submit", {"fence": 1, "decision": "maybe"}, [("decision", "Must be one of: approve, edit.")]),
        ("submit", {"fence": 1, "decision": "edit"}, [("data", "This field is required.")]),
        ("submit", {"fence": 1, "decision": "edit", "data": []}, [("data", "Must be an object.")]),
        ("submit", {"fence": 1, "decision": "approve", "data": {}}, [("data", "Only an edit has data; approving takes the AI version.")]),
        ("submit", {"fence": 1, "decision": "approve", "acknowledged": [{"path": "a"}]}, [("acknowledged[0].code", "This field is required.")]),
    ],
)
def test_body_that_is_wrong_is_refused(item: ReviewItem, api: Api, name: str, body: Any, problems: list[tuple[str, str]]) -> None:
    api.post(path_of(item, "claim"))

    assert call(api, item, name, **body).shown == invalid(*problems)


def test_removed_role_ends_what_a_key_may_do(item: ReviewItem, api: Api, reviewer: User) -> None:
    api.post(path_of(item, "claim"))
    reviewer.groups.clear()

    assert [call(api, item, name, fence=1).status for name in CALLS] == [404] * len(CALLS)


def test_lease_is_half_an_hour(item: ReviewItem, api: Api) -> None:
    api.post(path_of(item, "claim"))

    row = fresh(item)
    assert row.lease_until is not None
    assert row.claimed_at is not None
    assert row.lease_until - row.claimed_at == LEASE
