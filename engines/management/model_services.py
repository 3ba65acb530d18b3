"""Use cases of a chain of models as a whole: its order, and a model added at its end. Single models are `layer_services`'."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from engines.management.entity_tags import entity_tag, refuse_stale
from engines.management.layer_kinds import MODELS
from engines.management.layer_services import add_item
from engines.management.locking import lock_engine, raise_version
from engines.models import ModelConfig
from foundation.api_errors import PreconditionFailed
from organizations.access import Actor
from organizations.audit import Author, record


def tag_of_chain(items: Sequence[ModelConfig]) -> str:
    """The tag of one pair's models in their order, however their ranks are spelt."""
    return entity_tag(_show(items))


def order_models(
    *, actor: Actor, engine_id: str, pair: tuple[str, str], model_ids: Sequence[str], if_match: str, author: Author, now: datetime
) -> None:
    """Ranks the models of a pair (source, target) from 1, as listed. The order that is there already writes nothing.

    Raises NotFound, and PreconditionFailed where the chain is no longer the one that `if_match` names, or `model_ids` are not its members.
    """
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        chain = list(ModelConfig.objects.filter(engine=engine, source_locale=pair[0], target_locale=pair[1]).order_by("rank", "pk"))
        refuse_stale(if_match, _show(chain))
        by_id = {item.pk: item for item in chain}
        if sorted(by_id) != sorted(model_ids):
            raise PreconditionFailed
        ordered = [by_id[model_id] for model_id in model_ids]
        if ordered == chain:
            return
        detail = {"source_locale": pair[0], "target_locale": pair[1], "before": _show(chain), "after": _show(ordered)}
        for rank, item in enumerate(ordered, start=1):
            item.rank = rank
        ModelConfig.objects.bulk_update(ordered, ["rank"])
        raise_version(engine)
        record(
            organization=actor.organization,
            author=author,
            action="model_config.ordered",
            target_type="engine",
            target_id=engine.pk,
            now=now,
            detail=detail,
        )


def append_model(*, actor: Actor, engine_id: str, values: Mapping[str, Any], author: Author, now: datetime) -> ModelConfig:
    """Adds a model that is asked after all others of its pair. `values` are those of ModelInput, without the rank. Raises as `add_item`."""
    with transaction.atomic():
        engine = lock_engine(actor, engine_id)
        chain = ModelConfig.objects.filter(engine=engine, source_locale=values["source_locale"], target_locale=values["target_locale"])
        last = chain.order_by("-rank").values_list("rank", flat=True).first() or 0
        item: ModelConfig = add_item(MODELS, actor=actor, engine_id=engine.pk, values={**values, "rank": last + 1}, author=author, now=now)
    return item


def _show(items: Sequence[ModelConfig]) -> dict[str, object]:
    return {"models": [[item.pk, str(item)] for item in items]}
