"""A review credential on the wire: as it is sent and as it is shown."""

import re
from typing import Any
from urllib.parse import urlsplit

from rest_framework import serializers

from engines.models import ReviewCredential
from engines.review_accounts import review_rules
from foundation.fields import RefuseUnknown, StrictString
from webhooks.addresses import check_url
from webhooks.errors import RefusedURL

_KEY = re.compile(r"[\x21-\x7e]+")  # it goes into a query


class ReviewCredentialInput(RefuseUnknown):
    """An account at a provider. The private key is never shown again."""

    publicKey = StrictString(source="public_key", min_length=1, max_length=200)
    privateKey = StrictString(source="private_key", write_only=True, min_length=8, max_length=500)
    baseUrl = StrictString(
        source="base_url", allow_blank=True, max_length=500, default="", help_text="Where the provider answers. Left out or empty: its usual address."
    )

    def validate_publicKey(self, value: str) -> str:
        return _printable(value)

    def validate_privateKey(self, value: str) -> str:
        return _printable(value)

    def validate_baseUrl(self, value: str) -> str:
        if not value:
            return value
        try:
            check_url(value, review_rules())
        except RefusedURL as exc:
            raise serializers.ValidationError(exc.reason) from exc
        if urlsplit(value).query or urlsplit(value).fragment or value.endswith(("?", "#")):
            raise serializers.ValidationError("Must have no query and no fragment.")
        return value


class ReviewCredentialOutput(serializers.Serializer[ReviewCredential]):
    """An account without its private key; `hint` is that key's last characters."""

    provider = serializers.CharField()
    baseUrl = serializers.CharField(source="base_url")
    publicKey = serializers.CharField(source="public_key")
    hint = serializers.CharField()
    createdAt = serializers.DateTimeField(source="created_at", format=None)
    updatedAt = serializers.DateTimeField(source="updated_at", format=None)


class ReviewCredentialList(serializers.Serializer[Any]):
    """All there are: at most one for each provider."""

    items = ReviewCredentialOutput(many=True)


def _printable(value: str) -> str:
    if not _KEY.fullmatch(value):
        raise serializers.ValidationError("Must be printable ASCII without spaces.")
    return value
