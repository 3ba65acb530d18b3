"""`/orgs/<id>/reviews`: what waits for people, for review managers, who have no queue of their own: who holds it, until when, and the acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engines.models import Engine
from organizations.access import Actor
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_REVIEWS
from reviews.models import ReviewItem
from reviews.pages.filters import ReviewFilter, read_place
from reviews.pages.managers_acts import Acts, acts_on
from reviews.pages.rows import ReviewRow, cut_rows


@dataclass(frozen=True, slots=True)
class ManagedRow:
    row: ReviewRow
    acts: Acts


class ManagedReviewsPage(OrganizationPage):
    """The open ones, the first to ship first."""

    template_name = "reviews/managed.html"
    title = "Open reviews"
    permission = MANAGE_REVIEWS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = ReviewFilter(self.request.GET, engines=organization_engines(self.actor))
        items = ReviewItem.objects.manageable_by(self.actor).filter(form.condition(), form.in_locales(), form.in_state(self.now))
        place = read_place(self.request.GET)
        page = cut_rows(items, place=place, user=self.actor.user, now=self.now)
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "page": page,
            "rows": [ManagedRow(row, acts_on(row.item, self.actor.organization, self.now)) for row in page.rows],
            "is_narrowed": form.is_filtering or place is not None,
        }


def organization_engines(actor: Actor) -> Sequence[Engine]:
    """For filters: review managers see reviews of every engine, also of those that they may not use."""
    return list(Engine.objects.filter(organization=actor.organization).order_by("name", "id").only("id", "name"))
