"""`/orgs/<id>/reviews/<rvw>`: one review for review managers, open or over: what came of it, who held it, each text from the AI's to the person's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_REVIEWS
from reviews.models import Claim, Decision, ReviewItem
from reviews.pages.differences import read_texts
from reviews.pages.endings import describe_ending
from reviews.pages.managers_acts import acts_on
from reviews.pages.rows import make_rows
from reviews.reading import find_managed

ENDS = {
    Claim.End.SUBMITTED: "submitted",
    Claim.End.RELEASED: "released",
    Claim.End.WITHDRAWN: "withdrawn by a manager",
    Claim.End.EXPIRED: "ran out",
    Claim.End.OVERTAKEN: "overtaken: the wait was over",
}


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """`end` is empty while it holds."""

    holder: str
    claimed_at: datetime
    ended_at: datetime | None
    took: timedelta | None
    end: str


class ManagedReviewPage(OrganizationPage):
    """One review."""

    template_name = "reviews/review.html"
    title = "Review"
    permission = MANAGE_REVIEWS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item = find_managed(self.actor, kwargs["review_id"])
        organization, address = self.actor.organization, self.request.GET
        is_open = item.ended_at is None
        decision = Decision.objects.filter(item=item).first() if item.state == ReviewItem.State.SUBMITTED else None
        number = address.get("from", "")
        back = ("Open reviews", "managed-reviews") if is_open else ("History", "review-history")
        return {
            **super().get_context_data(**kwargs),
            "item": item,
            "row": make_rows([item], user=self.actor.user, now=self.now)[0],
            "ending": None if is_open else describe_ending(item, decision),
            "decision": decision,
            "waited": (item.ended_at or self.now) - item.created_at,
            "claims": _claims(item),
            "acts": acts_on(item, organization, self.now) if is_open else None,
            "texts": read_texts(
                item,
                decision,
                shows_all=address.get("show") == "all",
                first=max(1, int(number)) if number.isascii() and number.isdigit() and len(number) <= 6 else 1,
            ),
            "trail": [(back[0], reverse(back[1], args=[organization.pk]))],
        }


def _claims(item: ReviewItem) -> Sequence[ShownClaim]:
    rows = Claim.objects.filter(item=item).select_related("holder").order_by("fence")
    return [
        ShownClaim(
            holder=str(row.holder or "somebody who left"),
            claimed_at=row.claimed_at,
            ended_at=row.ended_at,
            took=row.ended_at - row.claimed_at if row.ended_at else None,
            end=ENDS[Claim.End(row.end)] if row.end else "",
        )
        for row in rows
    ]
