"""The review API as a tool of a team sees it."""

from datetime import timedelta
from typing import Any

from foundation.clock import database_now
from organizations.models import Organization, User
from reviews.models import ReviewItem
from tests.api import Answer, Api, invalid, not_found, refusal
from tests.factories import make_key
from tests.reviews.work import make_review, make_reviews

__all__ = ["Answer", "Api", "invalid", "not_found", "refusal"]

STALE = "This claim is over; claim the review again to go on."
KEPT = f"{STALE} What you typed is kept as drafts."
NOT_KEPT = f"{KEPT} Where somebody typed since, the newer draft stands and yours is not kept."
ENDED = "The wait for this review is over; the translation went on as it was."


def key_of(organization: Organization, user: User) -> Api:
    return Api(make_key(organization, user=user)[1])


def live_review(organization: Organization, *locales: str, **members: Any) -> ReviewItem:
    """Waits by the real clock, as calls over the API are made by it."""
    return make_review(organization, *locales, now=database_now() - timedelta(minutes=1), **members)


def live_reviews(organization: Organization, *locales: str, **members: Any) -> list[ReviewItem]:
    return make_reviews(organization, *locales, now=database_now() - timedelta(minutes=1), **members)


def path_of(item: ReviewItem, call: str = "") -> str:
    return f"/reviews/{item.pk}/{call}".rstrip("/")
