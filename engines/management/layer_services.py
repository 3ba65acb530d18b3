"""Use cases of an engine's layers, one item at a time. Each is a transaction under the engine's lock, raises its version, and is audited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from engines.management.changes import assign, describe_change, plain
from engines.management.entity_tags import refuse_stale
from engines.management.layer_kinds import Item, LayerKind
from engines.management.locking import lock_engine, raise_version
from engines.models import Engine
from foundation.api_errors import Conflict, NotFound
from organizations.access import Actor
from organizations.audit import Author, record


def find_item(kind: LayerKind, engine: Engine, item_id: str) -> Any:
    """Raises NotFound."""
    item = kind.find(engine, item_id)
    if item is None:
        raise NotFound(kind.entity_type, item_id)
    return item


def add_item(kind: LayerKind, *, actor: Actor, engine_id: str, values: Mapping[str, Any], author: Author, now: datetime) -> Any:
    """`values` are those of the kind's input. Raises NotFound, BadRequest, and Conflict for what is taken or one too many."""
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        item = kind.model(engine=engine, **values)
        kind.check(item)
        refuse_too_many(kind, kind.rows(engine).count() + 1)
        item.save(force_insert=True)
        raise_version(engine)
        _record(kind, actor, item, author, "added", now, {"after": plain(kind.show(item))})
    return item


def change_item(
    kind: LayerKind, *, actor: Actor, engine_id: str, item_id: str, values: Mapping[str, Any], if_match: str, author: Author, now: datetime
) -> Any:
    """Sets the values; setting what is there already writes nothing. Raises NotFound, PreconditionFailed, BadRequest and Conflict."""
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        item = find_item(kind, engine, item_id)
        before = kind.show(item)
        refuse_stale(if_match, before)
        changed = assign(item, values)
        if changed:
            kind.check(item)
            item.save(update_fields=changed)
            raise_version(engine)
            _record(kind, actor, item, author, "changed", now, describe_change(before, kind.show(item)))
    return item


def delete_item(kind: LayerKind, *, actor: Actor, engine_id: str, item_id: str, if_match: str, author: Author, now: datetime) -> None:
    """Raises NotFound and PreconditionFailed."""
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        item = find_item(kind, engine, item_id)
        before = kind.show(item)
        refuse_stale(if_match, before)
        _record(kind, actor, item, author, "removed", now, {"before": plain(before)})
        item.delete()
        raise_version(engine)


def refuse_too_many(kind: LayerKind, count: int) -> None:
    """Raises Conflict where an engine would have `count` items. Call it under the engine's lock."""
    if count > kind.limit:
        raise Conflict(
            f"An engine has at most {kind.limit:,} {kind.model._meta.verbose_name_plural}.", code=f"too_many_{kind.noun.replace('-', '_')}"
        )


def _record(kind: LayerKind, actor: Actor, item: Item, author: Author, verb: str, now: datetime, detail: Mapping[str, object]) -> None:
    record(
        organization=actor.organization,
        author=author,
        action=f"{kind.model._meta.verbose_name.replace(' ', '_')}.{verb}",
        target_type=kind.entity_type,
        target_id=item.pk,
        now=now,
        detail={"engine": item.engine_id, **detail},
    )
