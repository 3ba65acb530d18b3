"""The audit log: who did what, from where. Services append to it in the transaction of the act; nothing changes or removes a row.

A trigger in the database refuses UPDATE and DELETE (`organizations/audit_trigger.py`), except for one organization while `erasing` it.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from axes.helpers import get_client_ip_address
from django.db import connection, transaction
from django.http import HttpRequest
from rest_framework.request import Request

from organizations.access import Actor
from organizations.models import AuditEvent, Organization, User


@dataclass(frozen=True, slots=True)
class Author:
    """Who is named as the one who did it, and where the request came from (all empty for a command)."""

    id: str  # usr_… or key_…, or the command's name
    label: str
    request_id: str = ""
    ip: str | None = None
    user_agent: str = ""
    actor: Actor | None = field(default=None, compare=False)  # whose permissions limit what may be given; None: an operator, whom nothing limits


def author_of(request: Request | HttpRequest, actor: Actor) -> Author:
    """The actor of a request; a key is named before the user it acts as."""
    return _from_here(request, id=actor.key.pk if actor.key else actor.user.pk, label=actor.label, actor=actor)


def person_author(request: HttpRequest, user: User) -> Author:
    """Somebody outside of any organization: who accepts an invitation, or changes their own profile."""
    return _from_here(request, id=user.pk, label=str(user))


def visitor(request: HttpRequest) -> Author:
    """Nobody yet, but from somewhere: a service that makes an account names it."""
    return _from_here(request, id="", label="")


def _from_here(request: Request | HttpRequest, *, id: str, label: str, actor: Actor | None = None) -> Author:
    plain = request._request if isinstance(request, Request) else request
    return Author(
        id=id,
        label=label,
        actor=actor,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        ip=get_client_ip_address(plain),
        user_agent=plain.headers.get("User-Agent", "")[:300],
    )


def command_author(name: str) -> Author:
    """The operator, by a management command."""
    return Author(id=name, label=f"manage.py {name}")


def record(
    *,
    organization: Organization,
    author: Author,
    action: str,
    target_type: str,
    target_id: str,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Appends one row; call it inside the act's transaction. `action` is noun.verb_past; `detail` says before and after, never a secret."""
    AuditEvent.objects.create(
        organization_id=organization.pk,
        actor_id=author.id,
        actor_label=author.label,
        action=action,
        target_type=target_type,
        target_id=target_id,
        detail=json.dumps(detail or {}, ensure_ascii=False),
        request_id=author.request_id,
        ip=author.ip,
        user_agent=author.user_agent,
        at=now,
    )


@contextmanager
def erasing(organization_id: str) -> Iterator[None]:
    """A transaction in which this organization's audit rows may be deleted. Only for erasing the organization itself."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT set_config('interlinear.erasing', %s, true)", [organization_id])
            yield
            cursor.execute("SELECT set_config('interlinear.erasing', '', true)")
        else:
            cursor.execute("INSERT INTO organizations_auditerasing (organization_id) VALUES (%s)", [organization_id])
            yield
            cursor.execute("DELETE FROM organizations_auditerasing")
