"""`/orgs/<id>/audit-log`: who did what, newest first, with its filters in the address; and the same as CSV.

For whoever manages the team or the settings: what is in the log is what either of them does.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from foundation.csv_export import answer_csv
from foundation.keyset import cut_keyset
from organizations.models import AuditEvent, Membership, User
from organizations.pages.audit_details import audit_rows
from organizations.pages.audit_form import AuditFilter
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_SETTINGS, MANAGE_TEAM, may, require
from organizations.zones import zone_of

PAGE_SIZE = 50
EXPORTED_AT_ONCE = 1000
ACTIONS_OF = 5000  # newest rows, whose acts are offered as a filter
PEOPLE_OFFERED = 200
COLUMNS = ["time", "sequence", "actor_id", "actor", "action", "target_type", "target_id", "detail", "request_id", "ip", "user_agent"]


class _AuditView(OrganizationPage):
    """The rows that the address asks for."""

    def check(self) -> None:
        if not may(self.actor, MANAGE_SETTINGS):
            require(self.actor, MANAGE_TEAM)

    def read(self) -> tuple[AuditFilter, QuerySet[AuditEvent]]:
        organization = self.actor.organization
        log = AuditEvent.objects.filter(organization_id=organization.pk)
        newest = log.order_by("-sequence").values("action")[:ACTIONS_OF]
        actions = AuditEvent.objects.filter(pk__in=newest.values("pk")).values_list("action", flat=True).distinct()
        form = AuditFilter(self.request.GET, actions=actions, zone=zone_of(organization))
        return form, log.filter(form.condition())


class AuditLogPage(_AuditView):
    """The page."""

    template_name = "organizations/audit_log.html"
    title = "Audit log"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form, events = self.read()
        before, after = (_sequence(self.request.GET.get(name, "")) for name in ("before", "after"))
        page = cut_keyset(events, before=before, after=after, size=PAGE_SIZE)
        query = self.request.GET.copy()
        for name in ("before", "after"):
            query.pop(name, None)
        people = Membership.objects.filter(organization=self.actor.organization, user__kind=User.Kind.PERSON).select_related("user").order_by("id")
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "page": page,
            "rows": audit_rows(page.rows, self.actor.organization),
            "people": [str(membership.user) for membership in people[:PEOPLE_OFFERED]],
            "csv_address": f"{reverse('audit-log-csv', args=[self.actor.organization.pk])}?{query.urlencode()}",
        }


class AuditLogCsv(_AuditView):
    """The rows of all pages, as a file for a spreadsheet."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # the file is a stream
        _, events = self.read()
        zone = zone_of(self.actor.organization)
        return answer_csv(f"audit-log-{self.now.astimezone(zone):%Y-%m-%d}.csv", COLUMNS, (_cells(event, zone) for event in _in_chunks(events)))


def _in_chunks(events: QuerySet[AuditEvent]) -> Iterator[AuditEvent]:
    """Newest first, by the key, a thousand at a time: no cursor stays open, and rows that are added meanwhile shift nothing."""
    newest = events.order_by("-sequence")
    chunk = list(newest[:EXPORTED_AT_ONCE])
    while chunk:
        yield from chunk
        chunk = list(newest.filter(pk__lt=chunk[-1].pk)[:EXPORTED_AT_ONCE])


def _cells(event: AuditEvent, zone: ZoneInfo) -> list[str]:
    return [
        _local(event.at, zone),
        str(event.sequence),
        event.actor_id,
        event.actor_label,
        event.action,
        event.target_type,
        event.target_id,
        event.detail,
        event.request_id,
        event.ip or "",
        event.user_agent,
    ]


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")


def _sequence(text: str) -> str:
    """A place in the log; empty for what is none."""
    return text if text.isascii() and text.isdigit() and len(text) <= 18 else ""
