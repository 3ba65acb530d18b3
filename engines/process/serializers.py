"""What the synchronous calls answer (contract §6)."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engines.process.estimate import LocaleEstimate
from engines.process.localize import Localized
from engines.recognition import Recognition
from foundation.customer_json import JSONValue


@extend_schema_field({"type": "object", "additionalProperties": True})
class CustomerJSON(serializers.Field[JSONValue, Any, JSONValue, Any]):
    """A payload, given to the renderer as it is: number spelling and key order are its own."""

    def to_representation(self, value: JSONValue) -> JSONValue:
        return value


class ProcessUsageSerializer(serializers.Serializer[Any]):
    inputTokens = serializers.IntegerField(source="input_tokens")
    outputTokens = serializers.IntegerField(source="output_tokens")
    llmCost = serializers.FloatField(source="cost_usd", allow_null=True, help_text="USD; null where the model's price is not known")
    localizationCost = serializers.SerializerMethodField(help_text="Always 0: the service is your own")

    def get_localizationCost(self, usage: Any) -> int:
        return 0


class ProcessWarningSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class LocalizedSerializer(serializers.Serializer[Localized]):
    """`model` and `usage` are absent where no model was called, `warnings` where there are none."""

    sourceLocale = serializers.CharField(source="source_locale")
    targetLocale = serializers.CharField(source="target_locale")
    data = CustomerJSON()  # type: ignore[assignment]  # the wire's name, which a serializer's own attribute has too
    model = serializers.CharField(source="usage.model", required=False)
    usage = ProcessUsageSerializer(required=False)
    warnings = ProcessWarningSerializer(many=True, required=False)

    def to_representation(self, instance: Localized) -> dict[str, Any]:
        answer: dict[str, Any] = super().to_representation(instance)
        return {name: value for name, value in answer.items() if name == "data" or value}


class LegacyLocalizedSerializer(serializers.Serializer[Localized]):
    data = CustomerJSON()  # type: ignore[assignment]  # as above


class RecognitionSerializer(serializers.Serializer[Recognition]):
    locale = serializers.CharField()
    language = serializers.CharField()
    region = serializers.CharField(allow_null=True)
    script = serializers.CharField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]  # as above
    direction = serializers.ChoiceField(choices=["ltr", "rtl"])


class LegacyRecognitionSerializer(serializers.Serializer[Recognition]):
    locale = serializers.CharField()


class LocaleEstimateSerializer(serializers.Serializer[LocaleEstimate]):
    targetLocale = serializers.CharField(source="target_locale")
    sourceChars = serializers.IntegerField(source="source_chars")
    estimatedOutputTokens = serializers.IntegerField(source="output_tokens")
    estimatedCostUsd = serializers.FloatField(source="total_cost")


class EstimateTotalsSerializer(serializers.Serializer[Any]):
    sourceChars = serializers.IntegerField()
    estimatedOutputTokens = serializers.IntegerField()
    estimatedLlmCostUsd = serializers.FloatField()
    estimatedLocalizationCostUsd = serializers.FloatField()
    estimatedTotalCostUsd = serializers.FloatField()


class EstimateAnswerSerializer(serializers.Serializer[list[LocaleEstimate]]):
    """`approximate` is always true. A model whose price is not known is reckoned as one of the middle of the market."""

    approximate = serializers.BooleanField()
    totals = EstimateTotalsSerializer()
    byLocale = LocaleEstimateSerializer(many=True)

    def to_representation(self, instance: list[LocaleEstimate]) -> dict[str, Any]:
        totals = {
            "sourceChars": sum(each.source_chars for each in instance),
            "estimatedOutputTokens": sum(each.output_tokens for each in instance),
            "estimatedLlmCostUsd": sum((each.llm_cost for each in instance), Decimal(0)),
            "estimatedLocalizationCostUsd": sum((each.localization_cost for each in instance), Decimal(0)),
            "estimatedTotalCostUsd": sum((each.total_cost for each in instance), Decimal(0)),
        }
        answer: dict[str, Any] = super().to_representation({"approximate": True, "totals": totals, "byLocale": instance})  # type: ignore[arg-type]
        return answer
