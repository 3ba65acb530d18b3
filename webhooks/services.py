"""Use cases of webhooks: sending one claimed delivery, the test event, replays, and enabling an endpoint again.

`send` is called by the pipeline on a thread of its own; the others by REST and the dashboard, for an author whom the audit log names.
"""

import time
from datetime import datetime

import structlog
from django.db import transaction

from foundation.dispatch import wake
from foundation.ids import new_id
from foundation.rendering import encode
from organizations.audit import Author, record
from organizations.models import Organization
from webhooks import http, transitions
from webhooks.errors import DeliveryError, NoDefaultURL
from webhooks.models import Delivery, Endpoint
from webhooks.queries import Outgoing
from webhooks.signing import signed_headers
from webhooks.transitions import GONE, NO_URL, NewDelivery, Sent

TEST_EVENT = "webhook.test"
ENDPOINT_DISABLED = "endpoint_disabled"

log = structlog.get_logger(__name__)


def send(outgoing: Outgoing, *, timeouts: http.Timeouts = http.DEFAULT_TIMEOUTS) -> Sent:
    """One attempt, at most 15 s long. Touches no row and never raises: whatever happens is a recorded outcome."""
    at, began = outgoing.clock(), time.monotonic()
    try:
        response = _post(outgoing, at, timeouts)
    except DeliveryError as exc:
        return _sent(outgoing, at, _milliseconds_since(began), error=exc.error)
    except Exception as exc:
        log.exception("delivery_broke", delivery_id=outgoing.delivery_id)
        return _sent(outgoing, at, _milliseconds_since(began), error=type(exc).__name__[:60])
    return _sent(outgoing, at, response.duration_ms, error=_status_error(response.status), response=response)


def send_test_event(organization: Organization, now: datetime, *, author: Author) -> Delivery:
    """Sends `webhook.test` to the organization's default URL, as any other delivery. Raises NoDefaultURL."""
    if not organization.default_webhook_url:
        raise NoDefaultURL(organization.pk)
    body = encode({"type": TEST_EVENT, "organizationId": organization.pk, "createdAt": now}).decode()
    row = NewDelivery(organization_id=organization.pk, event_type=TEST_EVENT, event_id=new_id("evt"), body=body)
    with transaction.atomic():
        [delivery] = transitions.insert_deliveries([row], now=now)
        _record(organization.pk, author, "webhook.tested", delivery, now, {"url": organization.default_webhook_url})
        wake()
    return delivery


def replay_delivery(delivery: Delivery, now: datetime, *, author: Author) -> None:
    """Sends an ended delivery again. Raises TransitionRefused while it is under way."""
    with transaction.atomic():
        transitions.replay(delivery, now)
        _record(delivery.organization_id, author, "delivery.replayed", delivery, now, {"event": delivery.event_id})
        wake()


def replay_failed_since(organization: Organization, since: datetime, now: datetime, *, author: Author, limit: int | None = None) -> int:
    """Sends the deliveries again that failed at `since` or later, with a `limit` only those that failed first; returns how many."""
    with transaction.atomic():
        count = transitions.replay_failed_since(organization, since, now, limit=limit)
        if count:
            _record(organization.pk, author, "deliveries.replayed", organization, now, {"since": since.isoformat(), "count": count})
            wake()
    return count


def enable_endpoint(endpoint: Endpoint, now: datetime, *, author: Author) -> None:
    """Lets deliveries through again after a 410. What failed in the meantime is not sent by itself: replay it. Enabling twice is enabling once."""
    with transaction.atomic():
        if Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False).update(disabled_at=None) == 1:
            _record(endpoint.organization_id, author, "endpoint.enabled", endpoint, now, {"url": endpoint.url})


def _record(
    organization_id: str, author: Author, action: str, target: Delivery | Endpoint | Organization, now: datetime, detail: dict[str, object]
) -> None:
    organization = Organization(pk=organization_id)
    target_type = target._meta.model_name or ""
    record(organization=organization, author=author, action=action, target_type=target_type, target_id=str(target.pk), now=now, detail=detail)


def _post(outgoing: Outgoing, at: datetime, timeouts: http.Timeouts) -> http.Response:
    if not outgoing.url:
        raise DeliveryError(NO_URL)
    if outgoing.is_disabled:
        raise DeliveryError(ENDPOINT_DISABLED)
    headers = signed_headers(outgoing.secrets, outgoing.event_id, at, outgoing.body)
    return http.post(outgoing.url, outgoing.body, headers, timeouts=timeouts)


def _sent(outgoing: Outgoing, at: datetime, duration_ms: int, *, error: str, response: http.Response | None = None) -> Sent:
    if response is None:
        return Sent(outgoing=outgoing, at=at, duration_ms=duration_ms, error=error)
    return Sent(
        outgoing=outgoing,
        at=at,
        duration_ms=duration_ms,
        status_code=response.status,
        error=error,
        answer=response.text,
        retry_after=response.retry_after,
    )


def _status_error(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if status == GONE:
        return "gone"
    return "redirect" if 300 <= status < 400 else "bad_status"


def _milliseconds_since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
