"""Logging in a command line (contract §6): it makes a session, a person confirms it in the browser, it fetches its key once.

waiting → confirmed (a personal key of whoever confirmed) → fetched, then it is gone
waiting → denied, and gone; either ends after LIFETIME

The session's id is in the address that the person opens, so the verifier alone entitles to the key: it is made by the command line, never shown, and
stored as a digest. The address carries, signed, where the request came from, so that the person can tell a request of their own from a stranger's.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare

from foundation.api_errors import Conflict, NotFound
from foundation.ids import is_id
from organizations import services
from organizations.audit import Author, record
from organizations.models import CliSession, Organization, User

LIFETIME = timedelta(minutes=15)
KEY_NAME = "Command line"
SALT = "organizations.cli_sessions"


@dataclass(frozen=True, slots=True)
class CliRequest:
    """Who asks to be logged in, as the server saw them."""

    session_id: str
    ip: str
    user_agent: str


def open_session(*, verifier: str, now: datetime) -> CliSession:
    """A session that waits to be confirmed. Removes those that are over."""
    CliSession.objects.filter(expires_at__lte=now).delete()
    return CliSession.objects.create(verifier_digest=_digest(verifier), created_at=now, expires_at=now + LIFETIME)


def confirm_token(asked: CliRequest) -> str:
    """What the address of the confirming page holds."""
    return signing.dumps([asked.session_id, asked.ip, asked.user_agent], salt=SALT, compress=True)


def read_token(token: str) -> CliRequest:
    """Raises NotFound for what this installation did not sign."""
    try:
        return CliRequest(*signing.loads(token, salt=SALT))
    except signing.BadSignature as exc:
        raise NotFound("cliSession", token[:40]) from exc


def find_session(session_id: str, *, now: datetime) -> CliSession | None:
    """The session, or None where it is unknown or over."""
    return CliSession.objects.filter(pk=session_id, expires_at__gt=now).first() if is_id(session_id, "cls") else None


def fetch_key(session_id: str, *, verifier: str, now: datetime) -> str | None:
    """The text of the key, to one caller, once; None while nobody has confirmed. Raises NotFound for anything but a session and its verifier."""
    session = find_session(session_id, now=now)
    if session is None or not constant_time_compare(session.verifier_digest, _digest(verifier)):
        raise NotFound("cliSession", session_id)
    if session.api_key_id is None:
        return None
    if CliSession.objects.filter(pk=session.pk).delete()[0] != 1:  # another poll was faster
        raise NotFound("cliSession", session_id)
    return session.api_key_text


def confirm_session(*, session_id: str, organization: Organization, user: User, author: Author, now: datetime) -> None:
    """Makes the key. Raises Conflict where the session is over, or was decided by somebody else meanwhile."""
    with transaction.atomic():
        key, text = services.create_personal_key(organization=organization, user=user, name=KEY_NAME, author=author, now=now)
        waiting = CliSession.objects.filter(pk=session_id, api_key=None, expires_at__gt=now)
        # The column is encrypted by its field, as in a save.
        if waiting.update(api_key=key, api_key_text=text) != 1:
            raise _over()
        _record(organization, author, "cli_session.confirmed", session_id, now)


def deny_session(*, session_id: str, organization: Organization, author: Author, now: datetime) -> None:
    """Ends the session: the command line is told that there is none. Raises Conflict as above."""
    with transaction.atomic():
        if CliSession.objects.filter(pk=session_id, api_key=None, expires_at__gt=now).delete()[0] != 1:
            raise _over()
        _record(organization, author, "cli_session.denied", session_id, now)


def _over() -> Conflict:
    return Conflict("This request was answered before, or is too old. Start again in the terminal.", code="cli_session_over")


def _record(organization: Organization, author: Author, action: str, session_id: str, now: datetime) -> None:
    record(organization=organization, author=author, action=action, target_type="clisession", target_id=session_id, now=now)


def _digest(verifier: str) -> str:
    return hashlib.sha256(verifier.encode()).hexdigest()
