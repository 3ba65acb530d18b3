"""The translation memory: texts whose translation is known, by engine, locale pair, text, hint and context. A hit costs no call.

A machine's entry holds for the layers it was made with; a person's holds whatever the layers are, and goes before a machine's. Whoever asks judges
each candidate by today's checks. Only verified translations and people's decisions may be remembered.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from engines.models import Engine, MemoryEntry
from foundation.prepared import Prepared, prepare

log = structlog.get_logger(__name__)

BATCH = 1000  # rows of one statement
_SEPARATOR = "\x1f"
_KEY = ("engine", "target_locale", "digest", "source_locale", "origin")
_ENGINE, _SOURCE, _TARGET, _VERSION = "eng_asked", "source locale", "target locale", 2**31 - 1
_VALUES = ("target_text", "layers_version", "made_by", "updated_at")


@dataclass(frozen=True, slots=True)
class Known:
    """A translation from memory."""

    text: str
    origin: MemoryEntry.Origin


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A translation to remember. `layers_version` matters for a machine's only."""

    engine_id: str
    source_locale: str
    target_locale: str
    text: str
    hint: str
    context: str
    translation: str
    origin: MemoryEntry.Origin
    layers_version: int
    made_by: str  # provider:model, or the person's label
    digest: str = ""  # the key of an entry that was exported, in place of the one that text, hint and context make


def join_hints(hints: Sequence[str]) -> str:
    """Breadcrumbs as one text, as they stand in an entry and in a prompt."""
    return " > ".join(hints)


def digest_of(text: str, hint: str = "", context: str = "") -> str:
    return hashlib.sha256(_SEPARATOR.join((text, hint, context)).encode()).hexdigest()


def look_up(
    engine_id: str,
    source_locale: str,
    target_locale: str,
    keys: Mapping[str, tuple[str, str]],
    context: str,
    layers_version: int,
    *,
    passes: Callable[[str, str], bool] = lambda key, translation: True,
) -> dict[str, Known]:
    """By the keys given (each for a text and its hint): the best candidate that `passes(key, translation)`. One query."""
    digests = {key: digest_of(text, hint, context) for key, (text, hint) in keys.items()}
    if not digests:
        return {}
    wanted: dict[str | int, Any] = {_ENGINE: engine_id, _SOURCE: source_locale, _TARGET: target_locale, _VERSION: layers_version}
    asked = list(digests.values())
    wanted |= {_digest_name(number): digest for number, digest in enumerate(asked)}
    rows = _statement(1 << (len(asked) - 1).bit_length()).ask(wanted)
    candidates: defaultdict[str, list[Known]] = defaultdict(list)
    for digest, origin, text in rows:
        candidates[digest].append(Known(text, MemoryEntry.Origin(origin)))
    found: dict[str, Known] = {}
    for key, digest in digests.items():
        best_first = sorted(candidates.get(digest, ()), key=lambda known: known.origin != MemoryEntry.Origin.HUMAN)
        best = next((known for known in best_first if passes(key, known.text)), None)
        if best:
            found[key] = best
    return found


@lru_cache(maxsize=32)
def _statement(count: int) -> Prepared:
    """For so many digests: every step and every synchronous call asks it."""
    holds = Q(origin=MemoryEntry.Origin.HUMAN) | Q(layers_version=_VERSION)
    digests = [_digest_name(number) for number in range(count)]
    rows = MemoryEntry.objects.filter(holds, engine_id=_ENGINE, source_locale=_SOURCE, target_locale=_TARGET, digest__in=digests)
    return prepare(rows.values_list("digest", "origin", "target_text"))


def _digest_name(number: int) -> str:
    return f"digest {number}"


def remember(entries: Sequence[NewEntry], now: datetime) -> None:
    """Inserts or replaces, set-based and in one transaction. Entries of an engine that is gone are dropped.

    Rows are written in the order of their key, so that two processes never wait for each other in a circle.
    """
    rows = _rows(entries, now)
    if not rows:
        return
    try:
        with transaction.atomic():
            present = set(Engine.objects.filter(pk__in={row.engine_id for row in rows}).values_list("pk", flat=True))
            MemoryEntry.objects.bulk_create(
                [row for row in rows if row.engine_id in present],
                batch_size=BATCH,
                update_conflicts=True,
                unique_fields=_KEY,
                update_fields=_VALUES,
            )
    except IntegrityError:
        log.warning("memory_not_kept", entries=len(rows))  # an engine was deleted in the same moment


@contextmanager
def connection_for_a_moment() -> Iterator[None]:
    """For a read on a thread that waits for models afterwards: gives the connection back, unless the caller is in a transaction of its own."""
    try:
        yield
    finally:
        if not connection.in_atomic_block:
            connection.close()


def _rows(entries: Sequence[NewEntry], now: datetime) -> list[MemoryEntry]:
    """Of several entries with one key, the last."""
    rows: dict[tuple[str, ...], MemoryEntry] = {}
    for entry in entries:
        row = MemoryEntry(
            engine_id=entry.engine_id,
            source_locale=entry.source_locale,
            target_locale=entry.target_locale,
            digest=entry.digest or digest_of(entry.text, entry.hint, entry.context),
            origin=entry.origin,
            source_text=entry.text,
            target_text=entry.translation,
            hint=entry.hint,
            layers_version=entry.layers_version,
            made_by=entry.made_by,
            created_at=now,
            updated_at=now,
        )
        rows[row.engine_id, row.target_locale, row.digest, row.source_locale, row.origin] = row
    return [rows[key] for key in sorted(rows)]
