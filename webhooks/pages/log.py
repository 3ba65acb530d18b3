"""`/orgs/<id>/webhooks`: what was sent where and what was answered, newest first, with the receivers above it. The filters live in the address.

`?live=1` answers the log alone, and 304 where nothing has changed; `live.js` asks for it every five seconds while the newest page is shown.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response

from foundation.ids import is_id
from foundation.keyset import KeysetPage, cut_keyset
from foundation.lease import WorkStatus
from organizations.access import Actor
from organizations.models import Organization
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_SETTINGS
from webhooks.models import Attempt, Delivery
from webhooks.pages.forms import DeliveryFilter
from webhooks.pages.receivers import COUNTED, read_receivers
from webhooks.queries import last_attempts, visible_deliveries
from webhooks.schedule import MAX_ATTEMPTS
from webhooks.serializers import STORED_STATUS, WIRE_STATUS

PAGE_SIZE = 50
STATUS_NAMES = {
    WorkStatus.READY: "Waiting",
    WorkStatus.RUNNING: "On its way",
    WorkStatus.COMPLETED: "Delivered",
    WorkStatus.FAILED: "Failed",
}


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A line of the log. `receiver` is empty where there is nowhere to send to."""

    delivery: Delivery
    receiver: str
    last: Attempt | None
    status_name: str
    is_due: bool  # its next attempt could be made now

    @property
    def job_id(self) -> str:
        """Of the job that it tells of; empty for a test event."""
        return job_of(self.delivery)

    @property
    def is_to_be_tried(self) -> bool:
        return self.delivery.status == WorkStatus.READY


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many deliveries have a status, under the other filters; both words are empty for all."""

    wire: str
    status: str
    name: str
    count: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class LogView:
    rows: Sequence[DeliveryRow]
    counts: Sequence[StatusCount]
    page: KeysetPage[Delivery]
    is_live: bool
    is_narrowed: bool
    most_attempts: int
    tag: str  # changes with whatever the log shows, but for the passing of time


class WebhooksPage(OrganizationPage):
    """The log."""

    template_name = "webhooks/log.html"
    title = "Webhooks"
    permission = MANAGE_SETTINGS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "live" not in request.GET:
            return super().get(request, *args, **kwargs)
        log = self._read_log(DeliveryFilter(request.GET, organization=self.actor.organization))
        response = get_conditional_response(request, etag=log.tag)
        if response is None:
            response = render(request, "webhooks/_log.html", {"log": log, "organization": self.actor.organization, "now": self.now})
        response.headers["ETag"] = log.tag
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = DeliveryFilter(self.request.GET, organization=self.actor.organization)
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "log": self._read_log(form),
            "receivers": read_receivers(self.actor.organization, self.now),
        }

    def _read_log(self, form: DeliveryFilter) -> LogView:
        deliveries = visible_deliveries(self.actor).filter(form.condition())
        before, after = (self.request.GET.get(name, "") for name in ("before", "after"))
        page = cut_keyset(
            deliveries.filter(status=STORED_STATUS[form.status_chosen]) if form.status_chosen else deliveries,
            before=before if is_id(before, "dlv") else "",
            after=after if is_id(after, "dlv") else "",
            size=PAGE_SIZE,
        )
        last = last_attempts(page.rows)
        rows = [_row(delivery, self.actor, last.get(delivery.pk), self.now) for delivery in page.rows]
        counts = _counts(deliveries, form.status_chosen)
        return LogView(
            rows=rows,
            counts=counts,
            page=page,
            is_live=not (before or after),
            is_narrowed=form.is_filtering or bool(before or after),
            most_attempts=MAX_ATTEMPTS,
            tag=_tag(rows, counts),
        )


def job_of(delivery: Delivery) -> str:
    """The id of the job that a delivery tells of; empty for a test event."""
    return delivery.event_id if delivery.event_id.startswith("ljb_") else ""


def receiver_of(delivery: Delivery, organization: Organization, last: Attempt | None) -> str:
    """Where it is sent to, or was: one without an address of its own goes to the organization's default of the moment. Empty where there is none."""
    was = last.url if last and delivery.completed_at else ""
    return was or delivery.url or organization.default_webhook_url


def is_due(delivery: Delivery, now: datetime) -> bool:
    """Whether its next attempt could be made now."""
    return delivery.status == WorkStatus.READY and delivery.run_after <= now


def _row(delivery: Delivery, actor: Actor, last: Attempt | None, now: datetime) -> DeliveryRow:
    receiver = receiver_of(delivery, actor.organization, last)
    return DeliveryRow(delivery, receiver, last, STATUS_NAMES[WorkStatus(delivery.status)], is_due(delivery, now))


def _counts(deliveries: QuerySet[Delivery], shown: str) -> list[StatusCount]:
    """Of all deliveries and of each status. One query over the newest ones."""
    newest = deliveries.order_by("-id").values("pk", "status")[:COUNTED]
    found = newest.aggregate(all=Count("pk"), **{status: Count("pk", filter=Q(status=status)) for status in WIRE_STATUS})
    more = "+" if found["all"] == COUNTED else ""
    counts = [("", "", "All", found["all"]), *((wire, status, STATUS_NAMES[status], found[status]) for status, wire in WIRE_STATUS.items())]
    return [StatusCount(wire, status, name, f"{count:,}{more}", wire == shown) for wire, status, name, count in counts]


def _tag(rows: Sequence[DeliveryRow], counts: Sequence[StatusCount]) -> str:
    shown = [(row.delivery.pk, row.delivery.status, row.delivery.attempts, row.delivery.run_after, row.is_due, row.receiver) for row in rows]
    return f'"{hashlib.sha256(repr((shown, [count.count for count in counts])).encode()).hexdigest()[:32]}"'
