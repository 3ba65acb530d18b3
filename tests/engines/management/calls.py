"""Engine management as a client calls it: what each layer takes and shows, and what a refused call must leave alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from engines.models import BrandVoice, Engine, GlossaryItem, Instruction, MemoryEntry, ModelConfig, ProviderCredential
from organizations.models import AuditEvent
from tests.api import Answer, Api, refusal

ENGINES = "/engines"
COUNTED: tuple[type[Model], ...] = (Engine, ModelConfig, GlossaryItem, Instruction, BrandVoice, MemoryEntry, ProviderCredential, AuditEvent)
GONE_ID = "0" * 19

STALE = refusal(
    412,
    "PreconditionFailedError",
    "precondition_failed",
    "It was changed in the meantime; read it again and repeat with its new ETag.",
)
UNCONDITIONAL = refusal(428, "PreconditionRequiredError", "precondition_required", "Send If-Match with the ETag that you read.")


@dataclass(frozen=True)
class Layer:
    """`new` is a body with every member, `other` the same with every member changed, `least` one that lacks what has a default."""

    noun: str
    prefix: str
    entity_type: str
    words: str
    new: dict[str, Any]
    other: dict[str, Any]
    least: dict[str, Any]
    least_shown: dict[str, Any]

    def path(self, engine: Engine | str, item_id: str = "") -> str:
        engine_id = engine if isinstance(engine, str) else engine.pk
        return f"{ENGINES}/{engine_id}/{self.noun}" + (f"/{item_id}" if item_id else "")

    def add(self, api: Api, engine: Engine, **members: Any) -> Answer:
        answer = api.post(self.path(engine), {**self.new, **members})
        assert answer.status == 201, answer.text
        return answer


MODELS = Layer(
    noun="models",
    prefix="mdl",
    entity_type="model",
    words="model",
    new={"sourceLocale": "en", "targetLocale": "de", "provider": "openai", "model": "gpt-5-mini", "rank": 2},
    other={"sourceLocale": "en-US", "targetLocale": "*", "provider": "pseudo", "model": "pseudo", "rank": 1},
    least={"provider": "pseudo", "model": "pseudo"},
    least_shown={"sourceLocale": "*", "targetLocale": "*", "provider": "pseudo", "model": "pseudo", "rank": 1},
)
GLOSSARY = Layer(
    noun="glossary",
    prefix="gls",
    entity_type="glossaryItem",
    words="glossary item",
    new={"sourceLocale": "en", "targetLocale": "de", "sourceText": "cart", "targetText": "Korb", "type": "custom_translation", "hint": "shop"},
    other={"sourceLocale": "*", "targetLocale": "fr", "sourceText": "Acme", "targetText": "", "type": "non_translatable", "hint": ""},
    least={"sourceText": "Acme", "targetText": "ACME"},
    least_shown={"sourceLocale": "*", "targetLocale": "*", "sourceText": "Acme", "targetText": "ACME", "type": "custom_translation", "hint": ""},
)
INSTRUCTIONS = Layer(
    noun="instructions",
    prefix="ins",
    entity_type="instruction",
    words="instruction",
    new={"name": "Formal", "targetLocale": "de", "text": "Say Sie."},
    other={"name": "Casual", "targetLocale": "*", "text": "Be brief."},
    least={"name": "Casual", "text": "Be brief."},
    least_shown={"name": "Casual", "targetLocale": "*", "text": "Be brief."},
)
BRAND_VOICES = Layer(
    noun="brand-voices",
    prefix="bvc",
    entity_type="brandVoice",
    words="brand voice",
    new={"locale": "de", "text": "Warm."},
    other={"locale": "fr", "text": "Dry."},
    least={"locale": "pt_br", "text": "Warm."},
    least_shown={"locale": "pt-BR", "text": "Warm."},
)
LAYERS = (MODELS, GLOSSARY, INSTRUCTIONS, BRAND_VOICES)


def version_of(engine: Engine) -> int:
    return Engine.objects.get(pk=engine.pk).layers_version


def snapshot() -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in COUNTED}


@contextmanager
def nothing_written() -> Iterator[None]:
    """Every row of these tables is afterwards what it was."""
    before = snapshot()
    yield
    assert snapshot() == before
