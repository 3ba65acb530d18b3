"""The log of deliveries: what it shows, its filters in the address, its pages, how it keeps itself current; and the receivers above it."""

from datetime import timedelta

import pytest
from django.test import Client

from foundation.clock import database_now
from organizations.models import Organization
from organizations.services import set_default_webhook_url
from tests.factories import AUTHOR, NOW, make_organization
from tests.localization.pages.people import HOSTILE, page_of
from tests.localization.steps import HOOK, completed, jobs_of, make_group, start
from tests.localization.steps import settle as settle_steps
from tests.webhooks.rows import URL, make_failed, make_ready, make_running, new_delivery, sent
from webhooks.models import Attempt, Delivery
from webhooks.pages import log as log_page
from webhooks.transitions import insert_deliveries, settle


def shown(client: Client, address: str, **query: str) -> list[str]:
    """The ids of the deliveries on the page, in order."""
    return [row.delivery.pk for row in client.get(address, query).context["log"].rows]


def delivered(organization: Organization, url: str = URL) -> str:
    outgoing = make_running(organization, url=url, now=database_now())
    settle([sent(outgoing, 200)], now=database_now())
    return outgoing.delivery_id


def test_empty_log_says_what_will_appear_and_where_to_begin(as_owner: Client, log_address: str) -> None:
    page = page_of(as_owner, log_address)

    assert "Nothing was sent yet" in page
    assert "Set a default address" in page
    assert "Send a test event" not in page


def test_rows_say_how_each_delivery_stands(as_owner: Client, log_address: str, organization: Organization) -> None:
    failed = make_failed(organization)
    under_way = make_running(organization, url="https://other.example/")
    settle([sent(under_way, None, error="read_timeout")], now=NOW)
    fresh = make_ready(organization)

    rows = as_owner.get(log_address).context["log"].rows

    assert [(row.delivery.pk, row.status_name, row.receiver, row.last and row.last.status_code, row.is_to_be_tried) for row in rows] == [
        (fresh.pk, "Waiting", URL, None, True),
        (under_way.delivery_id, "Waiting", "https://other.example/", None, True),
        (failed.pk, "Failed", URL, 410, False),
    ]
    page = page_of(as_owner, log_address)
    assert "HTTP 410" in page
    assert "read_timeout" in page
    assert "1 of 10" in page


def test_counts_are_of_each_state_under_the_other_filters(as_owner: Client, log_address: str, organization: Organization) -> None:
    make_failed(organization)
    make_ready(organization)
    make_ready(organization, url="https://other.example/")

    counts = as_owner.get(log_address, {"url": "hooks.EXAMPLE", "status": "failed"}).context["log"].counts

    assert [(one.wire, one.count, one.is_shown) for one in counts] == [
        ("", "2", False),
        ("pending", "1", False),
        ("running", "0", False),
        ("completed", "0", False),
        ("failed", "1", True),
    ]


def test_event_receiver_and_days_filter(as_owner: Client, log_address: str, organization: Organization) -> None:
    old = make_ready(organization)
    set_default_webhook_url(organization=organization, url="https://default.example/in", author=AUTHOR, now=NOW)
    late = make_ready(organization, url="", now=NOW + timedelta(days=2))
    Delivery.objects.filter(pk=late.pk).update(event_type="webhook.test")

    assert shown(as_owner, log_address, type="webhook.test") == [late.pk]
    assert shown(as_owner, log_address, url="hooks.example/in") == [old.pk]
    assert shown(as_owner, log_address, url="default.example") == [late.pk]
    assert shown(as_owner, log_address, until="2026-03-01") == [old.pk]
    assert shown(as_owner, log_address, since="2026-03-02") == [late.pk]


def test_days_begin_where_the_organization_is(as_owner: Client, log_address: str, organization: Organization) -> None:
    Organization.objects.update(timezone="Pacific/Auckland")  # 13 hours ahead
    delivery = make_ready(organization, now=NOW)

    assert shown(as_owner, log_address, since="2026-03-02") == [delivery.pk]
    assert shown(as_owner, log_address, until="2026-03-01") == []


def test_search_finds_a_job_a_delivery_and_all_of_a_group(as_owner: Client, log_address: str, organization: Organization) -> None:
    group = make_group(organization, "de", "fr", callback_url=HOOK)
    make_group(organization, "es", callback_url=HOOK)
    settle_steps(*map(completed, start()))
    job = jobs_of(group)[0]
    by_event = dict(Delivery.objects.values_list("event_id", "pk"))
    of_job = by_event[job.pk]

    assert shown(as_owner, log_address, q=job.pk.upper()) == [of_job]
    assert shown(as_owner, log_address, q=job.pk.removeprefix("ljb_")) == [of_job]
    assert shown(as_owner, log_address, q=of_job) == [of_job]
    assert set(shown(as_owner, log_address, q=group.pk)) == {by_event[each.pk] for each in jobs_of(group)}
    assert shown(as_owner, log_address, q="100%_") == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"until": "9999-12-31"}, "less than or equal to"),
        ({"since": "0001-01-01"}, "greater than or equal to"),
        ({"status": "ready"}, "is not one of the available choices"),
        ({"type": "x"}, "is not one of the available choices"),
        ({"q": "ljg_01"}, "A group is found by its whole id."),
    ],
)
def test_filter_that_means_nothing_is_named_and_filters_nothing(
    as_owner: Client, log_address: str, organization: Organization, query: dict[str, str], sentence: str
) -> None:
    delivery = make_ready(organization)

    assert sentence in page_of(as_owner, log_address, **query)
    assert shown(as_owner, log_address, **query) == [delivery.pk]


def test_pages_meet_without_gap_or_repeat_while_deliveries_are_added(
    as_owner: Client, log_address: str, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_page, "PAGE_SIZE", 3)
    keys = [row.pk for row in insert_deliveries([new_delivery(organization)] * 5, now=NOW)][::-1]

    first = as_owner.get(log_address)
    make_ready(organization)
    second = as_owner.get(log_address, {"before": first.context["log"].page.older})

    assert [row.delivery.pk for row in first.context["log"].rows] == keys[:3]
    assert [row.delivery.pk for row in second.context["log"].rows] == keys[3:]
    assert "data-live" in first.content.decode()
    assert "data-live" not in second.content.decode()
    assert shown(as_owner, log_address, before="'; DROP TABLE")[1:] == keys[:2]


def test_live_log_answers_only_what_has_changed(as_owner: Client, log_address: str, organization: Organization) -> None:
    outgoing = make_running(organization)
    first = as_owner.get(log_address, {"live": "1", "status": ""})
    tag = first.headers["ETag"]

    same = as_owner.get(log_address, {"live": "1"}, headers={"If-None-Match": tag})
    settle([sent(outgoing, 200)], now=NOW)
    changed = as_owner.get(log_address, {"live": "1"}, headers={"If-None-Match": tag})

    assert "<html" not in first.content.decode()
    assert same.status_code == 304
    assert changed.status_code == 200
    assert "HTTP 200" in changed.content.decode()
    assert "live=1&amp;" not in changed.content.decode().partition("data-part")[2]


def test_receivers_show_state_and_share_of_the_last_days(as_owner: Client, log_address: str, organization: Organization) -> None:
    set_default_webhook_url(organization=organization, url="https://default.example/in", author=AUTHOR, now=NOW)
    make_failed(organization, url="https://long.example/ago")
    for _ in range(2):
        delivered(organization, url="")
    make_failed(organization, url="https://gone.example/", now=database_now())
    delivered(organization, url="https://fine.example/")

    receivers = as_owner.get(log_address).context["receivers"]

    assert [(row.url, row.is_default, row.disabled_at is not None, row.delivered, row.failed) for row in receivers.rows] == [
        ("https://gone.example/", False, True, 0, 1),
        ("https://long.example/ago", False, True, 0, 0),
        ("https://default.example/in", True, False, 2, 0),
        ("https://fine.example/", False, False, 1, 0),
    ]
    assert (receivers.share, receivers.ended) == (0.75, 4)


def test_other_organizations_deliveries_and_receivers_are_not_there(as_owner: Client, log_address: str) -> None:
    other = make_organization(name="Other")
    foreign = make_failed(other)

    page = as_owner.get(log_address, {"q": foreign.pk})

    assert page.context["log"].rows == []
    assert page.context["receivers"].rows == []


def test_addresses_and_errors_are_inert(as_owner: Client, log_address: str, organization: Organization) -> None:
    make_failed(organization, url=f"https://hooks.example/{HOSTILE}")
    Attempt.objects.update(error=HOSTILE)

    page = page_of(as_owner, log_address) + page_of(as_owner, log_address, live="1") + page_of(as_owner, log_address, q=HOSTILE, url=HOSTILE)

    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 6


def test_fifty_deliveries_take_few_queries(as_owner: Client, log_address: str, organization: Organization, django_assert_max_num_queries) -> None:
    insert_deliveries([new_delivery(organization, url=f"https://{number % 30}.example/") for number in range(60)], now=NOW)
    make_failed(organization)

    with django_assert_max_num_queries(15):
        assert len(shown(as_owner, log_address)) == 50
    with django_assert_max_num_queries(8):
        as_owner.get(log_address, {"live": "1"})
