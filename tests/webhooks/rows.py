"""Deliveries in the states that tests begin with, reached as in production: inserted, claimed, prepared, settled."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from foundation.lease import claim
from organizations.models import Organization
from tests.factories import NOW
from webhooks.models import Delivery
from webhooks.queries import Outgoing, load_claimed
from webhooks.transitions import NewDelivery, Sent, insert_deliveries, settle

LEASE = timedelta(seconds=30)
URL = "https://hooks.example/in"
BODY = '{"type":"translation.completed","data":{"b":1.50,"a":"ü"}}'


def new_delivery(organization: Organization, *, event_id: str = "ljb_1", url: str = URL) -> NewDelivery:
    return NewDelivery(organization_id=organization.pk, event_type="translation.completed", event_id=event_id, body=BODY, url=url)


def make_ready(organization: Organization, *, event_id: str = "ljb_1", url: str = URL, now: datetime = NOW) -> Delivery:
    [delivery] = insert_deliveries([new_delivery(organization, event_id=event_id, url=url)], now=now)
    return delivery


def claim_due(now: datetime = NOW) -> list[Outgoing]:
    """Claims what is due, as a drain does."""
    with transaction.atomic():
        keys = claim(Delivery, limit=100, per_organization=100, now=now, lease=LEASE)
    return load_claimed(keys, now)


def make_running(organization: Organization, *, event_id: str = "ljb_1", url: str = URL, now: datetime = NOW) -> Outgoing:
    delivery = make_ready(organization, event_id=event_id, url=url, now=now)
    return next(outgoing for outgoing in claim_due(now) if outgoing.delivery_id == delivery.pk)


def sent(outgoing: Outgoing, status_code: int | None = 500, *, at: datetime = NOW, **members: Any) -> Sent:
    """What came of an attempt, without making it."""
    error = "" if status_code and status_code < 300 else "bad_status"
    return Sent(**{"outgoing": outgoing, "at": at, "duration_ms": 7, "status_code": status_code, "error": error, **members})


def make_failed(organization: Organization, *, event_id: str = "ljb_1", url: str = URL, now: datetime = NOW) -> Delivery:
    """Failed for good, by a 410."""
    outgoing = make_running(organization, event_id=event_id, url=url, now=now)
    settle([sent(outgoing, 410)], now=now)
    return Delivery.objects.get(pk=outgoing.delivery_id)


def state(delivery_id: str) -> dict[str, Any]:
    """What a transition may change."""
    fields = ("status", "run_after", "attempts", "crashes", "fence", "lease_until", "completed_at")
    return Delivery.objects.values(*fields).get(pk=delivery_id)
