"""Inviting people by e-mail (contract §9): asked, asked again, withdrawn, accepted.

open → accepted (a member with the role of the invitation)
open → withdrawn; open → expired after LIFETIME, from where it can be sent again

The link carries a secret that is stored as its digest alone. It is mailed after the invitation is stored, and given to the inviter too, so that a
mail server that is away loses nothing. What an invitation gives is what its inviter may give when it is accepted: nobody who was removed or lost
their role comes back, or brings anybody, by a link of theirs.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from foundation.api_errors import Conflict, Forbidden
from organizations import services
from organizations.access import Actor
from organizations.audit import Author, record
from organizations.granting import refuse_giving, refuse_taking
from organizations.keys import digest_of
from organizations.mails import one_line, send_mail
from organizations.models import Invitation, Membership, Organization, Role, User
from organizations.permissions import MANAGE_TEAM, require
from organizations.zones import zone_of

LIFETIME = timedelta(days=7)
SECRET_BYTES = 24

_BODY = """\
Hello,

{inviter} invites you to {organization} on Interlinear, with the role {role}.

Open this link to accept:

{link}

It is good once, for {email}, until {until}. If you did not expect it, do nothing.
"""


@dataclass(frozen=True, slots=True)
class Issued:
    """An invitation whose link can be shown now and never again; `problem` says why no mail went out, and is empty where one did."""

    invitation: Invitation
    link: str
    problem: str


def create_invitation(*, organization: Organization, email: str, role: Role, inviter: User, author: Author, now: datetime) -> Issued:
    """Asks somebody to join. Raises Conflict for a member and for who was asked already, Forbidden as `granting`."""
    email = email.lower()
    secret, digest = _make_secret()
    with transaction.atomic():
        _lock(organization)
        refuse_giving(author, role)
        _refuse_member(organization, email)
        waiting = Invitation.objects.filter(organization=organization, email=email, accepted_at=None, withdrawn_at=None)
        if waiting.filter(expires_at__gt=now).exists():
            raise Conflict(f"{email} was invited already. That invitation can be sent again.", code="already_invited")
        waiting.update(withdrawn_at=now)
        invitation = Invitation.objects.create(
            organization=organization, email=email, role=role, inviter=inviter, digest=digest, created_at=now, expires_at=now + LIFETIME
        )
        _record(invitation, author, "invitation.created", now, {"email": email, "role": role.name})
    return _issue(invitation, secret)


def resend_invitation(*, invitation: Invitation, inviter: User, author: Author, now: datetime) -> Issued:
    """A new link for a new week, in place of the one before; it is the new inviter's. Raises Conflict where it is over, Forbidden as `granting`."""
    secret, digest = _make_secret()
    with transaction.atomic():
        refuse_giving(author, invitation.role)
        _refuse_member(invitation.organization, invitation.email)
        waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
        if waiting.update(digest=digest, inviter=inviter, expires_at=now + LIFETIME) != 1:
            raise _over()
        _record(invitation, author, "invitation.sent_again", now, {"email": invitation.email})
    invitation.refresh_from_db()
    return _issue(invitation, secret)


def withdraw_invitation(*, invitation: Invitation, author: Author, now: datetime) -> None:
    """Its link ends. Raises Conflict where it is over, Forbidden as `granting`."""
    with transaction.atomic():
        refuse_taking(author, invitation.role)
        if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now) != 1:
            raise _over()
        _record(invitation, author, "invitation.withdrawn", now, {"email": invitation.email})


def find_invitation(secret: str) -> Invitation | None:
    """The invitation that the link belongs to, in whatever state; None where there is none, or a newer link."""
    rows = Invitation.objects.select_related("organization", "role__group", "inviter")
    return rows.filter(digest=digest_of(secret)).first()


def is_open(invitation: Invitation, now: datetime) -> bool:
    return invitation.accepted_at is None and invitation.withdrawn_at is None and invitation.expires_at > now


def accept_invitation(*, invitation: Invitation, user: User, author: Author, now: datetime) -> Membership:
    """Makes the user a member. Raises Conflict where the invitation is over, or its inviter may not give this any more; Forbidden for another's."""
    if user.email != invitation.email:
        raise Forbidden(f"This invitation is for {invitation.email}.")
    with transaction.atomic():
        _lock(invitation.organization)
        waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
        if waiting.update(accepted_at=now) != 1:
            raise _over()
        membership = services.create_member(
            organization=invitation.organization, user=user, role=invitation.role, author=author, granter=_granter(invitation), now=now
        )
        _record(invitation, author, "invitation.accepted", now, {"email": invitation.email, "role": invitation.role.name})
    return membership


def accept_as_new_person(*, invitation: Invitation, name: str, password: str, visitor: Author, now: datetime) -> User:
    """Makes the account and the membership, or neither. The password is validated. Raises Conflict as above, and where the address is taken."""
    with transaction.atomic():
        user = services.create_person(email=invitation.email, password=password, name=name, now=now)
        author = replace(visitor, id=user.pk, label=str(user))
        accept_invitation(invitation=invitation, user=user, author=author, now=now)
    return user


def _granter(invitation: Invitation) -> Author:
    """Whoever invited, as far as they still may. Raises Conflict: the sentence is for somebody who is no member."""
    actor = Actor(invitation.inviter, invitation.organization)
    granter = Author(id=actor.user.pk, label=actor.label, actor=actor)
    try:
        if not actor.user.is_active:
            raise Forbidden
        require(actor, MANAGE_TEAM)
        refuse_giving(granter, invitation.role)
    except Forbidden as exc:
        raise Conflict(f"{actor.label} may not invite you to this any more. Ask for a new invitation.", code="invitation_void") from exc
    return granter


def _make_secret() -> tuple[str, str]:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return secret, digest_of(secret)


def _lock(organization: Organization) -> None:
    """Before rows of its own, as `services` does: members and invitations of one organization change one at a time."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _refuse_member(organization: Organization, email: str) -> None:
    if Membership.objects.filter(organization=organization, user__email=email).exists():
        raise Conflict(f"{email} is a member already.", code="already_a_member")


def _over() -> Conflict:
    return Conflict("This invitation was accepted or withdrawn before, or it has expired.", code="invitation_over")


def _issue(invitation: Invitation, secret: str) -> Issued:
    """Mails it. Called after the commit: a mail about what was rolled back would lie."""
    link = f"{settings.PUBLIC_URL}{reverse('invitation', args=[secret])}"
    organization = invitation.organization
    until = invitation.expires_at.astimezone(zone_of(organization))
    body = _BODY.format(
        inviter=one_line(str(invitation.inviter)),
        organization=one_line(organization.name),
        role=one_line(invitation.role.name),
        link=link,
        email=invitation.email,
        until=f"{until:%-d %B %Y, %H:%M %Z}",
    )
    problem = send_mail(to=invitation.email, subject=f"Invitation to {organization.name} on Interlinear", body=body)
    return Issued(invitation, link, problem)


def _record(invitation: Invitation, author: Author, action: str, now: datetime, detail: Mapping[str, object]) -> None:
    record(
        organization=invitation.organization,
        author=author,
        action=action,
        target_type="invitation",
        target_id=invitation.pk,
        now=now,
        detail=detail,
    )
