"""Use cases of an engine's layers, one item at a time. Each is a transaction under the engine's lock, raises its version, and is audited."""

import json
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
from foundation.ids import is_id
from organizations.access import Actor
from organizations.audit import Author, record
from organizations.models import AuditEvent

UNDONE_WITHIN = 1000  # acts of the organization: what was removed before these stays removed


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
        return _add(kind, actor, kind.model(engine=engine, **values), author, "added", now)


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


def find_removed(kind: LayerKind, engine: Engine, item_id: str) -> dict[str, Any] | None:
    """What an item of the engine was when it was removed, under the wire's names, as the audit log has it; None where that never was, or long ago."""
    if not is_id(item_id, kind.prefix):
        return None
    newest = AuditEvent.objects.filter(organization_id=engine.organization_id).order_by("-sequence").values("sequence")[:UNDONE_WITHIN]
    removals = AuditEvent.objects.filter(sequence__in=newest, action=_action(kind, "removed"), target_id=item_id)
    found = removals.order_by("-sequence").values_list("detail", flat=True).first()
    detail: dict[str, Any] = json.loads(found) if found else {}
    return detail["before"] if detail.get("engine") == engine.pk else None


def restore_item(kind: LayerKind, *, actor: Actor, engine_id: str, item_id: str, author: Author, now: datetime) -> Any:
    """Puts an item back that was removed, under its id; one that is there stays as it is. Raises NotFound, and Conflict as `add_item`."""
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        present, removed = kind.find(engine, item_id), find_removed(kind, engine, item_id)
        if present is not None:
            return present
        if removed is None:
            raise NotFound(kind.entity_type, item_id)
        body = kind.input(data=removed)
        body.is_valid(raise_exception=True)
        return _add(kind, actor, kind.model(pk=item_id, engine=engine, **body.validated_data), author, "restored", now)


def refuse_too_many(kind: LayerKind, count: int) -> None:
    """Raises Conflict where an engine would have `count` items. Call it under the engine's lock."""
    if count > kind.limit:
        raise Conflict(
            f"An engine has at most {kind.limit:,} {kind.model._meta.verbose_name_plural}.", code=f"too_many_{kind.noun.replace('-', '_')}"
        )


def _add(kind: LayerKind, actor: Actor, item: Any, author: Author, verb: str, now: datetime) -> Any:
    """Under the lock of the item's engine."""
    kind.check(item)
    refuse_too_many(kind, kind.rows(item.engine).count() + 1)
    item.save(force_insert=True)
    raise_version(item.engine)
    _record(kind, actor, item, author, verb, now, {"after": plain(kind.show(item))})
    return item


def _action(kind: LayerKind, verb: str) -> str:
    return f"{kind.model._meta.verbose_name.replace(' ', '_')}.{verb}"


def _record(kind: LayerKind, actor: Actor, item: Item, author: Author, verb: str, now: datetime, detail: Mapping[str, object]) -> None:
    record(
        organization=actor.organization,
        author=author,
        action=_action(kind, verb),
        target_type=kind.entity_type,
        target_id=item.pk,
        now=now,
        detail={"engine": item.engine_id, **detail},
    )
