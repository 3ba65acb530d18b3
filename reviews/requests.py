"""What the review API takes: bodies and query strings (contract §10)."""

from datetime import UTC
from typing import Any

from rest_framework import serializers

from foundation.fields import (
    MAX_STRING_LEAVES,
    MAX_STRING_LENGTH,
    LocaleField,
    QueryInteger,
    StrictChoice,
    StrictInteger,
    StrictList,
    StrictMap,
    StrictSerializer,
    StrictString,
    TranslatableObject,
)
from foundation.ids import is_id
from reviews.judging import Acknowledged
from reviews.models import Decision, ReviewItem
from reviews.queries import OPEN

MAX_FENCE = 2_147_483_647
REASON_LENGTH = 500


class ReviewListQuery(StrictSerializer):
    """The query string of `GET /reviews`. `open` is available or claimed."""

    locale = LocaleField(required=False)
    engineId = StrictString(required=False)
    state = StrictChoice(choices=[OPEN, *ReviewItem.State.values], default=OPEN)
    limit = QueryInteger(min_value=1, max_value=100, default=20)
    cursor = StrictString(required=False)

    def validate_engineId(self, value: str) -> str:
        if not is_id(value, "eng"):
            raise serializers.ValidationError("Must be the id of an engine.")
        return value


class FenceInput(StrictSerializer):
    """Under which claim the caller acts: what `claim` answered."""

    fence = StrictInteger(min_value=0, max_value=MAX_FENCE)


class DraftInput(FenceInput):
    """`texts`: path → what was typed, or null to forget it."""

    texts = StrictMap(child=StrictString(allow_null=True, allow_blank=True, max_length=MAX_STRING_LENGTH), max_items=MAX_STRING_LEAVES)


class AcknowledgedInput(StrictSerializer):
    """A finding that the reviewer has seen; with a reason, an error that is a false alarm."""

    path = StrictString(allow_blank=True)
    code = StrictString(max_length=40)
    reason = StrictString(required=False, allow_blank=True, max_length=REASON_LENGTH)


class SubmitInput(FenceInput):
    """`data`: the whole payload with the reviewer's texts; with `edit` only."""

    decision = StrictChoice(choices=Decision.Kind.values)
    data = TranslatableObject(required=False)  # type: ignore[assignment]  # the wire's name, which a serializer's own attribute has too
    acknowledged = StrictList(required=False, child=AcknowledgedInput(), max_items=MAX_STRING_LEAVES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["decision"] == Decision.Kind.EDIT and "data" not in attrs:
            raise serializers.ValidationError({"data": "This field is required."})
        if attrs["decision"] == Decision.Kind.APPROVE and "data" in attrs:
            raise serializers.ValidationError({"data": "Only an edit has data; approving takes the AI version."})
        attrs["acknowledged"] = [Acknowledged(one["path"], one["code"], one.get("reason", "")) for one in attrs.get("acknowledged", ())]
        return attrs


class ReasonInput(StrictSerializer):
    """Why a review manager acts; kept in the audit log."""

    reason = StrictString(max_length=REASON_LENGTH, trim_whitespace=True)


class WithdrawInput(ReasonInput):
    """`fence`: of the claim that is meant; left out, the present one."""

    fence = StrictInteger(required=False, min_value=0, max_value=MAX_FENCE)


class ExtendInput(ReasonInput):
    """`dueAt`: when the AI version is to ship instead."""

    dueAt = serializers.DateTimeField(default_timezone=UTC)
