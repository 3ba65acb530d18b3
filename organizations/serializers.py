"""What the calls about who calls take and answer (contract §6)."""

from typing import Any

from rest_framework import serializers

from foundation.fields import StrictSerializer, StrictString
from foundation.rendering import wire_time
from organizations.models import ApiKey, CliSession, User


class MeSerializer(serializers.Serializer[User]):
    """The person behind a key."""

    id = serializers.CharField()
    email = serializers.CharField()


class WhoamiSerializer(serializers.Serializer[ApiKey]):
    """A key and whom it stands for: `id` and `email` are of the person who made it, `userId` is null for a service key."""

    email = serializers.CharField(source="creator.email")
    id = serializers.CharField(source="creator_id")
    organizationId = serializers.CharField(source="organization_id")
    userId = serializers.SerializerMethodField()
    keyId = serializers.CharField(source="pk")

    def get_userId(self, key: ApiKey) -> str | None:
        return key.user_id if key.kind == ApiKey.Kind.PERSONAL else None


class NewCliSessionSerializer(StrictSerializer):
    """The body of `POST /cli-sessions`."""

    verifier = StrictString(min_length=32, max_length=256, help_text="A secret of the command line, at least 128 random bits")


class CliSessionSerializer(serializers.Serializer[CliSession]):
    id = serializers.CharField()
    expiresAt = serializers.SerializerMethodField()
    verifyUrl = serializers.SerializerMethodField(help_text="To be opened in a browser")

    def get_expiresAt(self, session: CliSession) -> str:
        return wire_time(session.expires_at)

    def get_verifyUrl(self, session: CliSession) -> str:
        return str(self.context["verify_url"])


class CliSessionStateSerializer(serializers.Serializer[Any]):
    """`apiKey` once only, with `completed`."""

    status = serializers.ChoiceField(choices=["pending", "completed"])
    apiKey = serializers.CharField(required=False)
