"""What engines have: how many items of each layer, and when they were last used. One query, however many engines."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, OuterRef, Subquery

from engines.models import BrandVoice, Engine, GlossaryItem, Instruction, MemoryEntry

_COUNTED: Mapping[str, type[Any]] = {"glossary": GlossaryItem, "instructions": Instruction, "voices": BrandVoice, "memory": MemoryEntry}


@dataclass(frozen=True, slots=True)
class Contents:
    """Of one engine. `last_used_at`: by a submission."""

    glossary: int
    instructions: int
    voices: int
    memory: int
    last_used_at: datetime | None


def read_contents(engine_ids: Collection[str]) -> dict[str, Contents]:
    """By engine."""
    # `job_groups` is the relation that an app above declares.
    used = Engine.objects.filter(pk=OuterRef("pk")).values("pk").annotate(at=Max("job_groups__created_at")).values("at")
    columns = {f"of_{name}": _count(model) for name, model in _COUNTED.items()}
    rows: Iterable[Mapping[str, Any]] = Engine.objects.filter(pk__in=engine_ids).values("pk").annotate(**columns, used_at=Subquery(used))
    return {row["pk"]: Contents(**{name: row[f"of_{name}"] or 0 for name in _COUNTED}, last_used_at=row["used_at"]) for row in rows}


def _count(model: type[Any]) -> Subquery:
    return Subquery(model.objects.filter(engine=OuterRef("pk")).order_by().values("engine").annotate(count=Count("pk")).values("count"))
