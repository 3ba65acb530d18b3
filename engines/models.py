"""An engine and its layers: which model translates a locale pair, with which glossary, instructions and brand voice (contract §7)."""

from typing import ClassVar

from django.db import models

from engines.managers import EngineManager
from foundation.ids import PrefixedIdField
from organizations.models import Organization

ANY_LOCALE = "*"


class Engine(models.Model):
    """A configured translator. `layers_version` is raised by every change of a layer, and recorded where a layer was used."""

    id = PrefixedIdField("eng")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="engines")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, default="")
    source_locales = models.JSONField(default=list)  # canonical tags; empty: any
    target_locales = models.JSONField(default=list)
    enabled = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    pipeline_config = models.JSONField(default=dict)  # contract §3.2; members left out have their default
    layers_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    objects = EngineManager()

    class Meta:
        permissions: ClassVar = [
            ("access_engine", "Use and edit this engine"),
            ("review_translations", "Review translations of this engine"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization"], condition=models.Q(is_default=True), name="one_default_engine_per_organization"),
        ]

    def __str__(self) -> str:
        return self.name


class ModelConfig(models.Model):
    """One model in the ranked chain of a locale pair: rank 1 is asked first, the next on failure."""

    id = PrefixedIdField("mdl")
    engine = models.ForeignKey(Engine, on_delete=models.CASCADE, related_name="model_configs")
    source_locale = models.CharField(max_length=35, default=ANY_LOCALE)
    target_locale = models.CharField(max_length=35, default=ANY_LOCALE)
    provider = models.CharField(max_length=30)
    model = models.CharField(max_length=200)
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["rank", "id"]

    def __str__(self) -> str:
        return f"{self.provider}:{self.model}"


class GlossaryItem(models.Model):
    """A term and what it must become, or that it stays as it is."""

    class Type(models.TextChoices):
        CUSTOM_TRANSLATION = "custom_translation"
        NON_TRANSLATABLE = "non_translatable"

    id = PrefixedIdField("gls")
    engine = models.ForeignKey(Engine, on_delete=models.CASCADE, related_name="glossary_items")
    source_locale = models.CharField(max_length=35, default=ANY_LOCALE)
    target_locale = models.CharField(max_length=35, default=ANY_LOCALE)
    source_text = models.CharField(max_length=500)
    target_text = models.CharField(max_length=500, blank=True, default="")
    type = models.CharField(max_length=18, choices=Type, default=Type.CUSTOM_TRANSLATION)
    hint = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.source_text


class Instruction(models.Model):
    """A rule for a target locale (or all), in words."""

    id = PrefixedIdField("ins")
    engine = models.ForeignKey(Engine, on_delete=models.CASCADE, related_name="instructions")
    name = models.CharField(max_length=200)
    target_locale = models.CharField(max_length=35, default=ANY_LOCALE)
    text = models.TextField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return self.name


class BrandVoice(models.Model):
    """How the brand speaks in one locale."""

    id = PrefixedIdField("bvc")
    engine = models.ForeignKey(Engine, on_delete=models.CASCADE, related_name="brand_voices")
    locale = models.CharField(max_length=35)
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["engine", "locale"], name="one_brand_voice_per_engine_and_locale"),
        ]

    def __str__(self) -> str:
        return self.locale
