"""What the synchronous calls take (contract §6). Members that are not named here are ignored; an optional one that is null counts as left out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engines.choosing import choose_engine
from engines.process.localize import LocalizeRequest
from foundation.customer_json import MAX_KEY_LENGTH, JSONValue
from foundation.fields import (
    MAX_STRING_LENGTH,
    CustomerJSONField,
    LocaleField,
    StrictInteger,
    StrictList,
    StrictMap,
    StrictSerializer,
    StrictString,
    StringList,
    TranslatableObject,
)
from organizations.access import Actor

MAX_ITEMS = 1000  # of an estimate
MAX_CHARACTERS = 10**12
MAX_TRIAL_LENGTH = 500


@extend_schema_field({"type": "object", "additionalProperties": {"type": "object", "additionalProperties": True}})
class ReferenceField(serializers.Field[JSONValue, Any, Any, Any]):
    """Known translations by locale. Whatever is sent is taken: what cannot be used is no reason to refuse the request."""

    def to_internal_value(self, data: JSONValue) -> JSONValue:
        return data


def _hints() -> StrictMap:
    return StrictMap(required=False, allow_null=True, child=StringList(max_items=50, max_length=500, min_length=0), max_items=20_000)


class LocalizeSerializer(StrictSerializer):
    """The body of `POST /process/localize`."""

    sourceLocale = LocaleField(required=False, allow_null=True)
    targetLocale = LocaleField()
    data = TranslatableObject()  # type: ignore[assignment]  # the wire's name, which a serializer's own attribute has too
    engineId = StrictString(required=False, allow_null=True)
    hints = _hints()
    reference = ReferenceField(required=False, allow_null=True)
    context = StrictString(required=False, allow_null=True, allow_blank=True, max_length=10_000)  # type: ignore[assignment]  # as above
    lockedKeys = StringList(required=False, allow_null=True, max_items=200, max_length=MAX_KEY_LENGTH)


class TrialSerializer(StrictSerializer):
    """A short text that one model is tried with."""

    text = StrictString(max_length=MAX_TRIAL_LENGTH, trim_whitespace=True)
    sourceLocale = LocaleField()
    targetLocale = LocaleField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["sourceLocale"] == attrs["targetLocale"]:
            raise serializers.ValidationError({"targetLocale": ["Must differ from the source locale."]})
        return attrs


class RecognizeSerializer(StrictSerializer):
    """The body of `POST /process/recognize`."""

    text = StrictString(allow_blank=True, max_length=MAX_STRING_LENGTH)
    labelLocale = LocaleField(required=False, allow_null=True)


class EstimateItemSerializer(StrictSerializer):
    targetLocale = LocaleField()
    sourceChars = StrictInteger(min_value=0, max_value=MAX_CHARACTERS)


class EstimateSerializer(StrictSerializer):
    """The body of `POST /process/estimate`."""

    items = StrictList(child=EstimateItemSerializer(), min_items=1, max_items=MAX_ITEMS)


class LegacyLocaleSerializer(StrictSerializer):
    source = LocaleField(required=False, allow_null=True)  # type: ignore[assignment]  # as above
    target = LocaleField()


@extend_schema_field({"oneOf": [{"type": "object", "additionalProperties": True}, {"type": "array", "items": {}}]})
class LegacyData(CustomerJSONField):
    """An object, or an array: PHP sends one where the keys are numbers in order."""

    default_error_messages = {"not_a_container": "Must be an object or an array."}

    def to_internal_value(self, data: Any) -> JSONValue:
        if not isinstance(data, dict | list):
            self.fail("not_a_container")
        return super().to_internal_value(data)


class LegacyLocalizeSerializer(StrictSerializer):
    """The body of `POST /i18n`, as older clients send it."""

    locale = LegacyLocaleSerializer()
    data = LegacyData()  # type: ignore[assignment]  # as above
    reference = ReferenceField(required=False, allow_null=True)
    hints = _hints()


class LegacyRecognizeSerializer(StrictSerializer):
    """The body of `POST /recognize`."""

    text = StrictString(allow_blank=True, max_length=MAX_STRING_LENGTH)


def validate(serializer: StrictSerializer) -> dict[str, Any]:
    """Its values. Raises ValidationError with all problems."""
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


def read_localize(actor: Actor, body: dict[str, JSONValue]) -> LocalizeRequest:
    """Raises ValidationError with all problems, NotFound or Forbidden for the engine."""
    values = validate(LocalizeSerializer(data=body))
    return LocalizeRequest(
        organization=actor.organization,
        engine=choose_engine(actor, values.get("engineId")),
        source_locale=values.get("sourceLocale"),
        target_locale=values["targetLocale"],
        data=values["data"],
        context=values.get("context") or "",
        hints=values.get("hints") or {},
        locked_keys=values.get("lockedKeys") or [],
        reference=values.get("reference"),
    )


def read_legacy_localize(actor: Actor, body: dict[str, JSONValue]) -> LocalizeRequest:
    """The same for `POST /i18n`: always the organization's default engine."""
    values = validate(LegacyLocalizeSerializer(data=body))
    return LocalizeRequest(
        organization=actor.organization,
        engine=choose_engine(actor, None),
        source_locale=values["locale"].get("source"),
        target_locale=values["locale"]["target"],
        data=values["data"],
        hints=values.get("hints") or {},
        reference=values.get("reference"),
    )
