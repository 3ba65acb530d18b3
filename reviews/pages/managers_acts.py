"""What a review manager does about an open review: withdraw its claim, extend its deadline, ship the AI version now. Each needs a reason.

The reason goes into the audit log (`reviews.managing`). A refusal is said in words where the act came from: the list, or the review's own page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from foundation.api_errors import flatten
from organizations.audit import author_of
from organizations.models import Organization
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_REVIEWS
from organizations.zones import zone_of
from reviews import managing
from reviews.errors import BadDeadline, TransitionRefused
from reviews.models import ReviewItem
from reviews.pages.filters import keep_filters, read_fence
from reviews.queries import CLAIMED, state_of
from reviews.reading import find_managed
from reviews.requests import REASON_LENGTH, ReasonInput

LIST_FILTERS = ("locale", "engine", "state", "risk", "after")
SUGGESTED = timedelta(hours=24)  # more, unless another time is typed
LOCAL_TIME = "%Y-%m-%dT%H:%M"  # as browsers write it in a `datetime-local` field
FIELDS = {"reason": "Reason", "due_at": "New deadline"}


@dataclass(frozen=True, slots=True)
class Acts:
    """What `_acts.html` offers for one open review. Times as the fields have them, where the organization is (`zone`)."""

    item: ReviewItem
    is_held: bool
    suggested: str
    earliest: str
    latest: str
    zone: str
    reason_length: int = REASON_LENGTH


def acts_on(item: ReviewItem, organization: Organization, now: datetime) -> Acts:
    zone = zone_of(organization)
    earliest, latest = max(item.due_at, now), item.created_at + managing.LONGEST_WAIT
    times = (min(earliest + SUGGESTED, latest), earliest, latest)
    suggested, least, most = (f"{moment.astimezone(zone):{LOCAL_TIME}}" for moment in times)
    return Acts(item, state_of(item, now) == CLAIMED, suggested, least, most, zone.key)


class _ManagersAct(OrganizationPage):
    """`query` is the address of the list that it was done from; without it, it was the review's own page."""

    http_method_names = ["post"]
    permission = MANAGE_REVIEWS

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        item = find_managed(self.actor, kwargs["review_id"])
        try:
            messages.success(request, self.act(item, {**self._reason(), "actor": self.actor, "item": item, "now": self.now}))
        except ValidationError as exc:
            said = " ".join(f"{FIELDS[problem.path.partition('[')[0]]}: {problem.message}" for problem in flatten(exc.detail))
            messages.error(request, f"Nothing was done. {said}")
        except (TransitionRefused, BadDeadline) as exc:
            messages.error(request, f"Nothing was done. {exc}")
        return self._back()

    def act(self, item: ReviewItem, given: dict[str, Any]) -> str:
        """Does it with what each use case is given, and says so in a sentence. Raises TransitionRefused, BadDeadline and ValidationError."""
        raise NotImplementedError

    def _reason(self) -> dict[str, Any]:
        reason = ReasonInput(data={"reason": self.request.POST.get("reason", "")})
        reason.is_valid(raise_exception=True)
        return {"reason": reason.validated_data["reason"], "author": author_of(self.request, self.actor)}

    def _back(self) -> HttpResponseRedirect:
        organization_id = self.actor.organization.pk
        if "query" not in self.request.POST:
            return redirect("managed-review", organization_id, self.kwargs["review_id"])
        return redirect(reverse("managed-reviews", args=[organization_id]) + keep_filters(self.request.POST["query"], LIST_FILTERS))


class WithdrawClaim(_ManagersAct):
    """Of whoever the manager saw holding it: `fence` names the claim."""

    def act(self, item: ReviewItem, given: dict[str, Any]) -> str:
        managing.withdraw_claim(**given, fence=read_fence(self.request.POST))
        return f"Withdrawn: {_name(item)} is free to claim again, with what was typed."


class ExtendDeadline(_ManagersAct):
    """To a time where the organization is."""

    def act(self, item: ReviewItem, given: dict[str, Any]) -> str:
        zone = zone_of(self.actor.organization)
        due_at = _read_time(self.request.POST.get("due_at", ""), self.actor.organization)
        managing.extend_deadline(**given, due_at=due_at)
        return (
            f"Extended: the AI version of {_name(item)} ships on {due_at.astimezone(zone):%-d %b %Y, %H:%M} ({zone.key}), if nobody decides before."
        )


class ShipReview(_ManagersAct):
    """Without a person's decision."""

    def act(self, item: ReviewItem, given: dict[str, Any]) -> str:
        managing.ship_now(**given)
        return f"Shipped: {_name(item)} goes on as the AI left it."


def _read_time(text: str, organization: Organization) -> datetime:
    """Raises ValidationError for what is none, or is skipped or repeated when the clocks change."""
    field = forms.DateTimeField(input_formats=[LOCAL_TIME, f"{LOCAL_TIME}:%S"])
    with timezone.override(zone_of(organization)):
        try:
            found: datetime = field.clean(text)
        except forms.ValidationError as exc:
            raise ValidationError({"due_at": exc.messages}) from exc
    return found


def _name(item: ReviewItem) -> str:
    return f"{item.source_locale} → {item.target_locale}"
