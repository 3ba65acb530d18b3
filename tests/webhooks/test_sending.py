"""One attempt from claim to result, against a receiver that checks signatures as receivers do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from organizations.models import Organization
from organizations.services import set_default_webhook_url
from tests.factories import AUTHOR, NOW, make_organization
from tests.servers.receiver import Receiver
from tests.servers.script import rule
from tests.webhooks.rows import BODY, URL, claim_due, make_failed, make_ready, make_running, new_delivery, sent, state
from tests.webhooks.wire import FakeNetwork
from webhooks.errors import NoDefaultURL, TransitionRefused
from webhooks.http import Timeouts
from webhooks.models import Delivery, Endpoint, SigningSecret
from webhooks.queries import load_claimed, prepare
from webhooks.services import enable_endpoint, replay_delivery, replay_failed_since, send, send_test_event
from webhooks.signing import current_secret, rotate
from webhooks.transitions import Sent, insert_deliveries, settle


def default_url(organization: Organization, url: str) -> None:
    set_default_webhook_url(organization=organization, url=url, author=AUTHOR, now=NOW)


@pytest.mark.usefixtures("loopback")
def test_delivery_arrives_signed_with_its_id_and_bytes(organization: Organization, webhook_receiver: Receiver) -> None:
    webhook_receiver.set_secret(current_secret(organization, NOW))
    outgoing = make_running(organization, url=webhook_receiver.hook_url(), now=datetime.now(UTC))

    result = send(outgoing)

    [hit] = webhook_receiver.hits()
    assert (hit["method"], hit["path"], hit["id"], hit["text"], hit["problem"]) == ("POST", "/hook", "ljb_1", BODY, None)
    assert hit["headers"]["content-type"] == "application/json"
    assert result == Sent(outgoing, result.at, result.duration_ms, status_code=200, answer='{"received":true}')


@pytest.mark.usefixtures("loopback")
def test_every_attempt_repeats_id_and_bytes_under_a_new_time(organization: Organization, webhook_receiver: Receiver) -> None:
    webhook_receiver.set_secret(current_secret(organization, NOW))
    webhook_receiver.script(rule(kind="status", status=503, match={"nth": [1, 2]}))
    now = datetime.now(UTC)
    key = make_ready(organization, url=webhook_receiver.hook_url(), now=now).pk

    for minutes in (0, 1, 2):  # the receiver takes timestamps within five minutes of its clock
        [outgoing] = claim_due(now + timedelta(minutes=minutes))
        settle([send(outgoing)], now=now - timedelta(hours=1))

    hits = webhook_receiver.hits()
    assert [(hit["id"], hit["text"]) for hit in hits] == [("ljb_1", BODY)] * 3
    assert len({hit["headers"]["webhook-timestamp"] for hit in hits}) == 3
    assert state(key)["status"] == "completed"


@pytest.mark.usefixtures("loopback")
def test_rotation_is_accepted_by_receivers_with_either_secret(organization: Organization, webhook_receiver: Receiver) -> None:
    now = datetime.now(UTC)
    old, new = current_secret(organization, now), rotate(organization, now)
    webhook_receiver.set_secret(old, path="/old")
    webhook_receiver.set_secret(new, path="/new")

    for path in ("/old", "/new"):
        send(make_running(organization, url=webhook_receiver.hook_url(path), now=now))

    assert [hit["problem"] for hit in webhook_receiver.hits()] == [None, None]


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize(
    ("action", "status_code", "error", "retry_after"),
    [
        (rule(kind="status", status=500, body="oops"), 500, "bad_status", None),
        (rule(kind="status", status=410, body="oops"), 410, "gone", None),
        (rule(kind="status", status=302, location="/x", body="oops"), 302, "redirect", None),
        (rule(kind="status", status=429, retry_after=60, body="oops"), 429, "bad_status", 60),
    ],
)
def test_refusal_by_the_receiver_is_recorded(
    organization: Organization, webhook_receiver: Receiver, action: dict[str, object], status_code: int, error: str, retry_after: float | None
) -> None:
    webhook_receiver.script(action)
    outgoing = make_running(organization, url=webhook_receiver.hook_url())

    result = send(outgoing)

    expected = Sent(outgoing, result.at, result.duration_ms, status_code=status_code, error=error, answer="oops", retry_after=retry_after)
    assert result == expected


@pytest.mark.usefixtures("loopback")
def test_call_without_answer_is_recorded_with_its_class(organization: Organization, webhook_receiver: Receiver) -> None:
    webhook_receiver.script(rule(kind="hang"))
    outgoing = make_running(organization, url=webhook_receiver.hook_url())

    result = send(outgoing, timeouts=Timeouts(connect=0.2, total=0.2))

    assert result == Sent(outgoing, result.at, result.duration_ms, error="read_timeout")
    assert 200 <= result.duration_ms < 1000


def test_internal_address_is_a_failed_attempt(organization: Organization, network: FakeNetwork) -> None:
    network.resolve_to("10.0.0.1")
    outgoing = make_running(organization)

    assert send(outgoing).error == "address_refused"
    assert network.connects == []


def test_what_nobody_foresaw_is_a_failed_attempt(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    outgoing = make_running(organization)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: 1 / 0)

    assert send(outgoing).error == "ZeroDivisionError"


def test_disabled_endpoint_is_not_called_until_it_is_enabled(organization: Organization, network: FakeNetwork) -> None:
    network.resolve_to("1.1.1.1")
    make_failed(organization)
    outgoing = make_running(organization)

    assert send(outgoing).error == "endpoint_disabled"
    assert network.lookups == []
    enable_endpoint(Endpoint.objects.get(), NOW, author=AUTHOR)
    assert send(make_running(organization)).error == "connect_error"


def test_default_url_is_read_at_each_attempt(organization: Organization) -> None:
    default_url(organization, "https://one.example/")
    first = make_running(organization, url="")
    settle([sent(first, 500)], now=NOW)
    default_url(organization, "https://two.example/")

    [second] = claim_due(NOW + timedelta(minutes=1))

    assert [first.url, second.url] == ["https://one.example/", "https://two.example/"]
    assert second.endpoint_key == f"{organization.pk} https://two.example/"


def test_delivery_without_any_url_fails_at_once(organization: Organization) -> None:
    outgoing = make_running(organization, url="")

    result = send(outgoing)
    settle([result], now=NOW)

    assert (result.error, state(outgoing.delivery_id)["status"]) == ("no_url", "failed")


@pytest.mark.parametrize("url", ["", URL])
def test_delivery_of_an_erased_organization_fails_at_once(organization: Organization, url: str) -> None:
    key = insert_deliveries([new_delivery(organization, url=url)], now=NOW)[0].pk
    Delivery.objects.filter(pk=key).update(organization_id="org_0000000000000000000")

    [outgoing] = claim_due()

    assert send(outgoing).error == "no_url"


def test_many_claims_are_loaded_with_four_queries(organization: Organization, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    other = make_organization(name="Other")
    for each in (organization, other):
        current_secret(each, NOW)
    keys = [
        row.pk for row in insert_deliveries([new_delivery(organization), new_delivery(other)] * 25, now=NOW, claimed=49, lease=timedelta(minutes=1))
    ]

    with django_assert_num_queries(4):
        loaded = load_claimed(keys, NOW)

    assert [outgoing.delivery_id for outgoing in loaded] == keys[:49]
    assert {outgoing.secrets for outgoing in loaded[:2]} == {(current_secret(organization, NOW),), (current_secret(other, NOW),)}
    assert "whsec_" not in repr(loaded)


def test_inserted_claims_are_prepared_from_memory(organization: Organization, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    current_secret(organization, NOW)
    inserted = insert_deliveries([new_delivery(organization)] * 3, now=NOW, claimed=2, lease=timedelta(minutes=1))

    with django_assert_num_queries(3):
        prepared = prepare(inserted, NOW)

    loaded = load_claimed([row.pk for row in inserted], NOW)
    assert [replace(outgoing, loaded_mark=0) for outgoing in prepared] == [replace(outgoing, loaded_mark=0) for outgoing in loaded]
    assert [outgoing.delivery_id for outgoing in prepared] == [row.pk for row in inserted[:2]]


def test_first_delivery_makes_the_organizations_secret(organization: Organization) -> None:
    outgoing = make_running(organization)

    assert outgoing.secrets == (SigningSecret.objects.get().secret,)


def test_nothing_claimed_is_nothing_to_ask_for(django_assert_num_queries: DjangoAssertNumQueries, organization: Organization) -> None:
    with django_assert_num_queries(0):
        assert load_claimed([], NOW) == []


def test_database_time_runs_on_while_a_delivery_waits_for_its_turn(organization: Organization) -> None:
    outgoing = make_running(organization)

    waited = replace(outgoing, loaded_mark=outgoing.loaded_mark - 60)

    assert NOW + timedelta(seconds=60) <= waited.clock() < NOW + timedelta(seconds=70)


@pytest.mark.usefixtures("loopback")
def test_sending_touches_no_row(organization: Organization, webhook_receiver: Receiver) -> None:
    outgoing = make_running(organization, url=webhook_receiver.hook_url())

    with connection.execute_wrapper(_refuse):
        assert send(outgoing).status_code == 200


def _refuse(*_: object) -> None:
    raise AssertionError("a query")


def test_test_event_goes_to_the_default_url(organization: Organization, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    with pytest.raises(NoDefaultURL):
        send_test_event(organization, NOW, author=AUTHOR)
    default_url(organization, "https://hooks.example/default")

    with django_capture_on_commit_callbacks() as wakes:
        delivery = send_test_event(organization, NOW, author=AUTHOR)

    [outgoing] = claim_due()
    assert (outgoing.url, outgoing.event_id, outgoing.delivery_id) == ("https://hooks.example/default", delivery.event_id, delivery.pk)
    expected = f'{{"type":"webhook.test","organizationId":"{organization.pk}","createdAt":"2026-03-01T12:00:00.000Z"}}'
    assert (outgoing.body.decode(), delivery.event_id[:4], len(wakes)) == (expected, "evt_", 1)


def test_replays_wake_a_drain(organization: Organization, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    one, two = make_failed(organization, url="https://a.example/"), make_failed(organization, url="https://b.example/")

    with django_capture_on_commit_callbacks() as wakes:
        replay_delivery(one, NOW, author=AUTHOR)
        count = replay_failed_since(organization, NOW, NOW, author=AUTHOR)
        none = replay_failed_since(organization, NOW, NOW, author=AUTHOR)
        with pytest.raises(TransitionRefused):
            replay_delivery(two, NOW, author=AUTHOR)

    assert (count, none, len(wakes)) == (1, 0, 2)
