"""A pipeline configuration as it is sent: to the engine's settings, and with a submission (contract §3.2)."""

from typing import Any

from rest_framework import serializers

from engines.pipeline_config import IMPLEMENTED, StageId
from foundation.fields import RefuseUnknown, StrictBoolean, StrictChoice, StrictNumber


class StageSerializer(RefuseUnknown):
    enabled = StrictBoolean(required=False)


class HumanEditSerializer(StageSerializer):
    mode = StrictChoice(choices=["internal", "external"], required=False)
    tier = StrictChoice(choices=["standard", "pro"], required=False)
    timeoutHours = StrictNumber(required=False, max_value=720)
    maxCostUsd = StrictNumber(required=False, allow_null=True, min_value=0)

    def validate_timeoutHours(self, value: float) -> float:
        if value <= 0:
            raise serializers.ValidationError("Must be greater than 0.")
        return value


class PipelineConfigSerializer(RefuseUnknown):
    """Members that are left out keep their default, so the value holds only what was sent."""

    preEdit = StageSerializer(required=False)
    humanEdit = HumanEditSerializer(required=False)
    postEdit = StageSerializer(required=False)
    rephrase = StageSerializer(required=False)
    backTranslation = StageSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        missing = {
            stage: {"enabled": ["This stage is not available."]}
            for stage, members in attrs.items()
            if members.get("enabled") and StageId(stage) not in IMPLEMENTED
        }
        if missing:
            raise serializers.ValidationError(missing)
        return attrs
