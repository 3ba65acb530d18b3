"""An engine and its layers: which model translates a locale pair, with which glossary, instructions and brand voice (contract §7)."""

from typing import ClassVar

from django.db import models

from engines.managers import EngineManager
from foundation.ids import PrefixedIdField
from foundation.secrets import EncryptedTextField
from organizations.models import Organization

ANY_LOCALE = "*"


class OnUnverified(models.TextChoices):
    """What becomes of a text that no model of the chain translated verifiably."""

    KEEP = "keep"  # the source text stays, with a warning that names the path
    FAIL = "fail"  # the whole translation fails


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
    uses_memory = models.BooleanField(default=True)
    on_unverified = models.CharField(max_length=4, choices=OnUnverified, default=OnUnverified.KEEP)
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


class MemoryEntry(models.Model):
    """A translation that is known: verified by the checks, or decided by a person.

    `digest` is the key: SHA-256 of text, hint and context. A machine's entry holds for the layers it was made with (`layers_version`); a person's
    holds for good, as long as it passes the checks of the day, and outranks a machine's.
    """

    class Origin(models.TextChoices):
        MACHINE = "machine"
        HUMAN = "human"

    id = models.BigAutoField(primary_key=True)
    engine = models.ForeignKey(Engine, on_delete=models.CASCADE, related_name="memory", db_index=False)
    source_locale = models.CharField(max_length=35)
    target_locale = models.CharField(max_length=35)
    digest = models.CharField(max_length=64)
    origin = models.CharField(max_length=7, choices=Origin)
    source_text = models.TextField()
    target_text = models.TextField()
    hint = models.TextField(blank=True, default="")
    layers_version = models.PositiveIntegerField(default=0)
    made_by = models.CharField(max_length=254, blank=True, default="")  # provider:model, or the person's label
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["engine", "target_locale", "digest", "source_locale", "origin"], name="one_memory_entry_per_text_and_origin"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_text[:40]} → {self.target_text[:40]}"


class ProviderCredential(models.Model):
    """An organization's own access to a model provider; goes before the operator's. The key is encrypted and never shown again."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="provider_credentials")
    provider = models.CharField(max_length=30)
    base_url = models.CharField(max_length=500, blank=True, default="")  # one of MODEL_HOSTS, or empty for the provider's own
    key = EncryptedTextField()
    hint = models.CharField(max_length=8)  # the key's last characters
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "provider"], name="one_credential_per_organization_and_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.hint}"


class ReviewCredential(models.Model):
    """An organization's account at a provider of human review. The private key is encrypted and never shown again."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="review_credentials")
    provider = models.CharField(max_length=30)
    base_url = models.CharField(max_length=500)
    public_key = models.CharField(max_length=200)
    private_key = EncryptedTextField()
    hint = models.CharField(max_length=8)  # the private key's last characters
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "provider"], name="one_review_credential_per_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.hint}"


class Spending(models.Model):
    """What an organization's model calls used on one day (UTC). Added to where a step is settled or a synchronous call ends."""

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="spending", db_index=False)
    day = models.DateField()
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=14, decimal_places=6, default=0)  # of calls whose price is known
    unpriced_calls = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organization", "day"], name="one_spending_per_organization_and_day"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.day}"
