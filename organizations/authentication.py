"""Who calls the API: an `X-API-Key` header, looked up in one query (contract §1).

That query brings the key, the user it acts as, the organization and the database's clock, and asks whether the user may still act there. Nothing is
cached: a revoked key is refused on the next request. Views get `actor_of(request)` and `now_of(request)`, so that most need no clock query of their
own. A refusal says the same sentence whatever was wrong with the key.
"""

import contextlib
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from django.db import OperationalError
from django.db.models import Q
from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from organizations.access import Actor
from organizations.keys import digest_of, is_well_formed
from organizations.models import ApiKey, User

INVALID = "Invalid API key"
LAST_USE_PRECISION = timedelta(minutes=1)


class ApiKeyAuthentication(BaseAuthentication):
    """Authenticates by the `X-API-Key` header. A key anywhere else, such as in the query, is not read."""

    header = "HTTP_X_API_KEY"

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """None without the header. Raises AuthenticationFailed for a key that is malformed, unknown, revoked, expired, or whose user has left."""
        text = self.key_text(request)
        if text is None:
            return None
        key, now = live_key(text)
        attach(request, Actor(user=key.user, organization=key.organization, key=key), now)
        note_use(key, now)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """Its presence makes DRF answer 401 instead of 403."""
        return "ApiKey"

    def key_text(self, request: Request) -> str | None:
        """What stands in the header. Several such headers arrive joined by commas, which no key contains."""
        return cast("str | None", request.META.get(self.header))


class BearerAuthentication(ApiKeyAuthentication):
    """`Authorization: Bearer <key>`, as older clients send it; for their paths only (contract §6, legacy)."""

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def key_text(self, request: Request) -> str | None:
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        return text.strip() if scheme.lower() == "bearer" else None


def live_key(text: str) -> tuple[ApiKey, datetime]:
    """The key with its user and organization, and the database's clock: one query. Raises AuthenticationFailed."""
    if not is_well_formed(text):
        raise AuthenticationFailed(INVALID)
    # Not `first()`: its ORDER BY doubles what PostgreSQL spends on planning, for at most one row.
    key = next(iter(ApiKey.objects.for_authentication().filter(digest=digest_of(text))), None)
    now: datetime | None = getattr(key, "database_now", None)
    if key is None or now is None or not key.is_live(now):
        raise AuthenticationFailed(INVALID)
    return key, now


def is_still_live(key: ApiKey) -> bool:
    """Whether a key that authenticated earlier would do so now: asked for sockets, which stay open."""
    fresh = ApiKey.objects.for_authentication().filter(pk=key.pk).first()
    now: datetime | None = getattr(fresh, "database_now", None)
    return fresh is not None and now is not None and fresh.is_live(now)


def note_use(key: ApiKey, now: datetime) -> None:
    """Keeps `last_used_at` to the minute: at most one UPDATE a minute, whoever of many requests comes first."""
    if key.last_used_at is not None and now - key.last_used_at < LAST_USE_PRECISION:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - LAST_USE_PRECISION)
    # A busy database must not refuse a request over a note about it.
    with contextlib.suppress(OperationalError):
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def attach(request: Request | HttpRequest, actor: Actor, now: datetime) -> None:
    """Puts the actor and the moment on the request, and names both organization and key in its log lines."""
    request.actor = actor  # type: ignore[union-attr]  # read back by actor_of, nowhere else
    request.now = now  # type: ignore[union-attr]  # read back by now_of, nowhere else
    structlog.contextvars.bind_contextvars(organization_id=actor.organization.pk, key_id=actor.key.pk if actor.key else None)


def actor_of(request: Request | HttpRequest) -> Actor:
    """Who acts. Raises AttributeError in a view that authenticates nobody."""
    return cast(Actor, request.actor)  # type: ignore[union-attr]


def now_of(request: Request | HttpRequest) -> datetime:
    """The database's clock when the request was authenticated, aware, in UTC."""
    return cast(datetime, request.now)  # type: ignore[union-attr]


class ApiKeySchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the package registers its subclasses
    """How the API's description shows the header."""

    target_class = "organizations.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "X-API-Key"}


class BearerSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the package registers its subclasses
    """The same for older clients."""

    target_class = "organizations.authentication.BearerAuthentication"
    name = "Bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
