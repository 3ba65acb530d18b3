"""What the review API answers: one serializer per message (contract §10)."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engines.checks import Finding
from foundation.rendering import RawJSON
from localization.serializers import TimeField
from reviews.checking import is_error, may_be_false_alarm
from reviews.models import Decision, Draft, Flag, ReviewItem
from reviews.queries import state_of
from reviews.reading import Review


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="pk")
    name = serializers.CharField(source="__str__")


class ReviewItemSerializer(serializers.Serializer[Any]):
    """An item in the queue, as `reviews.queries.with_names` gives it. Needs `now` in the context."""

    id = serializers.CharField()
    groupId = serializers.CharField(source="group_id")
    jobId = serializers.CharField(source="job_id")
    engineId = serializers.CharField(source="engine_id")
    engineName = serializers.CharField(source="engine_name")
    sourceLocale = serializers.CharField(source="source_locale")
    targetLocale = serializers.CharField(source="target_locale")
    state = serializers.SerializerMethodField()
    holder = serializers.SerializerMethodField()
    leaseUntil = serializers.SerializerMethodField()
    segments = serializers.IntegerField()
    words = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]  # the wire's name, which a serializer's own attribute has too
    warnings = serializers.IntegerField()
    glossaryMisses = serializers.IntegerField(source="glossary_misses")
    hasDrafts = serializers.SerializerMethodField()
    dueAt = TimeField(source="due_at")
    createdAt = TimeField(source="created_at")
    endedAt = TimeField(source="ended_at", allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=ReviewItem.State.values))
    def get_state(self, item: ReviewItem) -> str:
        return state_of(item, self.context["now"])

    @extend_schema_field(PersonSerializer(allow_null=True))
    def get_holder(self, item: ReviewItem) -> Any:
        return PersonSerializer(item.holder).data if self._is_held(item) and item.holder else None

    def get_leaseUntil(self, item: ReviewItem) -> datetime | None:
        return item.lease_until if self._is_held(item) else None

    def get_hasDrafts(self, item: ReviewItem) -> bool:
        return bool(getattr(item, "has_drafts", False))

    def _is_held(self, item: ReviewItem) -> bool:
        return self.get_state(item) == ReviewItem.State.CLAIMED


class ReviewPageSerializer(serializers.Serializer[Any]):
    items = ReviewItemSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)


class FindingSerializer(serializers.Serializer[Finding]):
    """What a check says. An `error` blocks a decision unless it `mayBeFalseAlarm` and is marked so; a `warning` until it is acknowledged."""

    code = serializers.CharField()
    severity = serializers.CharField()
    message = serializers.CharField()
    mayBeFalseAlarm = serializers.SerializerMethodField()

    def get_mayBeFalseAlarm(self, finding: Finding) -> bool:
        return is_error(finding) and may_be_false_alarm(finding)


class DraftSerializer(serializers.Serializer[Draft]):
    text = serializers.CharField()
    author = PersonSerializer(allow_null=True)
    updatedAt = TimeField(source="updated_at")


class FlagSerializer(serializers.Serializer[Flag]):
    reason = serializers.CharField()
    comment = serializers.CharField()
    author = PersonSerializer(allow_null=True)
    createdAt = TimeField(source="created_at")


class TextSerializer(serializers.Serializer[Any]):
    """One text. `sent` is what the client sent where the pipeline corrected it; `findings` are of the draft where there is one."""

    number = serializers.IntegerField()
    path = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the wire's name, which a field's own attribute has too
    sent = serializers.CharField(allow_null=True)
    translation = serializers.CharField()
    hints = serializers.ListField(child=serializers.CharField())
    draft = DraftSerializer(allow_null=True)
    findings = FindingSerializer(many=True)
    flags = FlagSerializer(many=True)


class DecisionSerializer(serializers.Serializer[Decision]):
    decision = serializers.CharField(source="kind")
    reviewer = serializers.CharField(source="reviewer_label")
    changed = serializers.IntegerField()
    acknowledged = serializers.ListField(child=serializers.DictField())
    falseAlarms = serializers.ListField(child=serializers.DictField(), source="false_alarms")
    claimedAt = TimeField(source="claimed_at")
    decidedAt = TimeField(source="decided_at")


class ReviewDetailSerializer(serializers.Serializer[Any]):
    """What one review has beyond its place in the queue."""

    context = serializers.CharField(source="content.group.context")  # type: ignore[assignment]  # as above
    fence = serializers.IntegerField(allow_null=True)
    texts = TextSerializer(many=True)
    data = serializers.SerializerMethodField()  # type: ignore[assignment]  # as above
    decision = DecisionSerializer(allow_null=True)

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_data(self, review: Review) -> RawJSON:
        return RawJSON(review.content.output)


class ReviewSerializer(ReviewItemSerializer, ReviewDetailSerializer):
    """One review whole. `data` is the AI version, whose structure an edit must have; `fence` is of the caller's own claim, else null."""


def show_review(review: Review, *, now: datetime) -> dict[str, Any]:
    """As ReviewSerializer describes it."""
    item: dict[str, Any] = ReviewItemSerializer(review.item, context={"now": now}).data
    detail: Any = ReviewDetailSerializer(review).data  # mypy takes the member `data` for the attribute
    return {**item, **detail}


class ClaimSerializer(serializers.Serializer[Any]):
    """What the holder acts under from now on."""

    fence = serializers.IntegerField()
    leaseUntil = TimeField(source="lease_until")


class DraftedTextSerializer(serializers.Serializer[Any]):
    """A text as it is after the call: `draft` is null where it was forgotten."""

    number = serializers.IntegerField()
    path = serializers.CharField()
    draft = serializers.CharField(allow_null=True)
    findings = FindingSerializer(many=True)


class DraftedSerializer(ClaimSerializer):
    """The claim, renewed, and what the checks say of the texts that were sent."""

    texts = DraftedTextSerializer(many=True)
