"""The queue's buttons: claim the next, claim one, give one back; refusals lead back to where they came from and say why."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from foundation.clock import database_now
from organizations.access import Actor
from organizations.models import Organization
from reviews.preferences import change_settings
from tests.factories import make_engine
from tests.reviews.calls import live_review, live_reviews
from tests.reviews.pages.people import page_of, queue_of, said
from tests.reviews.work import HOUR, claimed, claims_of, fresh, state_of_item


@pytest.fixture
def address(organization: Organization) -> str:
    return queue_of(organization)


def press_next(client: Client, address: str, **filters: str) -> str:
    """Where it leads."""
    return client.post(f"{address}/next", {"query": urlencode(filters)}).headers["Location"]


def test_next_is_the_item_that_ships_first_and_leads_to_the_workspace(as_rita: Client, rita: Actor, organization: Organization, address: str) -> None:
    live_review(organization, "de")
    first = live_review(organization, "fr", wait=HOUR)

    assert press_next(as_rita, address) == f"{address}/{first.pk}"
    assert fresh(first).holder_id == rita.user.pk


def test_next_is_in_the_languages_and_of_the_engine_that_are_shown(as_rita: Client, rita: Actor, organization: Organization, address: str) -> None:
    other = make_engine(organization, name="Other")
    german, french = live_reviews(organization, "de", "fr", wait=HOUR)
    italian = live_review(organization, "it", engine=other, wait=2 * HOUR)
    change_settings(user=rita.user, locales=["fr", "it"], wants_mails=True, uses_single_keys=True)

    assert press_next(as_rita, address, engine=other.pk) == f"{address}/{italian.pk}"
    assert press_next(as_rita, address) == f"{address}/{french.pk}"
    assert press_next(as_rita, address, locale="pl") == f"{address}?locale=pl"
    assert press_next(as_rita, address, locale="*") == f"{address}/{german.pk}"


def test_nothing_to_claim_is_said_and_the_filters_stay(as_rita: Client, organization: Organization, address: str) -> None:
    live_review(organization, "de")

    answer = as_rita.post(f"{address}/next", {"query": "locale=fr&risk=errors&next=https://evil.example"}, follow=True)

    assert answer.redirect_chain == [(f"{address}?locale=fr&risk=errors", 302)]
    assert said(answer) == ["Nothing is free to claim in fr. What others hold comes back when they release it or their time is up."]


def test_who_holds_three_gets_no_fourth_and_sees_which(as_rita: Client, rita: Actor, organization: Organization, address: str) -> None:
    *held, fourth = live_reviews(organization, "de", "fr", "it", "pl")
    for item in held:
        claimed(rita, item, now=database_now())

    page = page_of(as_rita, address)
    answer = as_rita.post(f"{address}/next", follow=True)
    of_one = as_rita.post(f"{address}/{fourth.pk}/claim", follow=True)

    assert "You hold 3, as many as one may." in page
    assert all(f'href="{address}/{item.pk}"' in page for item in held)
    assert ">Claim next<" not in page
    assert f"{fourth.pk}/claim" not in page
    assert said(answer) == said(of_one) == ["You hold 3 reviews already: submit or release one."]
    assert state_of_item(fourth)["state"] == "available"


def test_claiming_one_leads_to_the_workspace_and_one_that_is_taken_back(
    as_rita: Client, rita: Actor, rolf: Actor, organization: Organization, address: str
) -> None:
    free, taken = live_reviews(organization, "de", "fr")
    claimed(rolf, taken, now=database_now())

    assert as_rita.post(f"{address}/{free.pk}/claim").headers["Location"] == f"{address}/{free.pk}"
    answer = as_rita.post(f"{address}/{taken.pk}/claim", {"query": "state=available"}, follow=True)

    assert answer.redirect_chain == [(f"{address}?state=available", 302)]
    assert said(answer) == ["Somebody else is reviewing this translation."]


def test_released_item_is_back_in_the_queue(as_rita: Client, rita: Actor, organization: Organization, address: str) -> None:
    item = live_review(organization)
    held = claimed(rita, item, now=database_now())

    answer = as_rita.post(f"{address}/{item.pk}/release", {"fence": str(held.fence)}, follow=True)

    assert said(answer) == ["Released: en → de. What was typed stays as drafts for whoever claims it next."]
    assert [end for _, _, end, _ in claims_of(item)] == ["released"]


@pytest.mark.parametrize("fence", ["0", "7", "x", ""])
def test_claim_that_is_not_ones_own_is_not_released(as_rita: Client, rolf: Actor, organization: Organization, address: str, fence: str) -> None:
    item = live_review(organization)
    claimed(rolf, item, now=database_now())

    answer = as_rita.post(f"{address}/{item.pk}/release", {"fence": fence}, follow=True)

    assert said(answer) == ["This claim is over; claim the review again to go on."]
    assert fresh(item).holder_id == rolf.user.pk


def test_button_of_an_earlier_claim_leaves_the_present_one_alone(as_rita: Client, rita: Actor, organization: Organization, address: str) -> None:
    item = live_review(organization)
    earlier = claimed(rita, item, now=database_now())
    as_rita.post(f"{address}/{item.pk}/release", {"fence": str(earlier.fence)}, follow=True)
    claimed(rita, item, now=database_now())

    answer = as_rita.post(f"{address}/{item.pk}/release", {"fence": str(earlier.fence)}, follow=True)

    assert said(answer) == ["This claim is over; claim the review again to go on."]
    assert fresh(item).holder_id == rita.user.pk
