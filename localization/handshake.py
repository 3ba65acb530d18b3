"""Who opens a stream, and what it wants.

A refusal happens before the socket is accepted, so that the client sees 403 and no reason: the ticket call tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from rest_framework.exceptions import AuthenticationFailed

from foundation.clock import database_now
from foundation.ids import is_id
from localization.models import JobGroup
from localization.services import redeem_ticket
from organizations.access import Actor
from organizations.authentication import is_still_live, live_key, note_use

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Refused(Exception):
    """The stream is not for this client."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """A stream that may be opened. `after` is the seq to replay from; None without a replay."""

    actor: Actor
    group_id: str
    after: int | None
    wants_steps: bool


def read_handshake(scope: Mapping[str, Any]) -> Handshake:
    """Checks origin, key or ticket, and that the group is visible. Raises Refused."""
    headers: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    group_id = scope["url_route"]["kwargs"]["group_id"]
    query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if not is_id(group_id, "ljg") or not is_origin_allowed(headers.get("origin", [])):
        raise Refused
    after = _after(query.get("after", []))  # before a ticket is used up
    actor = _actor(headers.get("x-api-key", []), query.get("ticket", []), group_id)
    if not JobGroup.objects.visible_to(actor).filter(pk=group_id).exists():
        raise Refused
    return Handshake(actor=actor, group_id=group_id, after=after, wants_steps=query.get("steps") == ["1"])


def is_origin_allowed(origins: list[str]) -> bool:
    """A page's origin must be this product's own or one of STREAM_ORIGINS; programs send none."""
    allowed = {origin_of(address) for address in (settings.PUBLIC_URL, *settings.STREAM_ORIGINS)}
    return not origins or (len(origins) == 1 and origins[0] in allowed)


def origin_of(address: str) -> str:
    """The origin of a page at `address` as browsers write it (RFC 6454 §6.2): lower case, no default port, no path."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ""))


def _actor(keys: list[str], tickets: list[str], group_id: str) -> Actor:
    if len(keys) == 1 and not tickets:
        try:
            key, now = live_key(keys[0])
        except AuthenticationFailed as exc:
            raise Refused from exc
        note_use(key, now)
        return Actor(user=key.user, organization=key.organization, key=key)
    if len(tickets) == 1 and not keys:
        ticket = redeem_ticket(tickets[0], group_id, now=database_now())
        if ticket is not None and is_still_live(ticket.key):
            return Actor(user=ticket.key.user, organization=ticket.key.organization, key=ticket.key)
    raise Refused


def _after(values: list[str]) -> int | None:
    if not values:
        return None
    if len(values) > 1 or not values[0].isascii() or not values[0].isdigit() or len(values[0]) > 9:
        raise Refused
    return int(values[0])
