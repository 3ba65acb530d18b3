"""The signing secret as people handle it: seeing it and rotating it, each in the audit log, without the secret."""

from datetime import datetime

from django.db import transaction

from organizations.audit import Author, record
from organizations.models import Organization
from webhooks.signing import current_secret, rotate


def reveal_secret(organization: Organization, now: datetime, *, author: Author) -> str:
    """The organization's `whsec_…`, made now if it has none; that somebody saw it is recorded."""
    with transaction.atomic():
        secret = current_secret(organization, now)
        _record(organization, author, "signing_secret.revealed", now)
    return secret


def rotate_secret(organization: Organization, now: datetime, *, author: Author) -> str:
    """A new one; the one before signs along for 24 hours."""
    with transaction.atomic():
        secret = rotate(organization, now)
        _record(organization, author, "signing_secret.rotated", now)
    return secret


def _record(organization: Organization, author: Author, action: str, now: datetime) -> None:
    record(organization=organization, author=author, action=action, target_type="organization", target_id=organization.pk, now=now)
