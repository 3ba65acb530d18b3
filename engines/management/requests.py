"""What may be sent: engines, the items of each layer, credentials. Values come out under the models' names.

Members that an answer shows and nobody may set (`id`, `createdAt`, …) are taken and ignored, so that what GET gave can be changed and sent back;
anything else that is not declared is refused with its path. In a PUT members that are left out stay as they are.
"""

import re
from typing import Any

from django.conf import settings
from rest_framework import serializers

from engines.models import ANY_LOCALE, GlossaryItem, OnUnverified
from engines.pipeline_serializer import EnginePipelineSerializer
from engines.providers.registry import provider_names
from foundation.fields import LocaleField, RefuseUnknown, StrictBoolean, StrictChoice, StrictInteger, StrictList, StrictSerializer, StrictString

MAX_LOCALES = 200
MAX_TEXT_LENGTH = 10_000
MAX_RANK = 1000

# What XML 1.0 cannot hold: a glossary must fit in a TBX file.
_CONTROL_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_KEY = re.compile(r"[\x21-\x7e]+")  # it goes into a header


def _text(max_length: int, **options: Any) -> StrictString:
    """A text without white space around it."""
    return StrictString(max_length=max_length, trim_whitespace=True, **options)


class EngineInput(RefuseUnknown):
    """An engine. A new one needs `ownerOrganizationId` and `name`."""

    id = serializers.CharField(read_only=True)
    ownerOrganizationId = StrictString(source="organization_id")
    name = _text(200)
    description = _text(MAX_TEXT_LENGTH, required=False, allow_blank=True)
    sourceLocales = StrictList(source="source_locales", child=LocaleField(), max_items=MAX_LOCALES, is_distinct=True, required=False)
    targetLocales = StrictList(source="target_locales", child=LocaleField(), max_items=MAX_LOCALES, is_distinct=True, required=False)
    enabled = StrictBoolean(required=False)
    isDefault = StrictBoolean(source="is_default", required=False)
    usesMemory = StrictBoolean(source="uses_memory", required=False)
    onUnverified = StrictChoice(source="on_unverified", choices=OnUnverified.values, required=False)
    pipelineConfig = EnginePipelineSerializer(source="pipeline_config", required=False)
    layersVersion = serializers.IntegerField(read_only=True)
    createdAt = serializers.DateTimeField(read_only=True)


class ModelInput(RefuseUnknown):
    """A model and its place in the chain of a locale pair."""

    id = serializers.CharField(read_only=True)
    sourceLocale = LocaleField(source="source_locale", allow_any=True, default=ANY_LOCALE)
    targetLocale = LocaleField(source="target_locale", allow_any=True, default=ANY_LOCALE)
    provider = StrictChoice(choices=provider_names())
    model = _text(200)
    rank = StrictInteger(min_value=1, max_value=MAX_RANK, default=1)


class TermText(StrictString):
    """A text of a glossary: without control characters, which no TBX file could hold."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 500, "trim_whitespace": True, **options})

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if _CONTROL_CHARACTER.search(value):
            raise serializers.ValidationError("Must not have control characters.")
        return value


class GlossaryItemInput(RefuseUnknown):
    """A term: with what it becomes, or `non_translatable` and without."""

    id = serializers.CharField(read_only=True)
    sourceLocale = LocaleField(source="source_locale", allow_any=True, default=ANY_LOCALE)
    targetLocale = LocaleField(source="target_locale", allow_any=True, default=ANY_LOCALE)
    sourceText = TermText(source="source_text")
    targetText = TermText(source="target_text", allow_blank=True, default="")
    type = StrictChoice(choices=GlossaryItem.Type.values, default=GlossaryItem.Type.CUSTOM_TRANSLATION)
    hint = TermText(allow_blank=True, default="")


class InstructionInput(RefuseUnknown):
    """A rule for one target locale, or all."""

    id = serializers.CharField(read_only=True)
    name = _text(200)
    targetLocale = LocaleField(source="target_locale", allow_any=True, default=ANY_LOCALE)
    text = _text(MAX_TEXT_LENGTH)


class BrandVoiceInput(RefuseUnknown):
    """How the brand speaks in one locale."""

    id = serializers.CharField(read_only=True)
    locale = LocaleField()
    text = _text(MAX_TEXT_LENGTH)


class CredentialInput(RefuseUnknown):
    """A provider's key, which is never shown again, and where to send it: one of the operator's MODEL_HOSTS, or the provider's own address."""

    key = StrictString(write_only=True, min_length=8, max_length=500)
    baseUrl = StrictString(source="base_url", allow_blank=True, max_length=500, default="")

    def validate_key(self, value: str) -> str:
        if not _KEY.fullmatch(value):
            raise serializers.ValidationError("Must be printable ASCII without spaces.")
        return value

    def validate_baseUrl(self, value: str) -> str:
        chosen = value.rstrip("/")
        if chosen and chosen not in (host.rstrip("/") for host in settings.MODEL_HOSTS):
            raise serializers.ValidationError("Must be one of the addresses that the operator lists in MODEL_HOSTS.")
        return chosen


class ExportQuery(StrictSerializer):
    format = StrictChoice(choices=["csv", "tbx"], default="csv")


class ImportQuery(StrictSerializer):
    mode = StrictChoice(choices=["add", "replace"], default="add", help_text="`replace` removes what the file does not have.")
