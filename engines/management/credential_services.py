"""Use cases of provider credentials: an organization's own keys. They are encrypted in their column, and no answer or audit row holds one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from engines.management.locking import lock_organization
from engines.models import ProviderCredential
from engines.providers.registry import CHAT_MODULES
from foundation.api_errors import NotFound
from organizations.access import Actor
from organizations.audit import Author, record

HINT_LENGTH = 4
PROVIDERS = tuple(CHAT_MODULES)  # those that an account is needed for


def find_credential(actor: Actor, provider: str) -> ProviderCredential:
    """Raises NotFound where the organization has none for that provider."""
    credential = _stored(actor, provider)
    if credential is None:
        raise NotFound("providerCredential", provider)
    return credential


def set_credential(*, actor: Actor, provider: str, key: str, base_url: str, author: Author, now: datetime) -> tuple[ProviderCredential, bool]:
    """Stores a key in place of the one there was, if any; also returns whether there was none. Raises NotFound for an unknown provider."""
    values = {"key": key, "base_url": base_url, "hint": key[-HINT_LENGTH:], "updated_at": now}
    refuse_unknown_provider(provider)
    with transaction.atomic():
        lock_organization(actor.organization)
        found = _stored(actor, provider)
        before = _describe(found)
        credential = found or ProviderCredential(organization=actor.organization, provider=provider, created_at=now)
        for name, value in values.items():
            setattr(credential, name, value)
        credential.save(force_insert=found is None, update_fields=values if found else None)
        _record(actor, author, "provider_credential.set", provider, now, {"before": before, "after": _describe(credential)})
    return credential, found is None


def delete_credential(*, actor: Actor, provider: str, author: Author, now: datetime) -> None:
    """From here on the operator's account is used, where there is one. Raises NotFound."""
    with transaction.atomic():
        lock_organization(actor.organization)
        credential = find_credential(actor, provider)
        _record(actor, author, "provider_credential.removed", provider, now, {"before": _describe(credential)})
        credential.delete()


def refuse_unknown_provider(provider: str) -> None:
    """Raises NotFound for a name that no provider with an account has."""
    if provider not in PROVIDERS:
        raise NotFound("providerCredential", provider)


def _stored(actor: Actor, provider: str) -> ProviderCredential | None:
    """Without its key: one that no ENCRYPTION_KEYS fit any more can still be replaced and removed."""
    if provider not in PROVIDERS:
        return None
    return ProviderCredential.objects.filter(organization=actor.organization, provider=provider).defer("key").first()


def _describe(credential: ProviderCredential | None) -> Mapping[str, Any] | None:
    return {"baseUrl": credential.base_url, "hint": credential.hint} if credential else None


def _record(actor: Actor, author: Author, action: str, provider: str, now: datetime, detail: Mapping[str, object]) -> None:
    organization = actor.organization
    record(organization=organization, author=author, action=action, target_type="providerCredential", target_id=provider, now=now, detail=detail)
