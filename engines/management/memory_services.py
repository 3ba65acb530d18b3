"""The use case of a memory file: a TMX taken into an engine's translation memory, whole or not at all."""

from datetime import datetime
from io import BytesIO

from django.db import transaction

from engines.management.locking import lock_engine
from engines.tmx import BadTmx, import_tmx
from foundation.api_errors import BadRequest
from foundation.customer_json import Problem
from organizations.access import Actor
from organizations.audit import Author, record


def import_memory(*, actor: Actor, engine_id: str, content: bytes, author: Author, now: datetime) -> int:
    """Returns how many translations the file held. They are a person's, unless it says otherwise. Raises NotFound, and BadRequest naming each row."""
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        try:
            count = import_tmx(BytesIO(content), engine=engine, made_by=actor.label[:254], now=now)
        except BadTmx as exc:
            problems = [Problem(f"rows[{row.number - 1}]", f"{row.message} (Row {row.number}.)") for row in exc.rows]
            raise BadRequest(problems or [Problem("", exc.message)], message=exc.message, code="bad_rows" if problems else "bad_file") from exc
        record(
            organization=actor.organization,
            author=author,
            action="memory.imported",
            target_type="engine",
            target_id=engine.pk,
            now=now,
            detail={"format": "tmx", "imported": count},
        )
    return count
