"""Use cases of engines: create, change, delete, and set the pipeline. Each is one transaction under the engine's lock, with its audit row."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from engines.defaults import DefaultModel, default_models
from engines.management.changes import assign, describe_change, plain
from engines.management.entity_tags import refuse_stale
from engines.management.locking import lock_engine, lock_organization, raise_version
from engines.management.serializers import EngineOutput, show_pipeline
from engines.models import Engine, ModelConfig
from engines.pipeline_config import Config
from foundation.api_errors import Conflict, NotFound
from foundation.ids import new_ids
from organizations.access import Actor
from organizations.audit import Author, record
from organizations.permissions import ACCESS_ENGINES, require

MAX_ENGINES = 1000
# What a translation made from now on could show.
_VERSIONED = frozenset({"uses_memory", "on_unverified"})


def show_engine(engine: Engine) -> dict[str, Any]:
    return EngineOutput(engine).data


def create_engine(*, actor: Actor, values: Mapping[str, Any], author: Author, now: datetime, models: Sequence[DefaultModel] | None = None) -> Engine:
    """An engine with `models`, or those that this installation has; the organization's first is its default, unless `values` says no.

    `values` are those of EngineInput. Raises NotFound for an organization other than the actor's, Conflict when there are too many engines.
    """
    organization = actor.organization
    _refuse_other_owner(actor, values)
    with transaction.atomic():
        lock_organization(organization)
        engines = Engine.objects.filter(organization=organization)
        count = engines.count()
        if count >= MAX_ENGINES:
            raise Conflict(f"An organization has at most {MAX_ENGINES:,} engines.", code="too_many_engines")
        engine = Engine(**{**values, "is_default": values.get("is_default", count == 0)}, created_at=now)
        if engine.is_default:
            engines.filter(is_default=True).update(is_default=False)
        engine.save(force_insert=True)
        add_default_models(engine, models)
        _record(actor, engine, author, "engine.created", now, {"after": plain(show_engine(engine))})
    return engine


def add_default_models(engine: Engine, models: Sequence[DefaultModel] | None = None) -> None:
    """Gives a new engine its chain, `models` or what this installation has: of two that fit a pair, the one that comes first has the lower rank."""
    models = default_models() if models is None else models
    ModelConfig.objects.bulk_create(
        ModelConfig(pk=pk, engine=engine, source_locale=source, target_locale=target, provider=provider, model=model, rank=rank)
        for pk, rank, (source, target, provider, model) in zip(new_ids("mdl", len(models)), range(1, len(models) + 1), models, strict=True)
    )


def change_engine(*, actor: Actor, engine_id: str, values: Mapping[str, Any], if_match: str, author: Author, now: datetime) -> Engine:
    """Sets the values; an engine made the default takes that from the one that was.

    Raises NotFound, PreconditionFailed when `if_match` is stale, and Forbidden where the default would change for somebody who may not use
    every engine: it decides for all callers that name none.
    """
    _refuse_other_owner(actor, values)
    with transaction.atomic():
        if "is_default" in values:
            lock_organization(actor.organization)
        engine = lock_engine(actor, engine_id)
        before = show_engine(engine)
        refuse_stale(if_match, before)
        changed = assign(engine, values)
        if "is_default" in changed:
            require(actor, ACCESS_ENGINES)
            Engine.objects.filter(organization=actor.organization, is_default=True).exclude(pk=engine.pk).update(is_default=False)
        if _VERSIONED.intersection(changed):
            raise_version(engine)
        if show_engine(engine) != before:
            engine.save(update_fields=changed)
            _record(actor, engine, author, "engine.changed", now, describe_change(before, show_engine(engine)))
    return engine


def set_pipeline(*, actor: Actor, engine_id: str, config: Config, if_match: str, author: Author, now: datetime) -> Engine:
    """Puts the configuration in place of the one there was. It is no layer: groups keep the one they were submitted with."""
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        before = show_pipeline(engine)
        refuse_stale(if_match, before)
        assign(engine, {"pipeline_config": config})
        if show_pipeline(engine) != before:
            engine.save(update_fields=["pipeline_config"])
            _record(actor, engine, author, "engine.pipeline_changed", now, describe_change(before, show_pipeline(engine)))
    return engine


def delete_engine(*, actor: Actor, engine_id: str, if_match: str, author: Author, now: datetime) -> None:
    """Removes the engine with its layers, its memory and the permissions on it. Finished groups keep its id and name.

    Raises NotFound, PreconditionFailed, and Conflict while groups are unfinished. `job_groups` is the relation that an app above declares: its
    foreign key asks the database for nothing, and Django's collector leaves those rows alone.
    """
    with transaction.atomic():
        engine = lock_engine(actor, engine_id, to_delete=True)
        before = show_engine(engine)
        refuse_stale(if_match, before)
        if engine.job_groups.filter(completed_at=None).exists():
            raise Conflict("The engine has unfinished job groups: wait for them, or cancel them.", code="engine_in_use")
        _record(actor, engine, author, "engine.deleted", now, {"before": plain(before)})
        engine.delete()


def _refuse_other_owner(actor: Actor, values: Mapping[str, Any]) -> None:
    owner = values.get("organization_id", actor.organization.pk)
    if owner != actor.organization.pk:
        raise NotFound("organization", owner)


def _record(actor: Actor, engine: Engine, author: Author, action: str, now: datetime, detail: Mapping[str, object]) -> None:
    record(organization=actor.organization, author=author, action=action, target_type="engine", target_id=engine.pk, now=now, detail=detail)
