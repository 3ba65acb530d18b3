"""Use cases of glossary files: an engine's glossary written as one, and a file taken in whole or not at all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from rest_framework.exceptions import ValidationError

from engines.management.files.csv_file import read_csv, write_csv
from engines.management.files.parsers import Upload
from engines.management.files.rows import FileRow
from engines.management.files.tbx_file import read_tbx, write_tbx
from engines.management.layer_kinds import GLOSSARY, check_term
from engines.management.layer_services import refuse_too_many
from engines.management.locking import lock_engine, raise_version
from engines.management.requests import GlossaryItemInput
from engines.models import Engine, GlossaryItem
from foundation.api_errors import BadRequest, flatten
from foundation.customer_json import Problem
from foundation.ids import new_ids
from organizations.access import Actor
from organizations.audit import Author, record

MAX_PROBLEMS = 1000  # listed in one refusal; the sentence tells how many rows are bad
_BATCH = 500
_COLUMNS = ("source_locale", "target_locale", "source_text", "target_text", "type", "hint")
_WRITERS = {"csv": write_csv, "tbx": write_tbx}
_READERS = {"csv": read_csv, "tbx": read_tbx}

Term = tuple[str, ...]  # the values of _COLUMNS


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: items that are new, those that were there already, and those that had to go."""

    added: int
    unchanged: int
    removed: int


def export_glossary(engine: Engine, file_format: str) -> bytes:
    """The whole glossary, in the order in which it was made."""
    return _WRITERS[file_format](GLOSSARY.show(item) for item in GLOSSARY.rows(engine).order_by("id"))


def read_terms(upload: Upload) -> list[Term]:
    """The items in a file, by the rules of a single one. Raises BadFile, or BadRequest with the problems of every row."""
    rows = _READERS[upload.format](upload.content)
    field = GlossaryItemInput()
    terms: list[Term] = []
    problems: list[Problem] = []
    bad = 0
    for index, row in enumerate(rows):
        try:
            terms.append(_read_term(field, row))
        except BadRequest as exc:
            bad += 1
            problems += [_place(problem, index, row) for problem in exc.problems]
    if problems:
        raise BadRequest(problems[:MAX_PROBLEMS], message=f"Nothing was imported: {bad} of {len(rows)} rows cannot be.", code="bad_rows")
    return terms


def import_glossary(
    *, actor: Actor, engine_id: str, terms: Sequence[Term], replace: bool, file_format: str, author: Author, now: datetime
) -> Imported:
    """Adds the items that the engine lacks; with `replace` it also removes those that are not among `terms`. Items that are equal stay untouched.

    Raises NotFound, and Conflict for a glossary that would become too large.
    """
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        stored = list(GLOSSARY.rows(engine).order_by("id").values_list("pk", *_COLUMNS))
        wanted, present = Counter(terms), Counter(values for _, *row in stored for values in [tuple(row)])
        added = _take(wanted - present, terms)
        removed = _choose(stored, present - wanted) if replace else []
        refuse_too_many(GLOSSARY, len(stored) - len(removed) + len(added))
        if added or removed:
            _write(engine, added, removed)
            raise_version(engine)
            sizes = {"before": {"items": len(stored)}, "after": {"items": len(stored) - len(removed) + len(added)}}
            detail = {"mode": "replace" if replace else "add", "format": file_format, "added": len(added), "removed": len(removed), **sizes}
            _record(actor, engine, author, now, detail)
    return Imported(added=len(added), unchanged=len(terms) - len(added), removed=len(removed))


def _read_term(field: GlossaryItemInput, row: FileRow) -> Term:
    if row.error:
        raise BadRequest([Problem("", row.error)])
    try:
        values = field.run_validation(row.values)
    except ValidationError as exc:
        raise BadRequest(list(flatten(exc.detail))) from exc
    check_term(GlossaryItem(**values))
    return tuple(str(values[name]) for name in _COLUMNS)


def _place(problem: Problem, index: int, row: FileRow) -> Problem:
    path = f"rows[{index}].{problem.path}" if problem.path else f"rows[{index}]"
    return Problem(path, f"{problem.message} (Line {row.line}.)")


def _take(chosen: Counter[Term], terms: Sequence[Term]) -> list[Term]:
    """The terms that are chosen, in the order of the file."""
    left = Counter(chosen)
    taken = []
    for term in terms:
        if left[term]:
            left[term] -= 1
            taken.append(term)
    return taken


def _choose(stored: Sequence[tuple[Any, ...]], chosen: Counter[Term]) -> list[str]:
    """The ids of stored rows with the chosen values; of equal rows the newest go."""
    left = Counter(chosen)
    ids = []
    for pk, *row in reversed(stored):
        if left[tuple(row)]:
            left[tuple(row)] -= 1
            ids.append(pk)
    return ids


def _write(engine: Engine, added: Sequence[Term], removed: Sequence[str]) -> None:
    for start in range(0, len(removed), _BATCH):
        GlossaryItem.objects.filter(pk__in=removed[start : start + _BATCH]).delete()
    items = (
        GlossaryItem(pk=pk, engine=engine, **dict(zip(_COLUMNS, term, strict=True)))
        for pk, term in zip(new_ids(GLOSSARY.prefix, len(added)), added, strict=True)
    )
    GlossaryItem.objects.bulk_create(items, batch_size=_BATCH)


def _record(actor: Actor, engine: Engine, author: Author, now: datetime, detail: Mapping[str, object]) -> None:
    record(
        organization=actor.organization,
        author=author,
        action="glossary.imported",
        target_type="engine",
        target_id=engine.pk,
        now=now,
        detail=detail,
    )
