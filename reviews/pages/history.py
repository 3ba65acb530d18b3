"""`/orgs/<id>/reviews/history`: what became of every review, what ended last first, for review managers; and the same rows as a file.

The filters live in the address. The file is read and sent a thousand rows at a time, so that it takes little memory and no long transaction.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from foundation.csv_export import Cell, answer_csv
from foundation.ids import is_id
from organizations.access import Actor
from organizations.models import Membership, User
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_REVIEWS
from organizations.zones import zone_of
from reviews.managers import ReviewItemQuerySet
from reviews.models import Decision, ReviewItem
from reviews.pages.endings import Ending, describe_endings
from reviews.pages.filters import read_place
from reviews.pages.history_filter import HistoryFilter
from reviews.pages.managed import organization_engines
from reviews.queries import Place, after

PAGE_SIZE = 50
FILE_ROWS, ROWS_AT_ONCE = 50_000, 1_000
HEADER = [
    *("review", "group", "job", "engine_id", "engine", "source_locale", "target_locale", "outcome", "reviewer", "created_at", "claimed_at"),
    *("ended_at", "seconds_from_claim", "keys", "keys_changed", "words", "edit_distance", "reason"),
]


class HistoryPage(OrganizationPage):
    """The list."""

    template_name = "reviews/history.html"
    title = "Review history"
    permission = MANAGE_REVIEWS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = read_history_filter(self.actor, self.request.GET)
        place = read_place(self.request.GET)
        found = _read(ended_reviews(self.actor, form), place, PAGE_SIZE + 1)
        shown = found[:PAGE_SIZE]
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "endings": describe_endings(shown),
            "next": str(Place.of(shown[-1], state=shown[-1].state)) if len(found) > PAGE_SIZE else "",
            "is_first": place is None,
            "is_narrowed": form.is_filtering or place is not None,
            "file_rows": FILE_ROWS,
        }


class HistoryFile(OrganizationPage):
    """The rows under the filters as CSV, at most FILE_ROWS of them."""

    http_method_names = ["get"]
    permission = MANAGE_REVIEWS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a stream is no HttpResponse
        items = ended_reviews(self.actor, read_history_filter(self.actor, request.GET))
        return answer_csv(f"reviews-{self.now:%Y-%m-%d}.csv", HEADER, _file_rows(items))


def read_history_filter(actor: Actor, address: Any) -> HistoryFilter:
    """Two queries, and one more where the person chosen is no member."""
    memberships = Membership.objects.filter(organization=actor.organization, user__kind=User.Kind.PERSON).select_related("user")
    people = {membership.user_id: str(membership.user) for membership in memberships}
    chosen = address.get("person", "")
    if is_id(chosen, "usr") and chosen not in people and (label := _label_of(actor, chosen)):
        people[chosen] = label
    listed = sorted(people.items(), key=lambda person: person[1].casefold())
    return HistoryFilter(address, engines=organization_engines(actor), people=listed, zone=zone_of(actor.organization))


def ended_reviews(actor: Actor, form: HistoryFilter) -> ReviewItemQuerySet:
    """With its decision and, as columns, `job_id` and `engine_name`."""
    items = ReviewItem.objects.manageable_by(actor).filter(form.condition(), ended_at__isnull=False)
    return items.select_related("decision").annotate(job_id=F("step__job_id"), engine_name=F("step__job__group__engine_name"))


def _label_of(actor: Actor, person_id: str) -> str:
    """What somebody who decided here was called; empty where nobody of that id did."""
    decisions = Decision.objects.filter(reviewer=person_id, item__organization=actor.organization)
    return decisions.values_list("reviewer_label", flat=True).first() or ""


def _read(items: ReviewItemQuerySet, place: Place | None, limit: int) -> list[ReviewItem]:
    ordered = items.order_by("-ended_at", "-id")
    return list((after(ordered, place, state=ReviewItem.State.SUBMITTED) if place else ordered)[:limit])


def _file_rows(items: ReviewItemQuerySet) -> Iterator[list[Cell]]:
    place: Place | None = None
    for _ in range(FILE_ROWS // ROWS_AT_ONCE):
        found = _read(items, place, ROWS_AT_ONCE)
        yield from map(_file_row, describe_endings(found))
        if len(found) < ROWS_AT_ONCE:
            return
        place = Place.of(found[-1], state=found[-1].state)


def _file_row(ending: Ending) -> list[Cell]:
    item, decision = ending.item, ending.decision
    outcome = ("edited" if decision.changed else "approved") if decision else item.state
    names: list[Cell] = [item.pk, item.group_id, item.job_id, item.engine_id, item.engine_name]  # type: ignore[attr-defined]  # annotated
    return [
        *names,
        item.source_locale,
        item.target_locale,
        outcome,
        ending.who,
        item.created_at,
        decision.claimed_at if decision else None,
        item.ended_at,
        round(ending.took.total_seconds()) if ending.took else None,
        item.segments,
        ending.changed,
        item.words,
        round(decision.edit_distance, 4) if decision and decision.edit_distance is not None else None,
        ending.reason,
    ]
