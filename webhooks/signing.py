"""Standard Webhooks signatures and the secrets behind them (contract §5, https://www.standardwebhooks.com).

An organization has one current secret, made when it is first needed. A rotation makes a new one and lets the old one sign too for a day, so that
receivers may change over at any moment in between.
"""

import base64
import hashlib
import hmac
import secrets as randomness
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from organizations.models import Organization
from webhooks.models import SigningSecret

PREFIX = "whsec_"
SECRET_BYTES = 32
OVERLAP = timedelta(hours=24)


def current_secret(organization: Organization, now: datetime) -> str:
    """The organization's `whsec_…`, made now if it has none. Two callers at once get the same one."""
    kept = _current(organization)
    if kept is None:
        _insert(organization, now)
        kept = _current(organization)
    if kept is None:
        raise SigningSecret.DoesNotExist
    return kept


def rotate(organization: Organization, now: datetime) -> str:
    """Makes a new secret and returns it; the one before signs along for 24 hours. Two rotations at once are one."""
    with transaction.atomic():
        SigningSecret.objects.filter(organization=organization, expires_at=None).update(expires_at=now + OVERLAP)
        _insert(organization, now)
        return current_secret(organization, now)


def live_secrets(organization_ids: Iterable[str], now: datetime) -> dict[str, tuple[str, ...]]:
    """The secrets that sign at `now`, newest first, by organization id; organizations without any are left out."""
    rows = SigningSecret.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), organization_id__in=set(organization_ids))
    found: dict[str, list[str]] = {}
    for organization_id, secret in rows.order_by("-id").values_list("organization_id", "secret"):
        found.setdefault(organization_id, []).append(secret)
    return {organization_id: tuple(values) for organization_id, values in found.items()}


def secrets_at(organization_id: str, at: datetime) -> tuple[str, ...]:
    """The secrets that signed at a moment in the past, newest first."""
    rows = SigningSecret.objects.filter(Q(expires_at=None) | Q(expires_at__gt=at), organization_id=organization_id, created_at__lte=at)
    return tuple(rows.order_by("-id").values_list("secret", flat=True))


def signed_headers(secrets: Sequence[str], event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """What an attempt made at `at` is sent with."""
    timestamp = int(at.timestamp())
    return {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures(secrets, event_id, timestamp, body),
    }


def signatures(secrets: Sequence[str], event_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one `v1,…` per secret, space separated. `timestamp` is in seconds since 1970."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_digest(secret, signed)}" for secret in secrets)


def _digest(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")


def _current(organization: Organization) -> str | None:
    return SigningSecret.objects.filter(organization=organization, expires_at=None).values_list("secret", flat=True).first()


def _insert(organization: Organization, now: datetime) -> None:
    """Inserts a current secret unless a rival did: the constraint decides."""
    made = PREFIX + base64.b64encode(randomness.token_bytes(SECRET_BYTES)).decode("ascii")
    SigningSecret.objects.bulk_create([SigningSecret(organization=organization, secret=made, created_at=now)], ignore_conflicts=True)
