"""Which engine a request is for: the one it names, else the organization's default. Asked by the asynchronous and the synchronous API alike."""

from engines.models import Engine
from foundation.api_errors import BadRequest, Forbidden, NotFound
from foundation.customer_json import Problem
from foundation.ids import is_id
from organizations.access import Actor


def choose_engine(actor: Actor, engine_id: str | None) -> Engine:
    """The engine named, or the organization's default. Raises NotFound, BadRequest without a default, Forbidden for a disabled one."""
    engines = Engine.objects.visible_to(actor)
    if engine_id is not None:
        engine = engines.filter(pk=engine_id).first() if is_id(engine_id, "eng") else None
        if engine is None:
            raise NotFound("engine", engine_id)
    else:
        engine = engines.filter(is_default=True).first()
        if engine is None:
            raise BadRequest([Problem("engineId", "The organization has no default engine: name one.")])
    if not engine.enabled:
        raise Forbidden("This engine is disabled.", code="engine_disabled")
    return engine
