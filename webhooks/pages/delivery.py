"""`/orgs/<id>/webhooks/<dlv>`: one delivery: all attempts with what was answered, what was sent, and how it was signed.

`?live=1` answers the part that changes, while the next attempt is near.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from foundation.api_errors import NotFound
from foundation.customer_json import MalformedJSON, encode_with, parse, spell_number
from foundation.ids import is_id
from foundation.lease import WorkStatus
from organizations.access import Actor
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_SETTINGS
from webhooks.models import Attempt, Delivery
from webhooks.pages.log import STATUS_NAMES, is_due, job_of, receiver_of
from webhooks.queries import visible_deliveries
from webhooks.schedule import MAX_ATTEMPTS
from webhooks.services import ENDPOINT_DISABLED
from webhooks.signing import secrets_at, signed_headers
from webhooks.transitions import NO_URL, PROCESS_DIED

SHOWN_CHARACTERS = 100_000  # of a body; the whole is a file
FOLLOWED = timedelta(minutes=6)  # a next attempt that is further away is not waited for
UNSENT = frozenset({NO_URL, ENDPOINT_DISABLED, PROCESS_DIED})  # nothing was signed, or nobody knows when
_INDENTED = orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_DATACLASS


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """The part that changes. `receiver` is empty where there is nowhere to send to."""

    delivery: Delivery
    attempts: Sequence[Attempt]
    receiver: str
    status_name: str
    most_attempts: int
    is_due: bool  # its next attempt could be made now
    is_live: bool
    signed: Attempt | None  # the last one that was sent
    headers: Mapping[str, str]  # what it was sent with

    @property
    def job_id(self) -> str:
        return job_of(self.delivery)

    @property
    def is_to_be_tried(self) -> bool:
        return self.delivery.status == WorkStatus.READY


@dataclass(frozen=True, slots=True)
class ShownBody:
    """What was sent, indented; its beginning where `is_cut`. `size` is in bytes, as sent."""

    text: str
    size: int
    is_cut: bool


class DeliveryPage(OrganizationPage):
    """One delivery."""

    template_name = "webhooks/delivery.html"
    title = "Webhook"
    permission = MANAGE_SETTINGS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "live" not in request.GET:
            return super().get(request, *args, **kwargs)
        shown = _view(find_delivery(self.actor, kwargs["delivery_id"]), self.actor, self.now)
        return render(request, "webhooks/_delivery.html", {"shown": shown, "organization": self.actor.organization, "now": self.now})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        delivery = find_delivery(self.actor, kwargs["delivery_id"], with_body=True)
        return {
            **super().get_context_data(**kwargs),
            "shown": _view(delivery, self.actor, self.now),
            "body": show_body(delivery.body),
            "trail": [("Webhooks", reverse("webhooks", args=[self.actor.organization.pk]))],
        }


class DeliveryBody(OrganizationPage):
    """What was sent, as a file: the very bytes that were signed."""

    http_method_names = ["get"]
    permission = MANAGE_SETTINGS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        delivery = find_delivery(self.actor, kwargs["delivery_id"], with_body=True)
        disposition = f'attachment; filename="{delivery.pk}.json"'
        return HttpResponse(delivery.body, content_type="application/json", headers={"Content-Disposition": disposition})


def find_delivery(actor: Actor, delivery_id: str, *, with_body: bool = False) -> Delivery:
    """One of the organization's deliveries. Raises NotFound."""
    deliveries = visible_deliveries(actor)
    if with_body:
        deliveries = deliveries.defer(None)
    delivery = deliveries.filter(pk=delivery_id).first() if is_id(delivery_id, "dlv") else None
    if delivery is None:
        raise NotFound("delivery", delivery_id)
    return delivery


def show_body(body: str) -> ShownBody:
    """Indented where it is JSON; order and numbers stay as they were sent."""
    try:
        text = encode_with(parse(body), spell_number, _INDENTED).decode()
    except MalformedJSON:
        text = body
    return ShownBody(text[:SHOWN_CHARACTERS], len(body.encode()), is_cut=len(text) > SHOWN_CHARACTERS)


def _view(delivery: Delivery, actor: Actor, now: datetime) -> DeliveryView:
    attempts = list(delivery.log.all())
    signed = next((attempt for attempt in reversed(attempts) if attempt.error not in UNSENT), None)
    return DeliveryView(
        delivery=delivery,
        attempts=attempts,
        receiver=receiver_of(delivery, actor.organization, attempts[-1] if attempts else None),
        status_name=STATUS_NAMES[WorkStatus(delivery.status)],
        most_attempts=MAX_ATTEMPTS,
        is_due=is_due(delivery, now),
        is_live=delivery.completed_at is None and delivery.run_after - now < FOLLOWED,
        signed=signed,
        headers=_headers(delivery, signed) if signed else {},
    )


def _headers(delivery: Delivery, attempt: Attempt) -> Mapping[str, str]:
    """As the attempt was sent, signed again by the secrets of that time."""
    return signed_headers(secrets_at(delivery.organization_id, attempt.at), delivery.event_id, attempt.at, delivery.body.encode())
