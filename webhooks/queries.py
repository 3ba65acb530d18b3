"""What is read for deliveries: everything that sending needs, loaded for many claims at once, and the log that customers see."""

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from foundation.ids import LENGTH, id_at, made_at
from foundation.lease import WorkStatus
from organizations.access import Actor
from organizations.models import Organization
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.signing import current_secret, live_secrets


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A claimed delivery with all that sending it needs. An empty `url`: there is nowhere to send to."""

    delivery_id: str
    organization_id: str
    fence: int
    attempt: int  # from 1, in the present schedule
    url: str
    event_id: str
    body: bytes
    secrets: tuple[str, ...] = field(repr=False)  # newest first
    has_endpoint: bool  # the endpoint's row exists
    is_disabled: bool
    loaded_at: datetime
    loaded_mark: float  # the monotonic clock at `loaded_at`

    @property
    def endpoint_key(self) -> str:
        """Few deliveries with one key are sent at once, whatever else waits."""
        return f"{self.organization_id} {self.url}"

    def clock(self) -> datetime:
        """The database's time, carried on from the claim by the monotonic clock: a sending thread has no connection to ask."""
        return self.loaded_at + timedelta(seconds=time.monotonic() - self.loaded_mark)


def load_claimed(ids: Collection[str], now: datetime) -> list[Outgoing]:
    """The claimed deliveries among `ids`, in id order, ready for threads that touch no database. Four queries for any number.

    An organization without a signing secret gets its first one here.
    """
    return prepare(list(Delivery.objects.filter(pk__in=ids, status=WorkStatus.RUNNING).order_by("id")), now)


def prepare(deliveries: Sequence[Delivery], now: datetime) -> list[Outgoing]:
    """The same for deliveries that are in memory, as `transitions.insert_deliveries` returned them: three queries. Skips what is not claimed."""
    deliveries = [row for row in deliveries if row.status == WorkStatus.RUNNING]
    if not deliveries:
        return []
    organizations = Organization.objects.only("default_webhook_url").in_bulk({row.organization_id for row in deliveries})
    secrets = _secrets(organizations.values(), now)
    urls = {row.pk: _url(row, organizations.get(row.organization_id)) for row in deliveries}
    endpoints = _endpoints(organizations, set(urls.values()) - {""})
    mark = time.monotonic()
    return [
        Outgoing(
            delivery_id=row.pk,
            organization_id=row.organization_id,
            fence=row.fence,
            attempt=row.attempts,
            url=urls[row.pk],
            event_id=row.event_id,
            body=row.body.encode(),
            secrets=secrets.get(row.organization_id, ()),
            has_endpoint=(row.organization_id, urls[row.pk]) in endpoints,
            is_disabled=endpoints.get((row.organization_id, urls[row.pk])) is not None,
            loaded_at=now,
            loaded_mark=mark,
        )
        for row in deliveries
    ]


def visible_deliveries(actor: Actor) -> QuerySet[Delivery]:
    """The actor's organization's deliveries, newest first, without bodies, which are as large as jobs."""
    return Delivery.objects.filter(organization_id=actor.organization.pk).defer("body").order_by("-id")


def last_attempts(deliveries: Iterable[Delivery]) -> dict[str, Attempt]:
    """The latest attempt of each delivery that was tried, by delivery id, without what was answered. One query."""
    latest = Attempt.objects.filter(delivery__in=[row.pk for row in deliveries]).order_by().values("delivery").annotate(last=Max("pk"))
    return {attempt.delivery_id: attempt for attempt in Attempt.objects.filter(pk__in=latest.values("last")).defer("answer")}


def named(text: str) -> Q:
    """A condition: the delivery's id, or its event's (a job's), begins with `text`, which may leave the prefix out. Ranges along the indexes."""
    return _begins("pk", "dlv_", text) | _begins("event_id", "ljb_", text) | _begins("event_id", "evt_", text)


def in_group(group_id: str) -> Q:
    """A condition: the delivery tells of a job of this group (`ljg_…`, whole).

    Only the body names the group. Its jobs got their ids within a moment of its own: that range of the index holds few bodies to look into.
    """
    made = made_at(group_id)
    first, last = id_at("ljb", made - timedelta(seconds=1)), id_at("ljb", made + timedelta(minutes=1))
    return Q(event_id__gte=first, event_id__lt=last, body__contains=f'"groupId":"{group_id}"')


def _begins(column: str, prefix: str, text: str) -> Q:
    start = text if text.startswith(prefix) else f"{prefix}{text}"
    return Q(**{f"{column}__gte": start, f"{column}__lte": start.ljust(len(prefix) + LENGTH, "z")})


def _url(delivery: Delivery, organization: Organization | None) -> str:
    """Empty where there is nowhere to send to; an organization that was erased has no secret to sign with."""
    return (delivery.url or organization.default_webhook_url) if organization else ""


def _secrets(organizations: Iterable[Organization], now: datetime) -> dict[str, tuple[str, ...]]:
    by_id = {organization.pk: organization for organization in organizations}
    found = live_secrets(by_id, now)
    return found | {key: (current_secret(by_id[key], now),) for key in by_id.keys() - found.keys()}


def _endpoints(organization_ids: Iterable[str], urls: Collection[str]) -> dict[tuple[str, str], datetime | None]:
    """When the known endpoints were disabled, by organization id and URL."""
    rows = Endpoint.objects.filter(organization_id__in=list(organization_ids), url__in=urls)
    return {(organization_id, url): disabled_at for organization_id, url, disabled_at in rows.values_list("organization_id", "url", "disabled_at")}
