"""Use cases of review credentials: an organization's accounts at providers of human review. No answer or audit row holds a private key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from engines.management.locking import lock_organization
from engines.models import ReviewCredential
from engines.review_accounts import BASE_URLS
from foundation.api_errors import NotFound
from organizations.access import Actor
from organizations.audit import Author, record

HINT_LENGTH = 4
ENTITY = "reviewCredential"


def find_review_credential(actor: Actor, provider: str) -> ReviewCredential:
    """Raises NotFound where the organization has none for that provider."""
    credential = _stored(actor, provider)
    if credential is None:
        raise NotFound(ENTITY, provider)
    return credential


def set_review_credential(
    *, actor: Actor, provider: str, base_url: str, public_key: str, private_key: str, author: Author, now: datetime
) -> tuple[ReviewCredential, bool]:
    """Stores an account in place of the one there was, if any; also returns whether there was none. Raises NotFound for an unknown provider.

    An empty `base_url` is the provider's own. Orders that are open go on with the new account.
    """
    refuse_unknown_review_provider(provider)
    values = {
        "base_url": base_url or BASE_URLS[provider],
        "public_key": public_key,
        "private_key": private_key,
        "hint": private_key[-HINT_LENGTH:],
        "updated_at": now,
    }
    with transaction.atomic():
        lock_organization(actor.organization)
        found = _stored(actor, provider)
        before = _describe(found)
        credential = found or ReviewCredential(organization=actor.organization, provider=provider, created_at=now)
        for name, value in values.items():
            setattr(credential, name, value)
        credential.save(force_insert=found is None, update_fields=values if found else None)
        _record(actor, author, "review_credential.set", provider, now, {"before": before, "after": _describe(credential)})
    return credential, found is None


def delete_review_credential(*, actor: Actor, provider: str, author: Author, now: datetime) -> None:
    """From here on nothing can be ordered, and open orders end at their next look. Raises NotFound."""
    with transaction.atomic():
        lock_organization(actor.organization)
        credential = find_review_credential(actor, provider)
        _record(actor, author, "review_credential.removed", provider, now, {"before": _describe(credential)})
        credential.delete()


def refuse_unknown_review_provider(provider: str) -> None:
    """Raises NotFound for a name that no provider has."""
    if provider not in BASE_URLS:
        raise NotFound(ENTITY, provider)


def _stored(actor: Actor, provider: str) -> ReviewCredential | None:
    """Without its private key: one that no ENCRYPTION_KEYS fit any more can still be replaced and removed."""
    if provider not in BASE_URLS:
        return None
    return ReviewCredential.objects.filter(organization=actor.organization, provider=provider).defer("private_key").first()


def _describe(credential: ReviewCredential | None) -> Mapping[str, Any] | None:
    return {"baseUrl": credential.base_url, "publicKey": credential.public_key, "hint": credential.hint} if credential else None


def _record(actor: Actor, author: Author, action: str, provider: str, now: datetime, detail: Mapping[str, object]) -> None:
    organization = actor.organization
    record(organization=organization, author=author, action=action, target_type=ENTITY, target_id=provider, now=now, detail=detail)
