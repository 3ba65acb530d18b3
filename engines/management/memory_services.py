"""Use cases of an engine's translation memory: a TMX taken in whole or not at all, one entry corrected or deleted, all of the machines' forgotten.

The memory is no layer: nothing here raises the engine's version. The audit log names entries by their key and holds none of their texts.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from django.db import transaction

from engines.checks import Finding, Severity
from engines.management.entity_tags import refuse_stale
from engines.management.locking import lock_engine
from engines.memory import NewEntry, remember
from engines.models import Engine, MemoryEntry
from engines.process.layers import layers_of
from engines.tmx import LONGEST_TEXT, BadTmx, import_tmx
from engines.translation.verify import make_verifier
from foundation.api_errors import BadRequest, Conflict, NotFound
from foundation.customer_json import Problem
from organizations.access import Actor
from organizations.audit import Author, record

LARGEST_ID = 2**63 - 1


class FaultyText(BadRequest):
    """A translation that cannot stand as a person's: an error never can, a warning once it is acknowledged."""

    default_code = "faulty_text"

    def __init__(self, findings: Sequence[Finding], blocking: Sequence[Finding]) -> None:
        super().__init__([Problem("targetText", finding.message) for finding in blocking])
        self.findings = tuple(findings)


def import_memory(*, actor: Actor, engine_id: str, content: bytes, author: Author, now: datetime) -> int:
    """Returns how many translations the file held. They are a person's, unless it says otherwise. Raises NotFound, and BadRequest naming each row."""
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        try:
            count = import_tmx(BytesIO(content), engine=engine, made_by=actor.label[:254], now=now)
        except BadTmx as exc:
            problems = [Problem(f"rows[{row.number - 1}]", f"{row.message} (Row {row.number}.)") for row in exc.rows]
            raise BadRequest(problems or [Problem("", exc.message)], message=exc.message, code="bad_rows" if problems else "bad_file") from exc
        _record(actor, author, "memory.imported", "engine", engine.pk, now, {"format": "tmx", "imported": count})
    return count


def find_entry(engine: Engine, entry_id: str) -> MemoryEntry:
    """Raises NotFound."""
    is_number = entry_id.isascii() and entry_id.isdigit() and len(entry_id) < 20 and int(entry_id) <= LARGEST_ID
    entry = MemoryEntry.objects.filter(engine=engine, pk=entry_id).first() if is_number else None
    if entry is None:
        raise NotFound("memoryEntry", entry_id)
    return entry


def show_entry(entry: MemoryEntry) -> dict[str, Any]:
    """What somebody who changes the entry has seen of it: what its tag is made of."""
    names = ("digest", "source_locale", "target_locale", "source_text", "target_text", "hint", "origin", "made_by")
    return {"id": entry.pk, **{name: getattr(entry, name) for name in names}}


def find_decision(entry: MemoryEntry) -> MemoryEntry | None:
    """The person's entry for the same text, hint, context and locales."""
    key = {name: getattr(entry, name) for name in ("engine_id", "target_locale", "digest", "source_locale")}
    return MemoryEntry.objects.filter(**key, origin=MemoryEntry.Origin.HUMAN).first()


def judge_translation(engine: Engine, entry: MemoryEntry, text: str) -> tuple[Finding, ...]:
    """What the checks of today say of a translation of the entry's source: as of a reviewer's."""
    verifier = make_verifier(layers_of(engine), entry.source_locale, entry.target_locale, [entry.source_text])
    return verifier.judge(entry.source_text, text).findings


def correct_entry(
    *, actor: Actor, engine_id: str, entry_id: str, text: str, seen: Collection[str], if_match: str, author: Author, now: datetime
) -> MemoryEntry:
    """Makes the entry this person's, with this text. What is a person's already, with that text, stays as it is.

    `seen` holds the codes of warnings that the person answers for. Raises NotFound, PreconditionFailed, Conflict for a machine's entry that a
    person's goes before, FaultyText, and BadRequest for a text that is too long.
    """
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        entry = find_entry(engine, entry_id)
        refuse_stale(if_match, show_entry(entry))
        if entry.origin == MemoryEntry.Origin.HUMAN and entry.target_text == text:
            return entry
        if entry.origin == MemoryEntry.Origin.MACHINE and find_decision(entry):
            raise Conflict("A person's entry goes before this one: correct that.", code="decided_by_a_person")
        _refuse_faulty(engine, entry, text, seen)
        remember([_decided(entry, text, actor)], now)
        kept = find_decision(entry) or entry
        _record(actor, author, "memory_entry.corrected", "memoryEntry", entry_id, now, {**_describe(entry), "became": str(kept.pk)})
        if entry.origin == MemoryEntry.Origin.MACHINE:
            entry.delete()
    return kept


def delete_entry(*, actor: Actor, engine_id: str, entry_id: str, if_match: str, author: Author, now: datetime) -> None:
    """Raises NotFound and PreconditionFailed."""
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        entry = find_entry(engine, entry_id)
        refuse_stale(if_match, show_entry(entry))
        _record(actor, author, "memory_entry.deleted", "memoryEntry", entry_id, now, _describe(entry))
        entry.delete()


def forget_machine_entries(*, actor: Actor, engine_id: str, author: Author, now: datetime) -> int:
    """Deletes what models made, in one statement, and leaves what people decided. Returns how many entries there were. Raises NotFound."""
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        count, _ = MemoryEntry.objects.filter(engine=engine, origin=MemoryEntry.Origin.MACHINE).delete()
        _record(actor, author, "memory.machine_entries_deleted", "engine", engine.pk, now, {"deleted": count})
    return count


def _refuse_faulty(engine: Engine, entry: MemoryEntry, text: str, seen: Collection[str]) -> None:
    if len(text) > LONGEST_TEXT:
        raise BadRequest([Problem("targetText", f"Must have at most {LONGEST_TEXT:,} characters.")])
    findings = judge_translation(engine, entry, text)
    blocking = [finding for finding in findings if finding.severity is Severity.ERROR or finding.code not in seen]
    if blocking:
        raise FaultyText(findings, blocking)


def _decided(entry: MemoryEntry, text: str, actor: Actor) -> NewEntry:
    return NewEntry(
        engine_id=entry.engine_id,
        source_locale=entry.source_locale,
        target_locale=entry.target_locale,
        text=entry.source_text,
        hint=entry.hint,
        context="",
        translation=text,
        origin=MemoryEntry.Origin.HUMAN,
        layers_version=0,
        made_by=actor.label[:254],
        digest=entry.digest,
    )


def _describe(entry: MemoryEntry) -> dict[str, object]:
    locales = {"sourceLocale": entry.source_locale, "targetLocale": entry.target_locale}
    return {"engine": entry.engine_id, **locales, "key": entry.digest, "origin": entry.origin, "madeBy": entry.made_by}


def _record(actor: Actor, author: Author, action: str, target_type: str, target_id: str, now: datetime, detail: Mapping[str, object]) -> None:
    organization = actor.organization
    record(organization=organization, author=author, action=action, target_type=target_type, target_id=target_id, now=now, detail=detail)
