"""What the showcase's engine knows: a glossary, instructions, brand voices, a memory and models, for the pictures of those tabs."""

from dataclasses import replace
from datetime import datetime, timedelta

from engines.management.locking import raise_version
from engines.memory import NewEntry, remember
from engines.models import BrandVoice, Engine, GlossaryItem, Instruction, MemoryEntry, ModelConfig

TERMS = [
    ("forklift", "Gabelstapler", "de", "custom_translation", "The vehicle, not the pallet truck."),
    ("forklift", "رافعة شوكية", "ar", "custom_translation", ""),
    ("seat belt", "Sicherheitsgurt", "de", "custom_translation", ""),
    ("Interlinear", "", "*", "non_translatable", "Our product."),
    ("lesson", "レッスン", "ja", "custom_translation", ""),
    ("<script>alert(1)</script>", "=HYPERLINK(1)", "fr", "custom_translation", ""),
]
VOICE = (
    "Warm and direct, as an experienced colleague speaks to a new one. Address the reader with “du”. Short sentences; no irony, no exclamation marks."
)
MEMORY = [
    ("Check the brakes.", "Prüfe die Bremsen.", "de", MemoryEntry.Origin.HUMAN, "Demo Reviewer"),
    ("You have 3 lessons left.", "Du hast noch 2 Lektionen.", "de", MemoryEntry.Origin.MACHINE, "openai:gpt-5-mini"),
    ("Fasten your seat belt.", "اربط حزام الأمان.", "ar", MemoryEntry.Origin.MACHINE, "openai:gpt-5-mini"),
    ("Welcome back, {name}!", "Bon retour, {name} !", "fr", MemoryEntry.Origin.MACHINE, "anthropic:claude-haiku-4-5"),
]


def fill_knowledge(engine: Engine, now: datetime) -> dict[str, object]:
    """Ids for the addresses of single items."""
    for source, target, locale, kind, hint in TERMS:
        members = {"source_locale": "en", "target_locale": locale, "type": kind, "hint": hint}
        GlossaryItem.objects.create(engine=engine, source_text=source, target_text=target, **members)
    Instruction.objects.create(engine=engine, name="Address", target_locale="de", text="Address the reader with “du”, never with “Sie”.")
    Instruction.objects.create(engine=engine, name="Numbers", text="Write numbers as the locale does.\nKeep units in the metric system.")
    BrandVoice.objects.create(engine=engine, locale="de", text=VOICE)
    BrandVoice.objects.create(engine=engine, locale="ar", text="ودود ومباشر، بجمل قصيرة.")
    for rank, (provider, model) in enumerate((("openai", "gpt-5-mini"), ("openai", "gpt-5"), ("anthropic", "claude-haiku-4-5")), start=1):
        ModelConfig.objects.create(engine=engine, provider=provider, model=model, rank=rank)
    raise_version(engine)
    first = NewEntry(engine.pk, "en", "de", "", "", "", "", MemoryEntry.Origin.MACHINE, engine.layers_version, "")
    entries = [
        replace(first, text=text, translation=translation, target_locale=locale, origin=origin, made_by=made_by, hint="Lesson 1 > Title")
        for text, translation, locale, origin, made_by in MEMORY
    ]
    remember([replace(first, text="Open", translation="Öffnen", layers_version=1, made_by="apertium:eng-deu")], now - timedelta(days=40))
    remember(entries, now - timedelta(hours=2))
    return {"term": engine.glossary_items.latest("id").pk, "entry": engine.memory.get(source_text__startswith="You have").pk}
