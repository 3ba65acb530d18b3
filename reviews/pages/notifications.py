"""`/orgs/<id>/notifications`: what a person was told about new reviews in this organization, newest first. Opening one marks it read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from engines.models import Engine
from foundation.keyset import cut_keyset
from organizations.access import Actor
from organizations.pages.base import OrganizationPage
from reviews.models import Notification
from reviews.queries import unread_count

PAGE_SIZE = 50
LARGEST = 2**63 - 1  # that a row's number can be
DELETED = "an engine that was deleted"


@dataclass(frozen=True, slots=True)
class NotificationRow:
    notification: Notification
    engine_name: str

    @property
    def is_unread(self) -> bool:
        return self.notification.read_at is None


class NotificationsPage(OrganizationPage):
    """The person's own."""

    template_name = "reviews/notifications.html"
    title = "Notifications"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        before, after = (_number(self.request.GET.get(name, "")) for name in ("before", "after"))
        page = cut_keyset(own_notifications(self.actor), before=before, after=after, size=PAGE_SIZE)
        return {
            **super().get_context_data(**kwargs),
            "page": page,
            "rows": _rows(page.rows),
            "unread": unread_count(self.actor),
            "is_narrowed": bool(before or after),
        }


class OpenNotification(OrganizationPage):
    """Marks one read, and leads to what it tells of."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = own_notifications(self.actor).filter(pk=kwargs["number"]) if kwargs["number"] <= LARGEST else Notification.objects.none()
        notification = found.first()
        if notification is None:
            raise Http404("No such notification.")
        found.filter(read_at=None).update(read_at=self.now)
        address = reverse("human-reviewer", args=[self.actor.organization.pk])
        return redirect(f"{address}?{urlencode({'engine': notification.engine_id})}")


class ReadNotifications(OrganizationPage):
    """Marks all read."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        count = own_notifications(self.actor).filter(read_at=None).update(read_at=self.now)
        messages.success(request, "All are read." if count else "All had been read.")
        return redirect("notifications", self.actor.organization.pk)


def own_notifications(actor: Actor) -> QuerySet[Notification]:
    """Those of the person in this organization."""
    return Notification.objects.filter(user=actor.user, organization=actor.organization)


def _rows(notifications: Sequence[Notification]) -> list[NotificationRow]:
    """One query, for the engines' names."""
    engines = Engine.objects.in_bulk({one.engine_id for one in notifications}) if notifications else {}
    return [NotificationRow(one, engines[one.engine_id].name if one.engine_id in engines else DELETED) for one in notifications]


def _number(text: str) -> str:
    """A place among the rows; empty for what is none."""
    return text if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST else ""
