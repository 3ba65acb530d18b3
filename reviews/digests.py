"""News for reviewers: when a group's first items arrive, one notification and one e-mail to each person who may review them and wants to hear of it
(`reviews.preferences`), never one for each job.

A digest is a work row: claimed for a while, sent, settled. Notifications are written first and once (they are unique for a person and a group), and a
person's is marked as soon as the mail server took the mail: a server that is away delays what is left, and repeats nothing. Only a process that dies
between the two mails one person twice, under one Message-ID. No customer's text is in a mail.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException

import structlog
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from foundation.lease import WorkStatus, claim, renew
from organizations.models import User
from reviews.mails import News, compose, news_of
from reviews.models import Digest, Notification
from reviews.preferences import people_to_tell, settings_of

AT_ONCE = 5  # digests of one call
LEASE = timedelta(minutes=2)  # renewed before every mail
MAIL_SECONDS = 10  # without an answer of the mail server
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=2)
PATIENCE = timedelta(days=1)  # with a mail server that is away

log = structlog.get_logger(__name__)


class _Lost(Exception):
    """Another process has the digest now."""


class _Clock:
    """`now` was read once; mails take their time."""

    def __init__(self, now: datetime) -> None:
        self._now, self._started = now, time.monotonic()

    def __call__(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._started)


def send_due(*, now: datetime) -> int:
    """Sends the digests whose time has come, a few at a time; returns how many were dealt with. Waits for the mail server, without a transaction."""
    clock = _Clock(now)
    dead = Digest.objects.filter(status=WorkStatus.RUNNING, lease_until__lte=now)
    if dead.exists():
        dead.update(status=WorkStatus.READY, lease_until=None)
    if not Digest.objects.filter(status=WorkStatus.READY, run_after__lte=now).exists():
        return 0
    with transaction.atomic():
        ids = claim(Digest, limit=AT_ONCE, per_organization=AT_ONCE, now=now, lease=LEASE)
    for digest in Digest.objects.filter(id__in=ids).order_by("id"):
        try:
            _send(digest, clock)
        except _Lost:
            log.warning("digest_lost", digest=digest.pk, fence=digest.fence)
    return len(ids)


def _send(digest: Digest, clock: _Clock) -> None:
    news = news_of(digest)
    if news is None:
        _settle(digest, WorkStatus.SKIPPED, clock())
        return
    people = people_to_tell(news.organization, digest.engine_id, news.locales)
    _notify(digest, news, people, clock())
    unsent = _mail(digest, news, people, clock)
    if not unsent:
        _settle(digest, WorkStatus.COMPLETED, clock())
        return
    delay = min(FIRST_RETRY * 2 ** min(digest.attempts - 1, 20), LONGEST_RETRY)
    again = clock() + delay
    if again > digest.created_at + PATIENCE:
        log.error("digest_given_up", digest=digest.pk, unsent=unsent)
        _settle(digest, WorkStatus.FAILED, clock())
    else:
        log.warning("digest_delayed", digest=digest.pk, unsent=unsent, attempt=digest.attempts)
        _settle(digest, WorkStatus.READY, clock(), run_after=again)


def _notify(digest: Digest, news: News, people: Sequence[User], now: datetime) -> None:
    rows = [
        Notification(
            user=person,
            organization_id=digest.organization_id,
            group_id=digest.group_id,
            engine_id=digest.engine_id,
            items=news.items,
            locales=list(news.locales),
            created_at=now,
        )
        for person in people
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def _mail(digest: Digest, news: News, people: Sequence[User], clock: _Clock) -> int:
    """Mails those who were notified, want mails and have none yet; returns how many are left. Raises _Lost."""
    waiting = _unmailed(digest, people)
    left = len(waiting)
    try:
        with get_connection(timeout=MAIL_SECONDS) as backend:
            for notification in waiting:
                if not renew(Digest, [(digest.pk, digest.fence)], now=clock(), lease=LEASE):
                    raise _Lost
                if _deliver(backend, compose(news, notification)):
                    Notification.objects.filter(pk=notification.pk, emailed_at=None).update(emailed_at=clock())
                    left -= 1
    except OSError as exc:  # every error of smtplib is one
        log.warning("mail_server_away", digest=digest.pk, error=type(exc).__name__)
    return left


def _unmailed(digest: Digest, people: Sequence[User]) -> list[Notification]:
    """Of those who may still review and want to hear of it: a role may be gone since, and a mind changed."""
    wanting = [person.pk for person in people if settings_of(person).wants_mails]
    waiting = Notification.objects.filter(group_id=digest.group_id, emailed_at=None, user__in=wanting)
    return list(waiting.select_related("user").order_by("id"))


def _deliver(backend: BaseEmailBackend, message: EmailMessage) -> bool:
    """False where this mail does not go, which must not keep the others. Raises OSError where the server takes nothing at all."""
    try:
        return bool(backend.send_messages([message]))
    except (SMTPRecipientsRefused, SMTPResponseException, ValueError) as exc:  # ValueError: Django refuses the address
        log.warning("mail_refused", error=type(exc).__name__)
        return False


def _settle(digest: Digest, status: WorkStatus, now: datetime, *, run_after: datetime | None = None) -> None:
    held = Digest.objects.filter(pk=digest.pk, fence=digest.fence, status=WorkStatus.RUNNING)
    is_final = status != WorkStatus.READY
    if not held.update(status=status, lease_until=None, run_after=run_after or digest.run_after, completed_at=now if is_final else None):
        raise _Lost
