"""Which engine a request is for: the one it names, else the organization's default. Asked by the asynchronous and the synchronous API alike."""

from functools import lru_cache

from engines.models import Engine
from foundation.api_errors import BadRequest, Forbidden, NotFound
from foundation.customer_json import Problem
from foundation.ids import is_id
from foundation.prepared import Prepared, prepare
from organizations.access import Actor
from organizations.models import Organization, User

_USER, _ORGANIZATION, _ENGINE = "usr_of_the_actor", "org_of_the_actor", "eng_named"


def choose_engine(actor: Actor, engine_id: str | None) -> Engine:
    """The engine named, or the organization's default. Raises NotFound, BadRequest without a default, Forbidden for a disabled one."""
    if engine_id is not None:
        engine = _find(actor, engine_id) if is_id(engine_id, "eng") else None
        if engine is None:
            raise NotFound("engine", engine_id)
    else:
        engine = _find(actor, None)
        if engine is None:
            raise BadRequest([Problem("engineId", "The organization has no default engine: name one.")])
    if not engine.enabled:
        raise Forbidden("This engine is disabled.", code="engine_disabled")
    return engine


def _find(actor: Actor, engine_id: str | None) -> Engine | None:
    """Of the engines visible to the actor, the one with this id, or the default."""
    statement = _statement(is_named=engine_id is not None)
    values = {_USER: actor.user.pk, _ORGANIZATION: actor.organization.pk, _ENGINE: engine_id}
    return next(iter(Engine.objects.raw(statement.sql, statement.bind(values))), None)


@lru_cache
def _statement(*, is_named: bool) -> Prepared:
    """The same query for everybody: the names stand for the actor's ids and the engine's."""
    anybody = Actor(user=User(pk=_USER), organization=Organization(pk=_ORGANIZATION))
    engines = Engine.objects.visible_to(anybody)
    engines = engines.filter(pk=_ENGINE) if is_named else engines.filter(is_default=True)
    return prepare(engines)
