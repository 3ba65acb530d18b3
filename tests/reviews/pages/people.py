"""Browsers of the people around the queue, and what they see there."""

from datetime import timedelta
from typing import Any

from django.test import Client

from organizations.access import Actor
from organizations.models import Organization
from reviews.models import ReviewItem
from reviews.pages.rows import ReviewRow
from tests.localization.pages.people import HOSTILE, browser, make_manager, page_of
from tests.reviews.calls import live_reviews

__all__ = ["HOSTILE", "Actor", "browser", "make_manager", "page_of"]


def queue_of(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/human-reviewer"


def managed_of(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/reviews"


def line_up(organization: Organization, *tags: str) -> list[ReviewItem]:
    """Reviews in these locales that ship in this order."""
    items = live_reviews(organization, *tags)
    for minutes, item in enumerate(items):
        ReviewItem.objects.filter(pk=item.pk).update(due_at=item.due_at + timedelta(minutes=minutes))
    return items


def rows(client: Client, address: str, **query: str) -> list[ReviewRow]:
    """Of the queue."""
    found: list[ReviewRow] = client.get(address, query).context["shown"].page.rows
    return found


def locales(client: Client, address: str, **query: str) -> list[str]:
    return [row.item.target_locale for row in rows(client, address, **query)]


def said(answer: Any) -> list[str]:
    """What the page that an act led to says of it."""
    return [str(message) for message in answer.context["messages"]]
