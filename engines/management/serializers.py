"""How engines, the items of their layers and credentials are shown."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from engines.models import BrandVoice, Engine, GlossaryItem, Instruction, ModelConfig, ProviderCredential
from engines.pipeline_config import Config, resolve
from engines.pipeline_serializer import PipelineOutput


def show_pipeline(engine: Engine) -> Config:
    """Every member, those that were never set included; spelt alike whether it was 48 or 48.0, so that the tag is the same."""
    config = resolve(engine.pipeline_config, {})
    return {str(stage): {name: _spell(value) for name, value in members.items()} for stage, members in config.items()}


def _spell(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


class EngineOutput(serializers.Serializer[Engine]):
    """An engine without its layers. `layersVersion` is raised by every change that a translation could show."""

    id = serializers.CharField()
    ownerOrganizationId = serializers.CharField(source="organization_id")
    name = serializers.CharField()
    description = serializers.CharField()
    sourceLocales = serializers.ListField(source="source_locales", child=serializers.CharField(), help_text="Empty: any.")
    targetLocales = serializers.ListField(source="target_locales", child=serializers.CharField(), help_text="Empty: any.")
    enabled = serializers.BooleanField()
    isDefault = serializers.BooleanField(source="is_default")
    usesMemory = serializers.BooleanField(source="uses_memory")
    onUnverified = serializers.CharField(source="on_unverified", help_text="`keep` the source text with a warning, or `fail`.")
    pipelineConfig = serializers.SerializerMethodField()
    layersVersion = serializers.IntegerField(source="layers_version")
    createdAt = serializers.DateTimeField(source="created_at", format=None)

    @extend_schema_field(PipelineOutput)
    def get_pipelineConfig(self, engine: Engine) -> Config:
        return show_pipeline(engine)


class ModelOutput(serializers.Serializer[ModelConfig]):
    """Rank 1 is asked first; a pair's own models go before those of `*`."""

    id = serializers.CharField()
    sourceLocale = serializers.CharField(source="source_locale")
    targetLocale = serializers.CharField(source="target_locale")
    provider = serializers.CharField()
    model = serializers.CharField()
    rank = serializers.IntegerField()


class GlossaryItemOutput(serializers.Serializer[GlossaryItem]):
    id = serializers.CharField()
    sourceLocale = serializers.CharField(source="source_locale")
    targetLocale = serializers.CharField(source="target_locale")
    sourceText = serializers.CharField(source="source_text")
    targetText = serializers.CharField(source="target_text")
    type = serializers.CharField()
    hint = serializers.CharField()


class InstructionOutput(serializers.Serializer[Instruction]):
    id = serializers.CharField()
    name = serializers.CharField()
    targetLocale = serializers.CharField(source="target_locale")
    text = serializers.CharField()


class BrandVoiceOutput(serializers.Serializer[BrandVoice]):
    id = serializers.CharField()
    locale = serializers.CharField()
    text = serializers.CharField()


class CredentialOutput(serializers.Serializer[ProviderCredential]):
    """A credential without its key; `hint` is the key's last characters."""

    provider = serializers.CharField()
    baseUrl = serializers.CharField(source="base_url")
    hint = serializers.CharField()
    createdAt = serializers.DateTimeField(source="created_at", format=None)
    updatedAt = serializers.DateTimeField(source="updated_at", format=None)


class _Page(serializers.Serializer[Any]):
    nextCursor = serializers.CharField(allow_null=True)


class EnginePage(_Page):
    items = EngineOutput(many=True)


class ModelPage(_Page):
    items = ModelOutput(many=True)


class GlossaryPage(_Page):
    items = GlossaryItemOutput(many=True)


class InstructionPage(_Page):
    items = InstructionOutput(many=True)


class BrandVoicePage(_Page):
    items = BrandVoiceOutput(many=True)


class CredentialList(serializers.Serializer[Any]):
    """All there are: at most one for each provider."""

    items = CredentialOutput(many=True)


class ImportOutput(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    unchanged = serializers.IntegerField(help_text="Were there already, equal in every member.")
    removed = serializers.IntegerField()


class MemoryImportOutput(serializers.Serializer[Any]):
    imported = serializers.IntegerField(help_text="Translations that are in the memory now, those that replaced an older one included.")
