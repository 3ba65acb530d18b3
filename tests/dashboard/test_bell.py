"""The bell in the header of every page of an organization."""

import pytest
from django.test import Client

from organizations.models import Organization, User
from reviews.models import Notification
from tests.factories import NOW, make_organization
from tests.localization.pages.people import browser, page_of

pytestmark = pytest.mark.django_db


def notify(user: User, organization: Organization, count: int, **members: object) -> None:
    rows = [
        Notification(user=user, organization=organization, group_id=f"ljg_{number:019}", engine_id="eng_1", items=1, created_at=NOW, **members)
        for number in range(count)
    ]
    Notification.objects.bulk_create(rows)


@pytest.mark.parametrize(
    ("unread", "name", "shown"),
    [
        (0, "No unread notifications", ""),
        (1, "1 unread notification", "1"),
        (3, "3 unread notifications", "3"),
        (120, "120 unread notifications", "99+"),
    ],
)
def test_bell_says_how_many_notifications_are_unread(organization: Organization, reviewer: User, unread: int, name: str, shown: str) -> None:
    notify(reviewer, organization, unread)

    page = page_of(browser(reviewer), f"/orgs/{organization.pk}/")

    assert f'href="/orgs/{organization.pk}/notifications" aria-label="{name}"' in page
    assert (f'aria-hidden="true">{shown}</span></a>' in page) == bool(shown)


def test_read_ones_and_those_of_others_and_elsewhere_do_not_count(organization: Organization, owner: User, reviewer: User) -> None:
    notify(owner, organization, 2)
    notify(reviewer, make_organization(name="Other"), 1)
    Notification.objects.filter(user=owner, group_id__endswith="1").update(read_at=NOW)

    assert "1 unread notification&quot;" not in page_of(browser(owner), f"/orgs/{organization.pk}/")
    assert 'aria-label="1 unread notification"' in page_of(browser(owner), f"/orgs/{organization.pk}/")
    assert 'aria-label="No unread notifications"' in page_of(browser(reviewer), f"/orgs/{organization.pk}/")


def test_outside_an_organization_there_is_no_bell_and_no_query_for_it(client: Client, owner: User, django_assert_max_num_queries) -> None:
    client = browser(owner)

    with django_assert_max_num_queries(10) as queries:
        page = client.get("/profile").content.decode()

    assert "il-bell" not in page
    assert not any("reviews_notification" in query["sql"] for query in queries.captured_queries)
