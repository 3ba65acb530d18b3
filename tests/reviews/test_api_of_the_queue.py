"""`GET /reviews` and `GET /reviews/:id`: what waits, for whom, in which order."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.clock import database_now
from foundation.rendering import wire_time
from organizations.access import Actor
from organizations.models import Organization, User
from organizations.permissions import ACCESS_ENGINES, MANAGE_REVIEWS, Grants
from reviews.deciding import approve_review
from reviews.models import ReviewItem
from reviews.services import save_drafts
from tests.factories import make_engine, make_key, make_member, make_role
from tests.reviews.calls import Api, invalid, key_of, live_review, live_reviews, not_found, path_of
from tests.reviews.work import HOUR, MINUTE, claimed, fresh, job_of, reviewer_of, translator

pytestmark = pytest.mark.django_db

MALFORMED = invalid(("cursor", "The cursor is malformed or belongs to another list."), code="malformed_cursor")


@pytest.fixture
def api(organization: Organization, reviewer: User) -> Api:
    return key_of(organization, reviewer)


def ids(api: Api, **query: object) -> list[str]:
    answer = api.get("/reviews", **query)
    assert answer.status == 200, answer.text
    return [item["id"] for item in answer.body["items"]]


def shown(item: ReviewItem, **members: Any) -> dict[str, Any]:
    item = fresh(item)
    return {
        "id": item.pk,
        "groupId": item.group_id,
        "jobId": job_of(item).id,
        "engineId": item.engine_id,
        "engineName": "Translator",
        "sourceLocale": "en",
        "targetLocale": item.target_locale,
        "state": "available",
        "holder": None,
        "leaseUntil": None,
        "segments": 2,
        "words": 4,
        "errors": 0,
        "warnings": 0,
        "glossaryMisses": 0,
        "hasDrafts": False,
        "dueAt": wire_time(item.due_at),
        "createdAt": wire_time(item.created_at),
        "endedAt": None,
        **members,
    }


def test_queue_shows_what_ships_first(organization: Organization, api: Api) -> None:
    late, early = live_review(organization, wait=3 * HOUR), live_review(organization, wait=HOUR)

    assert api.get("/reviews").shown == (200, {"items": [shown(early), shown(late)], "nextCursor": None})


def test_claimed_item_names_its_holder_until_the_lease_is_over(organization: Organization, api: Api, rita: Actor, rolf: Actor) -> None:
    held, left = live_reviews(organization, "de", "fr")
    now = database_now()
    claimed(rolf, left, now=now - HOUR + MINUTE)
    claimed(rolf, held, now=now)
    save_drafts(actor=rolf, item=held, fence=1, texts={1: "A"}, now=now)

    assert api.get("/reviews", state="claimed").body["items"] == [
        shown(
            held,
            state="claimed",
            holder={"id": rolf.user.pk, "name": "Rolf Rival"},
            leaseUntil=wire_time(now + timedelta(minutes=30)),
            hasDrafts=True,
        )
    ]
    assert api.get("/reviews", state="available").body["items"] == [shown(left)]


def test_queue_is_filtered(organization: Organization, api: Api) -> None:
    german, french = live_reviews(organization, "de", "fr")
    other = live_review(organization, "de", engine=make_engine(organization, name="Other"))

    assert ids(api, locale="DE") == [german.pk, other.pk]
    assert ids(api, engineId=other.engine_id) == [other.pk]
    assert ids(api, locale="fr", engineId=other.engine_id) == []
    assert french.pk in ids(api, state="open")


def test_ended_reviews_are_listed_by_their_state_the_last_first(organization: Organization, api: Api, rita: Actor) -> None:
    first, second = live_reviews(organization, "de", "fr")
    now = database_now()
    for moment, item in enumerate([second, first]):
        claimed(rita, item, now=now)
        approve_review(actor=rita, item=fresh(item), fence=1, now=now + moment * MINUTE)

    assert ids(api) == []
    assert ids(api, state="submitted") == [first.pk, second.pk]
    assert ids(api, state="timed_out") == []


@pytest.mark.parametrize("state", ["open", "submitted"])
def test_walk_misses_and_repeats_nothing(organization: Organization, api: Api, rita: Actor, state: str) -> None:
    items = live_reviews(organization, "de", "fr", "it", "es", "pt")  # all due at one moment
    now = database_now()
    for item in items if state == "submitted" else ():
        claimed(rita, item, now=now)
        approve_review(actor=rita, item=fresh(item), fence=1, now=now)
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2, "state": state}
    while True:
        body = api.get("/reviews", **query).body
        seen += [item["id"] for item in body["items"]]
        live_review(organization, wait=MINUTE * 2)  # what comes meanwhile stands before or in another state
        if body["nextCursor"] is None:
            break
        query["cursor"] = body["nextCursor"]

    assert sorted(seen) == sorted(item.pk for item in items)


def test_cursor_is_good_for_its_own_list_only(organization: Organization, api: Api) -> None:
    live_reviews(organization, "de", "fr")
    cursor = api.get("/reviews", limit=1).body["nextCursor"]

    assert api.get("/reviews", limit=1, cursor=cursor).status == 200
    for query in ({"cursor": cursor, "state": "submitted"}, {"cursor": cursor, "locale": "de"}, {"cursor": cursor + "x"}, {"cursor": "x"}):
        assert api.get("/reviews", **query).shown == MALFORMED


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"limit": 0}, ("limit", "Must be at least 1.")),
        ({"limit": "abc"}, ("limit", "Must be a whole number.")),
        ({"locale": "english"}, ("locale", "Unknown language subtag 'english'.")),
        ({"engineId": "x"}, ("engineId", "Must be the id of an engine.")),
        ({"state": "mine"}, ("state", "Must be one of: open, available, claimed, submitted, timed_out, shipped, cancelled.")),
    ],
)
def test_query_that_is_wrong_is_refused(api: Api, query: dict[str, Any], problem: tuple[str, str]) -> None:
    assert api.get("/reviews", **query).shown == invalid(problem)


def test_review_is_shown_whole(organization: Organization, api: Api, rita: Actor) -> None:
    item = live_review(
        organization, data='{"b":"Hello {name}","a":1.50}', translated='{"b":"Hallo","a":1.50}', context="A shop", hints={"b": ["Top"]}
    )
    now = database_now()
    claimed(rita, item, now=now)

    answer = api.get(path_of(item))

    message = "The translation lacks these placeholders, which must be copied exactly: {name}."
    assert answer.body == {
        **shown(
            item,
            state="claimed",
            holder={"id": rita.user.pk, "name": "Rita Reviewer"},
            leaseUntil=wire_time(now + timedelta(minutes=30)),
            segments=1,
            words=2,
            errors=1,
        ),
        "context": "A shop",
        "fence": 1,
        "texts": [
            {
                "number": 1,
                "path": "b",
                "source": "Hello {name}",
                "sent": None,
                "translation": "Hallo",
                "hints": ["Top"],
                "draft": None,
                "findings": [{"code": "placeholder", "severity": "error", "message": message, "mayBeFalseAlarm": True}],
                "flags": [],
            }
        ],
        "data": {"b": "Hallo", "a": 1.5},
        "decision": None,
    }
    assert '"data":{"b":"Hallo","a":1.50}' in answer.text


# ---- who sees what


def test_strangers_and_those_who_may_not_review_see_no_review(organization: Organization, owner: User, stranger: User) -> None:
    item = live_review(organization)
    elsewhere = stranger.memberships.get().organization
    engines = make_role(organization, name="Engines", grants=Grants(everywhere=frozenset({ACCESS_ENGINES, MANAGE_REVIEWS})))
    member = make_member(organization, engines).user
    of_another_engine = reviewer_of(organization, make_engine(organization, name="Other"))

    for api in (key_of(elsewhere, stranger), key_of(organization, member), key_of(organization, of_another_engine.user)):
        assert ids(api) == []
        assert api.get(path_of(item)).shown == not_found("review", "review", item.pk)
    assert ids(key_of(organization, owner)) == [item.pk]


def test_reviewer_of_one_engine_sees_its_reviews_only(organization: Organization) -> None:
    own = live_review(organization)
    live_review(organization, engine=make_engine(organization, name="Other"))
    api = key_of(organization, reviewer_of(organization, translator(organization)).user)

    assert ids(api) == [own.pk]
    assert api.get(path_of(own)).status == 200


def test_service_key_sees_what_its_role_may_review(organization: Organization, reviewer: User) -> None:
    item = live_review(organization)

    assert ids(Api(make_key(organization)[1])) == []
    assert ids(Api(make_key(organization, role=reviewer.memberships.get().role)[1])) == [item.pk]


@pytest.mark.parametrize("review_id", ["x", "rvw_0000000000000000000", "ljb_0000000000000000000", "rvw_%E2%82%AC", "rvw_" + "0" * 300])
def test_review_that_there_is_not_is_not_found(api: Api, review_id: str) -> None:
    assert api.get(f"/reviews/{review_id}").status == 404


def test_nobody_reads_without_a_key(item: ReviewItem) -> None:
    assert [Api(None).get(path).status for path in ("/reviews", path_of(item))] == [401, 401]


def test_list_makes_as_many_queries_for_every_number_of_items(organization: Organization, api: Api) -> None:
    api.get("/reviews")
    counts = []
    for locales in (["de"], ["fr", "it", "es", "pt", "nl"]):
        live_reviews(organization, *locales)
        with CaptureQueriesContext(connection) as captured:
            ids(api)
        counts.append(len(captured))

    assert counts == [2, 2]
