"""`/orgs/<id>/webhooks/replay-failed`: sends again what failed since a time. It first says how many that are, and where they go."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from organizations.audit import author_of
from organizations.models import Organization
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_SETTINGS
from webhooks.models import Delivery, Endpoint
from webhooks.pages.forms import SinceForm, local_text
from webhooks.schedule import MAX_ATTEMPTS
from webhooks.services import replay_failed_since
from webhooks.transitions import failed_since

AT_ONCE = 1000  # a receiver that comes back is not to be run over; the next thousand is another click
SHOWN_RECEIVERS = 20
USUAL = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the failed go to one receiver; an empty `url`: nowhere."""

    url: str
    count: int
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What would be sent again: `now` of the `total`, those that failed first."""

    since: datetime
    total: int
    now: int
    shares: Sequence[Share]

    @property
    def rest(self) -> int:
        return self.total - self.now


class ReplayFailedPage(OrganizationPage):
    """The question and the act."""

    template_name = "webhooks/replay_failed.html"
    title = "Send failed webhooks again"
    permission = MANAGE_SETTINGS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organization = self.actor.organization
        data = self.request.POST if self.request.method == "POST" else self.request.GET
        form = SinceForm(data if "since" in data else {"since": local_text(self.now - USUAL, organization)}, organization=organization)
        since = form.cleaned_data["since"] if form.is_valid() else None
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "question": ask(organization, since) if since else None,
            "most_attempts": MAX_ATTEMPTS,
            "trail": [("Webhooks", reverse("webhooks", args=[organization.pk]))],
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = SinceForm(request.POST, organization=self.actor.organization)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(**kwargs))
        since, author = form.cleaned_data["since"], author_of(request, self.actor)
        count = replay_failed_since(self.actor.organization, since, self.now, author=author, limit=AT_ONCE)
        if count:
            messages.success(request, _replayed(count))
        else:
            messages.info(request, "Nothing has failed since then.")
        return redirect("webhooks", self.actor.organization.pk)


def ask(organization: Organization, since: datetime) -> Question:
    """Two queries."""
    failed = Delivery.objects.filter(failed_since(organization.pk, since)).order_by()
    by_url: Counter[str] = Counter()
    for url, count in failed.values_list("url").annotate(count=Count("pk")):
        by_url[url or organization.default_webhook_url] += count
    total = by_url.total()
    most = sorted(by_url, key=lambda url: (-by_url[url], url))[:SHOWN_RECEIVERS]
    disabled = Endpoint.objects.filter(organization=organization, url__in=most, disabled_at__isnull=False).values_list("url", flat=True)
    found = set(disabled)
    return Question(since, total, min(total, AT_ONCE), [Share(url, by_url[url], url in found) for url in most])


def _replayed(count: int) -> str:
    who = "1 webhook is" if count == 1 else f"{count:,} webhooks are"
    return f"{who} on the way again, with the same ids and the same bytes."
