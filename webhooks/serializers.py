"""The delivery log on the wire: what callers may ask, and how deliveries and their attempts are shown."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from foundation.fields import QueryInteger, StrictChoice, StrictSerializer, StrictString
from foundation.lease import WorkStatus
from webhooks.models import Attempt, Delivery

# `ready` is a worker's word.
WIRE_STATUS = {WorkStatus.READY: "pending", WorkStatus.RUNNING: "running", WorkStatus.COMPLETED: "completed", WorkStatus.FAILED: "failed"}
STORED_STATUS = {wire: status for status, wire in WIRE_STATUS.items()}


class ListQuery(StrictSerializer):
    """`since` compares with the time at which the event happened."""

    status = StrictChoice(choices=list(STORED_STATUS), required=False)
    since = serializers.DateTimeField(default_timezone=UTC, required=False)
    limit = QueryInteger(min_value=1, max_value=100, default=20)
    cursor = StrictString(required=False)


class ReplayInput(StrictSerializer):
    """Everything that failed at `since` or later."""

    since = serializers.DateTimeField(default_timezone=UTC)


class ReplayOutput(serializers.Serializer[Any]):
    replayed = serializers.IntegerField()


class AttemptOutput(serializers.Serializer[Attempt]):
    """One POST. Without an answer `statusCode` is null and `error` names what went wrong."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField(format=None)
    url = serializers.CharField()
    statusCode = serializers.IntegerField(source="status_code", allow_null=True)
    durationMs = serializers.IntegerField(source="duration_ms")
    error = serializers.SerializerMethodField()
    answer = serializers.CharField(help_text="The first KiB of the answer.")

    def get_error(self, attempt: Attempt) -> str | None:
        return attempt.error or None


class DeliveryOutput(serializers.Serializer[Delivery]):
    """A delivery as lists show it. `url` is null where the organization's default URL of the moment is used."""

    id = serializers.CharField()
    eventType = serializers.CharField(source="event_type")
    eventId = serializers.CharField(source="event_id", help_text="The header `webhook-id`.")
    url = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField()
    attemptCount = serializers.IntegerField(source="attempts", help_text="Attempts since the event or the last replay.")
    nextAttemptAt = serializers.SerializerMethodField()
    createdAt = serializers.DateTimeField(source="created_at", format=None)
    completedAt = serializers.DateTimeField(source="completed_at", format=None, allow_null=True)

    def get_url(self, delivery: Delivery) -> str | None:
        return delivery.url or None

    def get_status(self, delivery: Delivery) -> str:
        return WIRE_STATUS[WorkStatus(delivery.status)]

    def get_nextAttemptAt(self, delivery: Delivery) -> datetime | None:
        return delivery.run_after if delivery.status == WorkStatus.READY else None


class DeliveryDetailOutput(DeliveryOutput):
    """A delivery with its attempts, oldest first, those before a replay included."""

    attempts = AttemptOutput(source="log", many=True)


class DeliveryPageOutput(serializers.Serializer[Any]):
    items = DeliveryOutput(many=True)
    nextCursor = serializers.CharField(allow_null=True)
