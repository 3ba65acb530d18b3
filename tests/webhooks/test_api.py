"""The delivery log and replays over REST."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from organizations.models import Organization, User
from organizations.services import set_default_webhook_url
from tests.factories import AUTHOR, NOW, make_key, organization_owner
from tests.webhooks.rows import URL, make_failed, make_ready, make_running, new_delivery, sent, state
from webhooks.models import Delivery
from webhooks.transitions import expire_leases, insert_deliveries, settle

CALLS = (
    ("GET", "/webhooks/deliveries"),
    ("GET", "/webhooks/deliveries/{id}"),
    ("POST", "/webhooks/deliveries/{id}/replay"),
    ("POST", "/webhooks/replay"),
    ("POST", "/webhooks/test"),
)


class Api:
    """Calls with one key."""

    def __init__(self, key: str) -> None:
        self.client = Client(headers={"X-API-Key": key})

    def get(self, path: str, **query: object) -> tuple[int, Any]:
        response = self.client.get(path, query)
        return response.status_code, response.json()

    def post(self, path: str, body: object = None) -> tuple[int, Any]:
        response = self.client.post(path, body if body is not None else b"", content_type="application/json")
        return response.status_code, response.json()

    def call(self, method: str, path: str) -> tuple[int, Any]:
        return self.get(path) if method == "GET" else self.post(path, {"since": "2026-01-01T00:00:00Z"})


def without_request_id(answer: tuple[int, Any]) -> tuple[int, Any]:
    return answer[0], {name: value for name, value in answer[1].items() if name != "requestId"}


@pytest.fixture
def api(organization: Organization, owner: User) -> Api:
    return Api(make_key(organization, user=owner)[1])


@pytest.fixture
def foreign_api(stranger: User) -> Api:
    organization = stranger.memberships.get().organization
    return Api(make_key(organization, user=stranger)[1])


def shown(delivery_id: str, **members: object) -> dict[str, object]:
    delivery = Delivery.objects.get(pk=delivery_id)
    return {
        "id": delivery.pk,
        "eventType": "translation.completed",
        "eventId": "ljb_1",
        "url": URL,
        "status": "pending",
        "attemptCount": 0,
        "nextAttemptAt": "2026-03-01T12:00:00.000Z",
        "createdAt": "2026-03-01T12:00:00.000Z",
        "completedAt": None,
        **members,
    }


def test_deliveries_are_listed_newest_first_without_a_strangers(organization: Organization, api: Api, foreign_api: Api) -> None:
    failed = make_failed(organization).pk
    running = make_running(organization, url="").delivery_id
    waiting = make_ready(organization).pk

    failed_now = {"status": "failed", "attemptCount": 1, "nextAttemptAt": None, "completedAt": "2026-03-01T12:00:00.000Z"}
    items = [
        shown(waiting),
        shown(running, status="running", attemptCount=1, url=None, nextAttemptAt=None),
        shown(failed, **failed_now),
    ]
    assert api.get("/webhooks/deliveries") == (200, {"items": items, "nextCursor": None})
    assert api.get("/webhooks/deliveries", status="failed") == (200, {"items": items[2:], "nextCursor": None})
    assert api.get("/webhooks/deliveries", status="pending", since="2026-03-01T12:00:00Z")[1]["items"] == items[:1]
    assert api.get("/webhooks/deliveries", since="2026-03-01T12:00:00.001Z")[1]["items"] == []
    assert foreign_api.get("/webhooks/deliveries") == (200, {"items": [], "nextCursor": None})


def test_walking_the_list_misses_and_repeats_nothing(organization: Organization, api: Api, foreign_api: Api) -> None:
    keys = [row.pk for row in insert_deliveries([new_delivery(organization)] * 25, now=NOW)]
    walked: list[str] = []
    query: dict[str, object] = {"limit": 10}
    while True:
        _, page = api.get("/webhooks/deliveries", **query)
        walked += [item["id"] for item in page["items"]]
        make_ready(organization)
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]

    assert walked == keys[::-1]
    status, answer = foreign_api.get("/webhooks/deliveries", cursor=query["cursor"])
    assert (status, answer["code"]) == (400, "malformed_cursor")


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"status": "ready"}, "status"),
        ({"status": ""}, "status"),
        ({"since": "yesterday"}, "since"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "abc"}, "limit"),
        ({"cursor": "x.y"}, "cursor"),
    ],
)
def test_wrong_query_is_refused_by_name(api: Api, query: dict[str, str], path: str) -> None:
    status, answer = api.get("/webhooks/deliveries", **query)

    assert (status, [error["path"] for error in answer["errors"]]) == (400, [path])


def test_delivery_is_shown_with_its_attempts(organization: Organization, api: Api) -> None:
    outgoing = make_running(organization)
    settle([sent(outgoing, None, error="read_timeout")], now=NOW - timedelta(hours=1))
    second = make_running(organization, url="https://hooks.example/other")
    expire_leases(NOW + timedelta(minutes=1))
    settle([sent(second, 200)], now=NOW)

    status, answer = api.get(f"/webhooks/deliveries/{outgoing.delivery_id}")

    attempt = {"number": 1, "at": "2026-03-01T12:00:00.000Z", "url": URL, "statusCode": None, "durationMs": 7, "error": "read_timeout", "answer": ""}
    died = {**attempt, "number": 2, "at": "2026-03-01T12:01:00.000Z", "durationMs": 0, "error": "process_died"}
    waiting = {"attemptCount": 1, "nextAttemptAt": "2026-03-01T12:01:00.000Z"}
    assert (status, answer) == (200, shown(outgoing.delivery_id, **waiting, attempts=[attempt, died]))


def test_ended_delivery_is_sent_again(organization: Organization, api: Api) -> None:
    failed = make_failed(organization)

    status, answer = api.post(f"/webhooks/deliveries/{failed.pk}/replay")

    assert (status, answer) == (202, shown(failed.pk, nextAttemptAt=answer["nextAttemptAt"]))
    assert answer["nextAttemptAt"] > "2026-03-02"


def test_delivery_under_way_is_not_sent_again(organization: Organization, api: Api) -> None:
    waiting = make_ready(organization)

    status, answer = api.post(f"/webhooks/deliveries/{waiting.pk}/replay")

    assert (status, answer["_tag"], answer["code"]) == (409, "ConflictError", "delivery_under_way")


def test_all_that_failed_since_a_time_is_sent_again(organization: Organization, api: Api) -> None:
    early, late = make_failed(organization), make_failed(organization, now=NOW + timedelta(hours=1))

    assert api.post("/webhooks/replay", {"since": "2026-03-01T14:00:00+02:00"}) == (202, {"replayed": 2})
    assert [state(delivery.pk)["status"] for delivery in (early, late)] == ["ready", "ready"]
    assert api.post("/webhooks/replay", {"since": "2026-03-01T12:30:00Z"}) == (202, {"replayed": 0})


@pytest.mark.parametrize("body", [{}, {"since": None}, {"since": 5}, {"since": "2026-13-01"}, {"since": "9999-12-31T23:59:59-14:00"}])
def test_replay_without_a_time_is_refused(api: Api, body: dict[str, object]) -> None:
    status, answer = api.post("/webhooks/replay", body)

    assert (status, [error["path"] for error in answer["errors"]]) == (400, ["since"])


def test_test_event_is_sent_to_the_default_url(organization: Organization, api: Api) -> None:
    status, answer = api.post("/webhooks/test")
    assert (status, answer["code"]) == (400, "no_default_webhook_url")
    set_default_webhook_url(organization=organization, url=URL, author=AUTHOR, now=NOW)

    status, answer = api.post("/webhooks/test")

    times = {"createdAt": answer["createdAt"], "nextAttemptAt": answer["createdAt"]}
    assert (status, answer) == (202, shown(answer["id"], eventType="webhook.test", eventId=answer["eventId"], url=None, **times))


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_key_without_the_permission_is_told_which_is_missing(organization: Organization, reviewer: User, method: str, path: str) -> None:
    failed = make_failed(organization)

    status, answer = Api(make_key(organization, user=reviewer)[1]).call(method, path.format(id=failed.pk))

    assert (status, answer["_tag"]) == (403, "ForbiddenError")
    assert answer["message"] == f"This needs the permission org:manage_settings. It can be granted by: {organization_owner(organization)}."
    assert state(failed.pk)["status"] == "failed"


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_call_without_a_key_is_refused(organization: Organization, method: str, path: str) -> None:
    status, answer = Api("").call(method, path.format(id=make_failed(organization).pk))

    assert (status, answer["message"]) == (401, "Invalid API key")


@pytest.mark.parametrize(("method", "path"), [call for call in CALLS if "{id}" in call[1]])
def test_strangers_delivery_does_not_exist(organization: Organization, foreign_api: Api, method: str, path: str) -> None:
    failed = make_failed(organization).pk

    for delivery_id in (failed, "dlv_0000000000000000000", "dlv_%F0%9F%A6%86", "x"):
        answer = foreign_api.call(method, path.format(id=delivery_id))
        body = {
            "_tag": "NotFoundError",
            "message": "Delivery not found.",
            "code": "delivery_not_found",
            "entityType": "delivery",
            "id": unquote(delivery_id),
        }
        assert without_request_id(answer) == (404, body)
    assert state(failed)["status"] == "failed"
