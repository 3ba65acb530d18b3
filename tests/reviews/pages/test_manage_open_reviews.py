"""The managers' list of open reviews, and what they do about one: each act needs a reason, and says in words why it was refused."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from foundation.clock import database_now
from organizations.access import Actor
from organizations.models import AuditEvent, Organization
from reviews.deciding import approve_review
from reviews.models import ReviewItem
from reviews.services import save_drafts
from tests.factories import make_engine
from tests.reviews.calls import live_review, live_reviews
from tests.reviews.pages.people import HOSTILE, managed_of, page_of, said
from tests.reviews.work import HOUR, claimed, fresh, state_of_item, step_of

WHY = "Rita is on leave."


@pytest.fixture
def address(organization: Organization) -> str:
    return managed_of(organization)


def shown(client: Client, address: str, **query: str) -> list[str]:
    return [one.row.item.target_locale for one in client.get(address, query).context["rows"]]


def audited() -> list[tuple[str, str]]:
    """Action and reason."""
    rows = AuditEvent.objects.filter(action__startswith="review.").order_by("sequence")
    return [(row.action, json.loads(row.detail)["reason"]) for row in rows]


def test_list_is_of_every_engine_the_first_to_ship_first(as_manager: Client, rolf: Actor, organization: Organization, address: str) -> None:
    later, sooner = live_review(organization, "fr", wait=9 * HOUR), live_review(organization, "de", engine=make_engine(organization, name="Other"))
    ReviewItem.objects.filter(pk=sooner.pk).update(due_at=database_now() + HOUR, errors=2)
    claimed(rolf, later, now=database_now())

    assert shown(as_manager, address) == ["de", "fr"]
    assert shown(as_manager, address, state="claimed") == ["fr"]
    assert shown(as_manager, address, risk="errors") == ["de"]
    assert shown(as_manager, address, locale="FR") == ["fr"]
    assert shown(as_manager, address, engine=later.engine_id) == ["fr"]
    page = page_of(as_manager, address)
    assert "Rolf Rival" in page
    assert page.count("Withdraw…") == 1


def test_claim_is_withdrawn_with_a_reason(as_manager: Client, rolf: Actor, organization: Organization, address: str) -> None:
    item = live_review(organization)
    held = claimed(rolf, item, now=database_now())

    answer = as_manager.post(f"{address}/{item.pk}/withdraw", {"reason": f" {WHY} ", "fence": str(held.fence), "query": "locale=de&x=1"}, follow=True)

    assert answer.redirect_chain == [(f"{address}?locale=de", 302)]
    assert said(answer) == ["Withdrawn: en → de is free to claim again, with what was typed."]
    assert state_of_item(item)["state"] == "available"
    assert audited() == [("review.claim_withdrawn", WHY)]


def test_deadline_is_extended_to_a_time_where_the_organization_is(as_manager: Client, organization: Organization, address: str) -> None:
    Organization.objects.update(timezone="Asia/Tokyo")
    item = live_review(organization, wait=HOUR)
    later = (database_now() + timedelta(days=3)).replace(hour=6, minute=30, second=0, microsecond=0)

    answer = as_manager.post(f"{address}/{item.pk}/extend", {"reason": WHY, "due_at": f"{later:%Y-%m-%d}T15:30"}, follow=True)

    assert answer.redirect_chain == [(f"{address}/{item.pk}", 302)]
    assert (fresh(item).due_at, step_of(item).due_at) == (later, later)
    assert said(answer) == [f"Extended: the AI version of en → de ships on {later:%-d %b %Y}, 15:30 (Asia/Tokyo), if nobody decides before."]


def test_form_offers_a_day_more_in_the_organizations_zone(as_manager: Client, organization: Organization, address: str) -> None:
    Organization.objects.update(timezone="Asia/Tokyo")
    item = live_review(organization)
    due_at = datetime(2046, 5, 31, 20, 0, tzinfo=UTC)
    ReviewItem.objects.update(due_at=due_at, created_at=due_at - timedelta(days=2))

    page = page_of(as_manager, f"{address}/{item.pk}")

    assert 'value="2046-06-02T05:00" min="2046-06-01T05:00" max="2046-06-29T05:00"' in page
    assert "Asia/Tokyo" in page


def test_ai_version_is_shipped_with_a_reason(as_manager: Client, organization: Organization, address: str) -> None:
    item = live_review(organization)

    answer = as_manager.post(f"{address}/{item.pk}/ship", {"reason": WHY, "query": ""}, follow=True)

    assert answer.redirect_chain == [(address, 302)]
    assert said(answer) == ["Shipped: en → de goes on as the AI left it."]
    assert (state_of_item(item)["state"], step_of(item).status) == ("shipped", "skipped")


@pytest.mark.parametrize(
    ("act", "fields", "sentence"),
    [
        ("withdraw", {}, "Reason: Must not be empty."),
        ("ship", {"reason": "  "}, "Reason: Must not be empty."),
        ("ship", {"reason": "x" * 501}, "Reason: Must have at most 500 characters."),
        ("withdraw", {"reason": WHY}, "Nobody holds this review any more."),
        ("extend", {"reason": WHY}, "New deadline: This field is required."),
        ("extend", {"reason": WHY, "due_at": "tomorrow"}, "New deadline: Enter a valid date/time."),
        ("extend", {"reason": WHY, "due_at": "2020-01-01T00:00"}, "Must be later than the present deadline and than now."),
        ("extend", {"reason": WHY, "due_at": "9999-12-31T23:59"}, "Must be within 720 hours of the review's creation."),
    ],
)
def test_what_cannot_be_done_is_said_and_not_done(
    as_manager: Client, organization: Organization, address: str, act: str, fields: dict[str, str], sentence: str
) -> None:
    item = live_review(organization)
    before = state_of_item(item)

    answer = as_manager.post(f"{address}/{item.pk}/{act}", fields, follow=True)

    assert said(answer) == [f"Nothing was done. {sentence}"]
    assert (state_of_item(item), audited()) == (before, [])


def test_time_that_the_clocks_skip_is_none(as_manager: Client, organization: Organization, address: str) -> None:
    Organization.objects.update(timezone="Europe/Berlin")
    item = live_review(organization)

    answer = as_manager.post(f"{address}/{item.pk}/extend", {"reason": WHY, "due_at": "2046-03-25T02:30"}, follow=True)

    assert "couldn’t be interpreted in time zone Europe/Berlin" in said(answer)[0]


@pytest.mark.parametrize("act", ["withdraw", "extend", "ship"])
def test_review_that_was_decided_meanwhile_is_left_alone(as_manager: Client, rita: Actor, organization: Organization, address: str, act: str) -> None:
    item = live_review(organization)
    now = database_now()
    held = claimed(rita, item, now=now)
    approve_review(actor=rita, item=fresh(item), fence=held.fence, now=now)
    due_at = f"{now + timedelta(days=4):%Y-%m-%dT%H:%M}"

    answer = as_manager.post(f"{address}/{item.pk}/{act}", {"reason": WHY, "due_at": due_at, "query": ""}, follow=True)

    assert said(answer) == ["Nothing was done. This review was decided by Rita Reviewer."]
    assert audited() == []


def test_open_review_shows_holder_and_drafts(as_manager: Client, rolf: Actor, organization: Organization, address: str) -> None:
    item = live_review(organization)
    now = database_now()
    held = claimed(rolf, item, now=now)
    save_drafts(actor=rolf, item=fresh(item), fence=held.fence, texts={2: "Guten Tag"}, now=now)

    page = page_of(as_manager, f"{address}/{item.pk}")

    assert "holds it" in page
    assert "draft by Rolf Rival" in page
    assert "<del>Morgen</del><ins>Tag</ins>" in page
    assert "<code>title</code>" not in page
    assert "<code>title</code>" in page_of(as_manager, f"{address}/{item.pk}", show="all")


def test_names_and_reasons_are_inert(as_manager: Client, rolf: Actor, organization: Organization, address: str) -> None:
    rolf.user.name = HOSTILE
    rolf.user.save(update_fields=["name"])
    held, shipped = live_reviews(organization, "de", "fr", engine=make_engine(organization, name=HOSTILE, provider="openai"))
    claimed(rolf, held, now=database_now())
    as_manager.post(f"{address}/{shipped.pk}/ship", {"reason": HOSTILE, "query": HOSTILE})

    pages = [
        page_of(as_manager, address, locale=HOSTILE),
        page_of(as_manager, f"{address}/{held.pk}"),
        page_of(as_manager, f"{address}/{shipped.pk}"),
    ]

    assert HOSTILE not in "".join(pages)
    assert all("&lt;script&gt;" in page for page in pages)


def test_many_open_reviews_take_few_queries(
    as_manager: Client, rolf: Actor, organization: Organization, address: str, django_assert_max_num_queries
) -> None:
    items = live_reviews(organization, "de", "fr", "it", "pl", "nl", "es", "pt-BR", "ar", "ja", "ko")
    claimed(rolf, items[0], now=database_now())

    with django_assert_max_num_queries(15):
        as_manager.get(address)
    with django_assert_max_num_queries(22):  # the texts and the engine's layers are read for the first time
        as_manager.get(f"{address}/{items[0].pk}")
    with django_assert_max_num_queries(15):
        as_manager.get(f"{address}/{items[0].pk}")


def test_empty_list_says_what_will_appear(as_manager: Client, organization: Organization, address: str) -> None:
    assert "Nothing waits for a person" in page_of(as_manager, address)
    live_review(organization)
    assert "No open review is here" in page_of(as_manager, address, locale="mi")
