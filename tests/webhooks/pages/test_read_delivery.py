"""A delivery's page: its attempts, what was sent and how it was signed; and the file of the bytes."""

from datetime import timedelta

import pytest
from django.test import Client

from foundation.clock import database_now
from organizations.models import Organization
from organizations.services import set_default_webhook_url
from tests.factories import AUTHOR, NOW
from tests.localization.pages.people import HOSTILE, page_of
from tests.webhooks.rows import BODY, URL, make_failed, make_ready, make_running, sent
from webhooks.models import Attempt, Delivery
from webhooks.pages import delivery as delivery_page
from webhooks.pages.delivery import show_body
from webhooks.signing import current_secret, rotate, signatures
from webhooks.transitions import settle


def address_of(delivery_id: str, organization: Organization) -> str:
    return f"/orgs/{organization.pk}/webhooks/{delivery_id}"


def test_attempts_are_shown_with_what_was_answered(as_owner: Client, organization: Organization) -> None:
    outgoing = make_running(organization, now=database_now())
    settle([sent(outgoing, 502, answer=f"<h1>Bad gateway</h1>{HOSTILE}")], now=database_now())

    page = page_of(as_owner, address_of(outgoing.delivery_id, organization))

    assert "HTTP 502" in page
    assert "&lt;h1&gt;Bad gateway&lt;/h1&gt;&lt;script&gt;" in page
    assert HOSTILE not in page
    assert "7 ms" in page
    assert "at most 10" in page


def test_body_is_indented_and_inert_and_keeps_its_numbers(as_owner: Client, organization: Organization) -> None:
    delivery = make_ready(organization)
    Delivery.objects.update(body=f'{{"data":{{"b":1.50,"a":"{HOSTILE}"}}}}')

    page = page_of(as_owner, address_of(delivery.pk, organization))

    assert "&quot;b&quot;: 1.50,\n" in page
    assert page.index("&quot;b&quot;") < page.index("&quot;a&quot;")
    assert HOSTILE not in page


def test_body_that_is_long_is_cut_and_one_that_is_no_json_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_page, "SHOWN_CHARACTERS", 10)

    assert show_body('"üüüüüüüüüüüü"') == delivery_page.ShownBody('"üüüüüüüüü', 26, is_cut=True)
    assert show_body("{not") == delivery_page.ShownBody("{not", 4, is_cut=False)


def test_file_holds_the_bytes_that_were_sent(as_owner: Client, organization: Organization) -> None:
    delivery = make_ready(organization)

    answer = as_owner.get(f"{address_of(delivery.pk, organization)}/body.json")

    assert answer.content == BODY.encode()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{delivery.pk}.json"'


def test_headers_are_those_of_the_last_attempt_without_the_secret(as_owner: Client, organization: Organization) -> None:
    outgoing = make_running(organization)
    settle([sent(outgoing, 500, at=NOW)], now=NOW)
    old = current_secret(organization, NOW)
    rotate(organization, NOW + timedelta(hours=1))

    answer = as_owner.get(address_of(outgoing.delivery_id, organization))

    timestamp = int(NOW.timestamp())
    assert answer.context["shown"].headers == {
        "Content-Type": "application/json",
        "webhook-id": outgoing.event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures([old], outgoing.event_id, timestamp, BODY.encode()),
    }
    assert "whsec_" not in answer.content.decode()
    assert old.removeprefix("whsec_") not in answer.content.decode()


@pytest.mark.parametrize("error", ["endpoint_disabled", "no_url", "process_died"])
def test_what_was_not_sent_shows_no_headers(as_owner: Client, organization: Organization, error: str) -> None:
    outgoing = make_running(organization)
    settle([sent(outgoing, None, error=error)], now=NOW)

    answer = as_owner.get(address_of(outgoing.delivery_id, organization))

    assert answer.context["shown"].headers == {}
    assert "Nothing was sent yet" in answer.content.decode()


def test_default_address_is_named_as_such(as_owner: Client, organization: Organization) -> None:
    delivery = make_ready(organization, url="")
    assert "nowhere to send to" in page_of(as_owner, address_of(delivery.pk, organization))
    set_default_webhook_url(organization=organization, url=URL, author=AUTHOR, now=NOW)

    page = page_of(as_owner, address_of(delivery.pk, organization))

    assert URL in page
    assert "default address" in page


def test_page_follows_a_delivery_while_its_next_attempt_is_near(as_owner: Client, organization: Organization) -> None:
    now = database_now()
    near, far = make_running(organization, now=now), make_running(organization, url="https://other.example/", now=now)
    settle([sent(near, 500)], now=now)
    settle([sent(far, 503, retry_after=7200)], now=now)
    failed = make_failed(organization, now=now)

    def is_live(delivery_id: str, **query: str) -> bool:
        return "data-live" in page_of(as_owner, address_of(delivery_id, organization), **query)

    assert is_live(near.delivery_id)
    assert is_live(near.delivery_id, live="1")
    assert not is_live(far.delivery_id)
    assert not is_live(failed.pk, live="1")


def test_job_links_to_its_page_and_a_test_event_to_none(as_owner: Client, organization: Organization) -> None:
    delivery = make_ready(organization)

    assert f'href="/orgs/{organization.pk}/jobs/ljb_1"' in page_of(as_owner, address_of(delivery.pk, organization))
    Delivery.objects.update(event_id="evt_1", event_type="webhook.test")
    assert "/jobs/evt_1" not in page_of(as_owner, address_of(delivery.pk, organization))


def test_many_attempts_take_few_queries(as_owner: Client, organization: Organization, django_assert_max_num_queries) -> None:
    delivery = make_failed(organization)
    Attempt.objects.bulk_create(Attempt(delivery=delivery, number=n, at=NOW, url=URL, duration_ms=1, status_code=500) for n in range(30))

    with django_assert_max_num_queries(13):
        as_owner.get(address_of(delivery.pk, organization))
