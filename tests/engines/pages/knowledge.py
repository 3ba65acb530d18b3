"""What the pages about an engine's knowledge are tested with: addresses, items, entries, files."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from engines.memory import NewEntry, remember
from engines.models import Engine, GlossaryItem, MemoryEntry
from tests.factories import NOW

HUMAN, MACHINE = MemoryEntry.Origin.HUMAN, MemoryEntry.Origin.MACHINE


def address_of(engine: Engine, *parts: object) -> str:
    return "/".join(map(str, (f"/orgs/{engine.organization_id}/engines/{engine.pk}", *parts)))


def make_term(engine: Engine, source: str = "Cart", target: str = "Warenkorb", **members: str) -> GlossaryItem:
    return GlossaryItem.objects.create(engine=engine, source_text=source, target_text=target, **{"target_locale": "de", **members})


def term_form(**fields: str) -> dict[str, str]:
    """A valid form of a new term with some fields changed."""
    sent = {"source_text": "Cart", "target_text": "Warenkorb", "type": "custom_translation", "source_locale": "en", "target_locale": "de", "hint": ""}
    return {**sent, **fields}


def edit_form(client: Client, address: str, **fields: str) -> dict[str, str]:
    """What a browser would send of the form at an address, with some fields changed."""
    context = client.get(address).context
    form = context.get("item_form") or context["form"]
    return {field.name: str(field.value() or "") for field in form} | fields


def version_of(engine: Engine) -> int:
    return Engine.objects.get(pk=engine.pk).layers_version


def file_of(content: str | bytes, name: str = "terms.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def make_entry(engine: Engine, source: str = "Save", target: str = "Sichern", *, origin: MemoryEntry.Origin = MACHINE, **members: Any) -> MemoryEntry:
    made = {"engine_id": engine.pk, "source_locale": "en", "target_locale": "de", "text": source, "hint": "", "context": "", "translation": target}
    entry = NewEntry(**{**made, "origin": origin, "layers_version": 1, "made_by": "openai:gpt-x" if origin == MACHINE else "Rita", **members})
    remember([entry], NOW)
    return engine.memory.latest("id")
