"""Organizations' accounts at providers of human review outside: which providers there are, which account is used, which addresses may be called.

`ReviewCredential` holds an account. The management API sets it, a submission asks whether there is one, `reviews` orders with it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast

from engines.models import ReviewCredential
from engines.pipeline_config import is_external
from foundation.api_errors import BadRequest
from foundation.customer_json import Problem
from webhooks.addresses import Rules

GENGO = "gengo"
BASE_URLS: Mapping[str, str] = {GENGO: "https://api.gengo.com/v2/"}  # of each provider, where an account names no other
NO_ACCOUNT = "The organization has no account at a review provider: set a review credential first."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReviewAccount:
    """An account as a thread without a database needs it. `private_key` is None where it was encrypted with a key that is gone."""

    provider: str
    base_url: str
    public_key: str
    private_key: str | None = field(repr=False)


def review_rules() -> Rules:
    """Which addresses of providers may be called: in development also this machine's, and over plain HTTP."""
    return Rules(allow_http=settings.REVIEW_ALLOW_LOOPBACK, allow_loopback=settings.REVIEW_ALLOW_LOOPBACK)


def find_review_provider(organization_id: str) -> str | None:
    """The provider that the organization's orders go to: the first by name that it has an account at."""
    accounts = ReviewCredential.objects.filter(organization_id=organization_id, provider__in=BASE_URLS)
    return accounts.order_by("provider").values_list("provider", flat=True).first()


def refuse_external_without_account(organization_id: str, config: Mapping[str, Any]) -> None:
    """Raises BadRequest where this effective pipeline configuration orders reviews outside and the organization has no account for it."""
    if is_external(config) and find_review_provider(organization_id) is None:
        raise BadRequest([Problem("pipelineConfig.humanEdit.mode", NO_ACCOUNT)])


def load_review_accounts(organization_ids: Collection[str]) -> dict[tuple[str, str], ReviewAccount]:
    """By organization and provider. Decrypted one by one: a key that cannot be read must not keep the others' from working."""
    rows = ReviewCredential.objects.filter(organization_id__in=organization_ids).annotate(token=Cast("private_key", TextField()))
    found = {}
    for organization_id, provider, base_url, public_key, token in rows.values_list("organization_id", "provider", "base_url", "public_key", "token"):
        try:
            private_key = ReviewCredential._meta.get_field("private_key").from_db_value(token)
        except InvalidToken:
            log.error("review_credential_unreadable", organization=organization_id, provider=provider)
            private_key = None
        found[organization_id, provider] = ReviewAccount(provider, base_url, public_key, private_key)
    return found
