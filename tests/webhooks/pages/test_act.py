"""What can be done on the pages about webhooks, who may, and what the audit log says of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from foundation.clock import database_now
from organizations.models import AuditEvent, Organization, User
from organizations.permissions import ACCESS_ENGINES, MANAGE_SETTINGS, MANAGE_TEAM, Grants
from organizations.services import set_default_webhook_url
from tests.factories import AUTHOR, NOW, make_member, make_organization, make_role
from tests.localization.pages.people import browser, page_of
from tests.webhooks.rows import URL, make_failed, make_ready, make_running, sent, state
from webhooks.models import Delivery, Endpoint
from webhooks.pages import replaying
from webhooks.transitions import settle

PAGES = ["", "/replay-failed", "/{id}", "/{id}/body.json"]
ACTS = ["/test", "/{id}/replay", "/endpoints/{endpoint}/enable", "/replay-failed"]


def said(client: Client, address: str, **data: str) -> str:
    return client.post(address, data, follow=True).content.decode()


def acts(action: str) -> list[dict[str, Any]]:
    return [{**json.loads(row.detail), "by": row.actor_label, "target": row.target_id} for row in AuditEvent.objects.filter(action=action)]


def person(organization: Organization, *names: str) -> User:
    return make_member(organization, make_role(organization, name="+".join(names), grants=Grants(everywhere=frozenset(names)))).user


def filled(addresses: list[str], delivery: Delivery) -> list[str]:
    base = f"/orgs/{delivery.organization_id}/webhooks"
    return [base + address.format(id=delivery.pk, endpoint=Endpoint.objects.get().pk) for address in addresses]


def test_pages_are_for_those_who_manage_settings(organization: Organization, owner: User, reviewer: User, stranger: User) -> None:
    failed = make_failed(organization)
    others = person(organization, ACCESS_ENGINES, MANAGE_TEAM)

    def statuses(user: User | None) -> list[int]:
        return [browser(user).get(address).status_code for address in filled(PAGES, failed)]

    assert statuses(owner) == statuses(person(organization, MANAGE_SETTINGS)) == [200] * 4
    assert statuses(reviewer) == statuses(others) == [403] * 4
    assert statuses(stranger) == [404] * 4
    assert statuses(None) == [302] * 4


def test_acts_need_the_permission_and_a_post(organization: Organization, owner: User, reviewer: User, stranger: User) -> None:
    failed = make_failed(organization)
    addresses = filled(ACTS, failed)

    assert [browser(owner).get(address).status_code for address in addresses[:3]] == [405] * 3
    assert [browser(reviewer).post(address, {"since": "2026-01-01T00:00"}).status_code for address in addresses] == [403] * 4
    assert [browser(stranger).post(address, {"since": "2026-01-01T00:00"}).status_code for address in addresses] == [404] * 4
    assert state(failed.pk)["status"] == "failed"
    assert Endpoint.objects.get().disabled_at is not None


def test_rows_of_other_organizations_are_not_there(as_owner: Client, organization: Organization) -> None:
    foreign = make_failed(make_organization(name="Other"))

    for address in filled([*PAGES[2:], *ACTS[1:3]], foreign):
        own = address.replace(foreign.organization_id, organization.pk)
        assert (as_owner.post if own.endswith(("replay", "enable")) else as_owner.get)(own).status_code == 404
    assert state(foreign.pk)["status"] == "failed"


@pytest.mark.parametrize("page", ["/x", "/dlv_0000000000000000000", "/dlv_%0a", "/endpoints/99999999999999999999/enable"])
def test_ids_that_name_nothing_are_404(as_owner: Client, log_address: str, page: str) -> None:
    assert (as_owner.post if "enable" in page else as_owner.get)(log_address + page).status_code == 404


def test_ended_delivery_is_sent_again(as_owner: Client, log_address: str, organization: Organization, owner: User) -> None:
    failed = make_failed(organization)

    assert "on its way again" in said(as_owner, f"{log_address}/{failed.pk}/replay")
    assert state(failed.pk)["status"] == "ready"
    assert acts("delivery.replayed") == [{"event": "ljb_1", "by": "Olive Owner", "target": failed.pk}]
    assert "still under way" in said(as_owner, f"{log_address}/{failed.pk}/replay")


def test_test_event_is_sent_to_the_default_address_and_followed(as_owner: Client, log_address: str, organization: Organization) -> None:
    assert "no default address" in said(as_owner, f"{log_address}/test")
    set_default_webhook_url(organization=organization, url=URL, author=AUTHOR, now=NOW)

    answer = as_owner.post(f"{log_address}/test")

    delivery = Delivery.objects.get()
    assert answer.headers["Location"] == f"{log_address}/{delivery.pk}"
    assert delivery.event_type == "webhook.test"
    assert acts("webhook.tested") == [{"url": URL, "by": "Olive Owner", "target": delivery.pk}]


def test_enabled_endpoint_leads_to_what_failed_meanwhile(as_owner: Client, log_address: str, organization: Organization) -> None:
    Organization.objects.update(timezone="Europe/Berlin")
    make_failed(organization)
    endpoint = Endpoint.objects.get()

    answer = as_owner.post(f"{log_address}/endpoints/{endpoint.pk}/enable")

    assert answer.headers["Location"] == f"{log_address}/replay-failed?since=2026-03-01T13:00"
    assert Endpoint.objects.get().disabled_at is None
    assert acts("endpoint.enabled") == [{"url": URL, "by": "Olive Owner", "target": str(endpoint.pk)}]
    assert as_owner.get(answer.headers["Location"]).context["question"].total == 1


def test_endpoint_that_is_enabled_stays_so_and_nothing_is_recorded(as_owner: Client, log_address: str, organization: Organization) -> None:
    settle([sent(make_running(organization), 200)], now=NOW)

    answer = as_owner.post(f"{log_address}/endpoints/{Endpoint.objects.get().pk}/enable")

    assert answer.headers["Location"] == log_address
    assert acts("endpoint.enabled") == []


def test_question_counts_what_failed_since_in_the_organizations_zone(as_owner: Client, log_address: str, organization: Organization) -> None:
    Organization.objects.update(timezone="Pacific/Auckland", default_webhook_url=URL)
    make_failed(organization, url="")
    make_failed(organization, url=URL)
    make_failed(organization, url="https://other.example/", now=NOW + timedelta(hours=1))
    settle([sent(make_running(organization), 200)], now=NOW)

    def asked(since: str) -> tuple[int, list[tuple[str, int, bool]]]:
        question = as_owner.get(f"{log_address}/replay-failed", {"since": since}).context["question"]
        return question.total, [(share.url, share.count, share.is_disabled) for share in question.shares]

    assert asked("2026-03-02T01:00") == (3, [(URL, 2, True), ("https://other.example/", 1, True)])
    assert asked("2026-03-02T01:01") == (1, [("https://other.example/", 1, True)])
    assert asked("2026-03-02T02:01") == (0, [])
    assert "Nothing has failed since then" in page_of(as_owner, f"{log_address}/replay-failed")


def test_what_failed_is_sent_again_the_first_of_it_first(
    as_owner: Client, log_address: str, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "AT_ONCE", 2)
    failed = [make_failed(organization, now=NOW + timedelta(minutes=minutes)).pk for minutes in (30, 10, 20)]
    address = f"{log_address}/replay-failed"

    page = page_of(as_owner, address, since="2026-03-01T12:00")
    assert "Send 2 again" in page
    assert "1 stay for another time" in page
    assert "2 webhooks are on the way again" in said(as_owner, address, since="2026-03-01T12:00")

    assert [state(key)["status"] for key in failed] == ["failed", "ready", "ready"]
    assert [(act["count"], act["since"]) for act in acts("deliveries.replayed")] == [(2, "2026-03-01T12:00:00+00:00")]
    assert "1 webhook is on the way again" in said(as_owner, address, since="2026-03-01T12:00")
    assert "Nothing has failed since then" in said(as_owner, address, since="2026-03-01T12:00")


@pytest.mark.parametrize("since", ["", "yesterday", "9999-12-31T23:59", "0001-01-01T00:00"])
def test_question_without_a_time_that_means_something_sends_nothing(
    as_owner: Client, log_address: str, organization: Organization, since: str
) -> None:
    failed = make_failed(organization, now=database_now())

    for answer in (as_owner.get(f"{log_address}/replay-failed", {"since": since}), as_owner.post(f"{log_address}/replay-failed", {"since": since})):
        assert answer.status_code == 200
        assert answer.context["form"].errors
        assert answer.context["question"] is None
    assert state(failed.pk)["status"] == "failed"


def test_navigation_shows_webhooks_to_those_who_may_see_them(organization: Organization, owner: User, reviewer: User, log_address: str) -> None:
    make_ready(organization)

    assert f'href="{log_address}"' in page_of(browser(owner), f"/orgs/{organization.pk}/")
    assert f'href="{log_address}"' not in page_of(browser(reviewer), f"/orgs/{organization.pk}/")
