"""A pipeline configuration on the wire: as it is sent, to an engine's settings or with a submission, and as it is shown (contract §3.2)."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from foundation.fields import RefuseUnknown, StrictBoolean, StrictChoice, StrictNumber

Problems = dict[str, dict[str, list[str]]]  # stage → member → sentences


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
    """With a submission. Members that are left out are the engine's, so the value holds only what was sent."""

    preEdit = StageSerializer(required=False)
    humanEdit = HumanEditSerializer(required=False)
    postEdit = StageSerializer(required=False)
    rephrase = StageSerializer(required=False)
    backTranslation = StageSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        problems = self.find_problems(attrs)
        if problems:
            raise serializers.ValidationError(problems)
        return attrs

    def find_problems(self, config: Mapping[str, Any]) -> Problems:
        """What is wrong with the stages taken together."""
        return {}


class EnginePipelineSerializer(PipelineConfigSerializer):
    """Of an engine, whole: members that are left out have their default. Here, unlike in a submission, `postEdit` needs `humanEdit`."""

    def find_problems(self, config: Mapping[str, Any]) -> Problems:
        problems = super().find_problems(config)
        if config.get("postEdit", {}).get("enabled") and not config.get("humanEdit", {}).get("enabled"):
            problems.setdefault("postEdit", {}).setdefault("enabled", []).append("Needs humanEdit to be enabled.")
        return problems


class StageOutput(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()


class HumanEditOutput(StageOutput):
    mode = serializers.CharField()
    tier = serializers.CharField()
    timeoutHours = serializers.FloatField()
    maxCostUsd = serializers.FloatField(allow_null=True)


class PipelineOutput(serializers.Serializer[Any]):
    """Every optional stage with all its members."""

    preEdit = StageOutput()
    humanEdit = HumanEditOutput()
    postEdit = StageOutput()
    rephrase = StageOutput()
    backTranslation = StageOutput()
