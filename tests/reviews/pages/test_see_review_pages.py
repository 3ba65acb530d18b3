"""Who sees the pages around the queue, and what the others are told."""

import pytest

from organizations.access import Actor
from organizations.models import Organization, User
from reviews.models import ReviewItem
from tests.factories import make_engine, make_member, make_organization
from tests.localization.pages.people import make_editor
from tests.reviews.calls import live_review
from tests.reviews.pages.people import browser, locales, make_manager, page_of, queue_of
from tests.reviews.work import reviewer_of, state_of_item, translator

QUEUE, MANAGED = (
    "human-reviewer",
    ["reviews", "reviews/{item}", "reviews/history", "reviews/history.csv", "reviews/statistics", "reviews/statistics.csv"],
)
ACTS = ["human-reviewer/next", "human-reviewer/{item}/claim", "human-reviewer/{item}/release"]
MANAGERS_ACTS = ["reviews/{item}/withdraw", "reviews/{item}/extend", "reviews/{item}/ship"]


def statuses(user: User | None, item: ReviewItem, organization: Organization) -> list[int]:
    client = browser(user)
    return [client.get(f"/orgs/{organization.pk}/{page.format(item=item.pk)}").status_code for page in [QUEUE, *MANAGED, "notifications"]]


def test_each_sees_what_is_theirs(organization: Organization, item: ReviewItem, owner: User, reviewer: User) -> None:
    no_one = make_member(organization).user

    assert statuses(owner, item, organization) == [200] * 8
    assert statuses(reviewer, item, organization) == [200, *[403] * 6, 200]
    assert statuses(make_manager(organization), item, organization) == [403, *[200] * 7]
    assert statuses(no_one, item, organization) == [*[403] * 7, 200]
    assert statuses(make_editor(organization, translator(organization)), item, organization) == [*[403] * 7, 200]


def test_strangers_cannot_tell_a_page_from_none_and_visitors_log_in(organization: Organization, item: ReviewItem, stranger: User) -> None:
    assert statuses(stranger, item, organization) == [404] * 8
    assert statuses(None, item, organization) == [302] * 8


def test_refusal_names_the_permission_and_who_can_grant_it(organization: Organization, reviewer: User) -> None:
    manager = make_manager(organization)

    of_queue = browser(manager).get(queue_of(organization)).content.decode()
    of_history = browser(reviewer).get(f"/orgs/{organization.pk}/reviews/history").content.decode()

    assert "This needs the permission engine:review_translations. It can be granted by: Olive Owner." in of_queue
    assert "This needs the permission org:manage_reviews. It can be granted by: Olive Owner." in of_history


def test_reviewer_of_one_engine_sees_and_claims_its_items_alone(organization: Organization) -> None:
    other = make_engine(organization, name="Other")
    own, foreign = live_review(organization, "de"), live_review(organization, "fr", engine=other)
    client = browser(reviewer_of(organization, translator(organization)).user)

    assert locales(client, queue_of(organization)) == ["de"]
    assert client.post(f"{queue_of(organization)}/{foreign.pk}/claim").status_code == 404
    assert client.post(f"{queue_of(organization)}/{own.pk}/claim").status_code == 302
    assert state_of_item(foreign)["state"] == "available"


@pytest.mark.parametrize("act", [*ACTS, *MANAGERS_ACTS])
def test_acts_need_the_permission_of_their_page_and_a_post(
    organization: Organization, item: ReviewItem, rita: Actor, stranger: User, act: str
) -> None:
    address = f"/orgs/{organization.pk}/{act.format(item=item.pk)}"
    before = state_of_item(item)
    wrong = make_manager(organization) if act in ACTS else rita.user

    assert browser(wrong).post(address, {"reason": "x"}).status_code == 403
    assert browser(stranger).post(address, {"reason": "x"}).status_code == 404
    assert browser(rita.user if act in MANAGERS_ACTS else stranger).get(address).status_code in (403, 404, 405)
    assert state_of_item(item) == before


def test_reviews_of_other_organizations_are_not_there(organization: Organization, stranger: User, rita: Actor) -> None:
    elsewhere = live_review(make_organization(owner=stranger))
    manager = browser(make_manager(organization))

    assert manager.get(f"/orgs/{organization.pk}/reviews/{elsewhere.pk}").status_code == 404
    assert manager.post(f"/orgs/{organization.pk}/reviews/{elsewhere.pk}/ship", {"reason": "x"}).status_code == 404
    assert browser(rita.user).post(f"{queue_of(organization)}/{elsewhere.pk}/claim").status_code == 404


@pytest.mark.parametrize("name", ["x", "rvw_0000000000000000000", "rvw_%00", "history2"])
def test_ids_that_name_nothing_are_404(organization: Organization, name: str) -> None:
    assert browser(make_manager(organization)).get(f"/orgs/{organization.pk}/reviews/{name}").status_code == 404


def test_navigation_offers_each_what_they_may_see_and_marks_one_page(organization: Organization, reviewer: User) -> None:
    base = f'href="/orgs/{organization.pk}'
    of_reviewer = page_of(browser(reviewer), f"/orgs/{organization.pk}/")
    manager = browser(make_manager(organization))
    of_manager = page_of(manager, f"/orgs/{organization.pk}/")

    assert f'{base}/human-reviewer"' in of_reviewer
    assert f'{base}/reviews"' not in of_reviewer
    assert f'{base}/human-reviewer"' not in of_manager
    for page in ("reviews", "reviews/history", "reviews/statistics"):
        assert f'{base}/{page}"' in of_manager

    sections = manager.get(f"/orgs/{organization.pk}/reviews/history").context["sidebar_navigation"]
    active = [str(entry["title"]) for section in sections for entry in section["items"] if entry["active"]]
    assert active == ["History"]
