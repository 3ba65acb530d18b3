"""The receivers of an organization, with what came of their deliveries in the last days."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q

from foundation.lease import WorkStatus
from organizations.models import Organization
from webhooks.models import Delivery, Endpoint

RECENT = timedelta(days=7)
COUNTED = 10_000  # of the newest deliveries: counting all of a large organization takes longer than reading the page
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Receiver:
    """One URL. `endpoint` is None until it has answered once; the counts are of deliveries that ended in the last days."""

    url: str
    is_default: bool
    endpoint: Endpoint | None
    delivered: int
    failed: int

    @property
    def disabled_at(self) -> datetime | None:
        return self.endpoint.disabled_at if self.endpoint else None

    @property
    def ended(self) -> int:
        return self.delivered + self.failed

    @property
    def share(self) -> float | None:
        """Of those that ended, from 0 to 1."""
        return _share(self.delivered, self.failed)


@dataclass(frozen=True, slots=True)
class Receivers:
    """Those that are disabled first, then the default, then by how much goes there; at most MOST_SHOWN. The counts are of all."""

    rows: list[Receiver]
    delivered: int
    failed: int
    is_cut: bool  # there are more

    @property
    def ended(self) -> int:
        return self.delivered + self.failed

    @property
    def share(self) -> float | None:
        """Of those that ended, from 0 to 1."""
        return _share(self.delivered, self.failed)


def read_receivers(organization: Organization, now: datetime) -> Receivers:
    """Two queries over the newest deliveries."""
    delivered, failed = _ended_by_url(organization, now)
    volume = delivered + failed
    busiest = [url for url, _ in volume.most_common(MOST_SHOWN)]
    endpoints = _endpoints(organization, {*busiest, organization.default_webhook_url})
    urls = dict.fromkeys([*endpoints, *busiest, organization.default_webhook_url])
    rows = [
        Receiver(url, url == organization.default_webhook_url, endpoints.get(url), delivered.get(url, 0), failed.get(url, 0)) for url in urls if url
    ]
    rows.sort(key=lambda row: (row.disabled_at is None, not row.is_default, -volume[row.url], row.url))
    return Receivers(rows[:MOST_SHOWN], delivered.total(), failed.total(), is_cut=len({*volume, *urls} - {""}) > MOST_SHOWN)


def _ended_by_url(organization: Organization, now: datetime) -> tuple[Counter[str], Counter[str]]:
    """How many were delivered and failed lately, by URL; those without an address of their own count to the default of today."""
    newest = Delivery.objects.filter(organization_id=organization.pk).order_by("-id").values("pk")[:COUNTED]
    recent = Delivery.objects.filter(pk__in=newest, completed_at__gt=now - RECENT).order_by().values_list("url")
    delivered: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    of = {status: Count("pk", filter=Q(status=status)) for status in (WorkStatus.COMPLETED, WorkStatus.FAILED)}
    for url, good, bad in recent.annotate(good=of[WorkStatus.COMPLETED], bad=of[WorkStatus.FAILED]):
        delivered[url or organization.default_webhook_url] += good
        failed[url or organization.default_webhook_url] += bad
    return delivered, failed


def _endpoints(organization: Organization, urls: set[str]) -> Mapping[str, Endpoint]:
    """Those with these URLs, and those that are disabled."""
    wanted = Endpoint.objects.filter(Q(url__in=urls) | Q(disabled_at__isnull=False), organization=organization)
    return {endpoint.url: endpoint for endpoint in wanted.order_by(F("disabled_at").desc(nulls_last=True), "url")[: 2 * MOST_SHOWN + 1]}


def _share(delivered: int, failed: int) -> float | None:
    ended = delivered + failed
    return delivered / ended if ended else None
