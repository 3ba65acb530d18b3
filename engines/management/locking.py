"""Finding an engine, and holding it while something about it changes.

All writes to an engine and its layers take the engine's row first, so they happen one after another; what concerns several engines of an
organization (which is its default) takes the organization's row before. SQLite has no row locks and needs none: it has one writer.
"""

from typing import Any

from django.db import connection
from django.db.models import F

from engines.managers import EngineQuerySet
from engines.models import Engine
from foundation.api_errors import NotFound
from foundation.ids import is_id
from organizations.access import Actor
from organizations.models import Organization


def find_engine(actor: Actor, engine_id: str) -> Engine:
    """Raises NotFound for an engine that the actor may not use, too."""
    return _find(Engine.objects.visible_to(actor), engine_id)


def lock_engine(actor: Actor, engine_id: str, *, to_delete: bool = False) -> Engine:
    """The engine as it is now, until the transaction ends nobody else's to change. Raises NotFound."""
    return _find(Engine.objects.visible_to(actor).select_for_update(of=("self",), no_key=not to_delete), engine_id)


def lock_organization(organization: Organization) -> None:
    """Which engine is the default changes one at a time."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def hold_engine(engine_id: str) -> bool:
    """Keeps the engine from being deleted until the transaction ends, and from nothing else; False where it is gone already.

    For whoever inserts rows that name an engine without a foreign key's constraint: with one, PostgreSQL would take this lock by itself.
    """
    lock = " FOR KEY SHARE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(Engine._meta.db_table)} WHERE id = %s{lock}", [engine_id])
        return cursor.fetchone() is not None


def raise_version(engine: Engine) -> None:
    """Call under the engine's lock: what was read of its layers is out of date from here on."""
    Engine.objects.filter(pk=engine.pk).update(layers_version=F("layers_version") + 1)
    engine.layers_version += 1


def _find(engines: "EngineQuerySet | Any", engine_id: str) -> Engine:
    engine: Engine | None = engines.filter(pk=engine_id).first() if is_id(engine_id, "eng") else None
    if engine is None:
        raise NotFound("engine", engine_id)
    return engine
