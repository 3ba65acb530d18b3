"""The four layers that are managed item by item, as one table: what an item is called, how it is read and shown, and what must hold for it.

AI reviewers, the fifth, are not there yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import QuerySet
from rest_framework import serializers

from engines.management import requests
from engines.management import serializers as outputs
from engines.models import BrandVoice, Engine, GlossaryItem, Instruction, ModelConfig
from foundation.api_errors import BadRequest, Conflict
from foundation.customer_json import Problem
from foundation.fields import RefuseUnknown
from foundation.ids import is_id

Item: TypeAlias = ModelConfig | GlossaryItem | Instruction | BrandVoice

MAX_GLOSSARY_ITEMS = 10_000  # all of them fit in a file of the largest size, unless most are very long


@dataclass(frozen=True, slots=True)
class LayerKind:
    """`noun` is the path's last part and names the list; `entity_type` names one item in a 404 and in the audit log."""

    noun: str
    entity_type: str
    prefix: str
    model: type[Any]
    limit: int  # items of one engine
    input: type[RefuseUnknown]
    output: type[serializers.Serializer[Any]]
    page: type[serializers.Serializer[Any]]
    check: Callable[[Any], None]  # raises BadRequest or Conflict; called under the engine's lock

    def rows(self, engine: Engine) -> QuerySet[Any]:
        found: QuerySet[Any] = self.model.objects.filter(engine=engine)
        return found

    def find(self, engine: Engine, item_id: str) -> Any | None:
        """The engine's item of that id, or None."""
        return self.rows(engine).filter(pk=item_id).first() if is_id(item_id, self.prefix) else None

    def show(self, item: Item) -> dict[str, Any]:
        return self.output(item).data


def check_term(item: GlossaryItem) -> None:
    """Raises BadRequest for a translation without its text, and for a text beside `non_translatable`."""
    if item.type == GlossaryItem.Type.CUSTOM_TRANSLATION and not item.target_text:
        raise BadRequest([Problem("targetText", "A custom_translation needs one.")])
    if item.type == GlossaryItem.Type.NON_TRANSLATABLE and item.target_text:
        raise BadRequest([Problem("targetText", "A non_translatable term has none.")])


def _check_voice(item: BrandVoice) -> None:
    """Raises Conflict for a second voice of a locale."""
    if BrandVoice.objects.filter(engine=item.engine, locale=item.locale).exclude(pk=item.pk).exists():
        raise Conflict(f"The engine has a brand voice for {item.locale} already.", code="brand_voice_taken")


def _check_nothing(item: Item) -> None:
    """What the fields say is all there is to say."""


MODELS = LayerKind(
    noun="models",
    entity_type="model",
    prefix="mdl",
    model=ModelConfig,
    limit=500,
    input=requests.ModelInput,
    output=outputs.ModelOutput,
    page=outputs.ModelPage,
    check=_check_nothing,
)
GLOSSARY = LayerKind(
    noun="glossary",
    entity_type="glossaryItem",
    prefix="gls",
    model=GlossaryItem,
    limit=MAX_GLOSSARY_ITEMS,
    input=requests.GlossaryItemInput,
    output=outputs.GlossaryItemOutput,
    page=outputs.GlossaryPage,
    check=check_term,
)
INSTRUCTIONS = LayerKind(
    noun="instructions",
    entity_type="instruction",
    prefix="ins",
    model=Instruction,
    limit=500,
    input=requests.InstructionInput,
    output=outputs.InstructionOutput,
    page=outputs.InstructionPage,
    check=_check_nothing,
)
BRAND_VOICES = LayerKind(
    noun="brand-voices",
    entity_type="brandVoice",
    prefix="bvc",
    model=BrandVoice,
    limit=500,
    input=requests.BrandVoiceInput,
    output=outputs.BrandVoiceOutput,
    page=outputs.BrandVoicePage,
    check=_check_voice,
)
