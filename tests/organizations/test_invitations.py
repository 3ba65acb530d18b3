"""Inviting: one open invitation for an address, one use of a link, and as much as the inviter may still give."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from pytest_django import Settings

from foundation.api_errors import Conflict, Forbidden
from organizations import invitations
from organizations.audit import Author
from organizations.invitations import Issued
from organizations.models import AuditEvent, Invitation, Membership, Organization, User
from organizations.permissions import MANAGE_BILLING, MANAGE_TEAM, Grants
from organizations.services import change_role, change_role_permissions, remove_member
from tests.factories import AUTHOR, NOW, PASSWORD, make_member, make_person, make_role
from tests.organizations.acting import by, make_holder
from tests.organizations.mail_server import AWAY

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
LATER = NOW + timedelta(days=8)


def invite(organization: Organization, inviter: User, *, email: str = ADA, role: str = "Full Access", now=NOW) -> Issued:
    held = organization.roles.get(name=role)
    return invitations.create_invitation(
        organization=organization, email=email, role=held, inviter=inviter, author=by(inviter, organization), now=now
    )


def accept(invitation: Invitation, user: User, now=NOW) -> Membership:
    return invitations.accept_invitation(invitation=invitation, user=user, author=Author(id=user.pk, label=str(user)), now=now)


def secret_of(issued: Issued) -> str:
    return issued.link.rpartition("/")[2]


def test_invitation_is_mailed_as_plain_text_with_its_link(organization: Organization, owner: User) -> None:
    issued = invite(organization, owner, email="Ada@Example.com")

    [message] = mail.outbox
    assert (message.to, message.subject, issued.problem) == ([ADA], "Invitation to Acme on Interlinear", "")
    assert issued.link.startswith(f"{settings.PUBLIC_URL}/invitations/")
    assert f"\n{issued.link}\n" in message.body
    assert "Olive Owner invites you to Acme on Interlinear, with the role Full Access." in message.body
    assert f"{ADA}, until 8 March 2026, 12:00 UTC" in message.body
    assert message.content_subtype == "plain"


def test_secret_is_stored_nowhere(organization: Organization, owner: User) -> None:
    secret = secret_of(invite(organization, owner))

    stored = [str(value) for row in (*Invitation.objects.values(), *AuditEvent.objects.values()) for value in row.values()]
    assert not any(secret in value for value in stored)
    assert invitations.find_invitation(secret) == Invitation.objects.get()


def test_names_cannot_write_headers_or_paragraphs(organization: Organization, owner: User) -> None:
    Organization.objects.update(name="Acme\r\nBcc: all@example.com")
    organization.refresh_from_db()
    owner.name = "Olive\n\nYour account is closed: http://evil.example"

    invite(organization, owner)

    assert mail.outbox[0].subject == "Invitation to Acme Bcc: all@example.com on Interlinear"
    assert "Olive Your account" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("backend", "problem"),
    [
        (AWAY, "The mail server did not take the mail."),
        ("django.core.mail.backends.console.EmailBackend", "This installation has no mail server."),
    ],
)
def test_invitation_survives_without_a_mail_server(organization: Organization, owner: User, settings: Settings, backend: str, problem: str) -> None:
    settings.EMAIL_BACKEND = backend

    issued = invite(organization, owner)

    assert issued.problem == problem
    assert invitations.find_invitation(secret_of(issued)) is not None


def test_address_is_asked_once(organization: Organization, owner: User) -> None:
    invite(organization, owner)

    with pytest.raises(Conflict, match="was invited already"):
        invite(organization, owner, email=ADA.upper())
    with pytest.raises(Conflict, match="is a member already"):
        invite(organization, owner, email="owner@example.com")
    assert invite(organization, owner, now=LATER).invitation.expires_at == LATER + timedelta(days=7)
    assert len(mail.outbox) == 2


def test_sending_again_replaces_the_link_and_gives_another_week(organization: Organization, owner: User) -> None:
    first = invite(organization, owner)
    second_owner = make_member(organization, "Owner").user

    again = invitations.resend_invitation(invitation=first.invitation, inviter=second_owner, author=by(second_owner, organization), now=LATER)

    assert invitations.find_invitation(secret_of(first)) is None
    found = invitations.find_invitation(secret_of(again))
    assert found is not None
    assert (found.pk, found.expires_at, found.inviter) == (first.invitation.pk, LATER + timedelta(days=7), second_owner)
    assert again.link in mail.outbox[1].body


def test_accepting_makes_a_member_once(organization: Organization, owner: User) -> None:
    invitation, ada = invite(organization, owner).invitation, make_person(email=ADA)

    membership = accept(invitation, ada)

    assert (membership.user, membership.role.name) == (ada, "Full Access")
    actions = AuditEvent.objects.order_by("sequence").values_list("action", "actor_id", "target_id")
    assert list(actions)[1:] == [
        ("invitation.created", owner.pk, invitation.pk),
        ("member.added", ada.pk, ada.pk),
        ("invitation.accepted", ada.pk, invitation.pk),
    ]
    remove_member(membership=membership, author=AUTHOR, now=NOW)
    with pytest.raises(Conflict, match="accepted or withdrawn before"):
        accept(invitation, ada)


def test_withdrawn_and_expired_links_are_over(organization: Organization, owner: User) -> None:
    ada = make_person(email=ADA)
    invitation = invite(organization, owner).invitation

    with pytest.raises(Conflict, match="has expired"):
        accept(invitation, ada, now=NOW + timedelta(days=7))
    invitations.withdraw_invitation(invitation=invitation, author=by(owner, organization), now=NOW)
    with pytest.raises(Conflict, match="withdrawn before"):
        accept(invitation, ada)
    for act in (invitations.withdraw_invitation, lambda **kw: invitations.resend_invitation(inviter=owner, **kw)):
        with pytest.raises(Conflict, match="withdrawn before"):
            act(invitation=invitation, author=by(owner, organization), now=NOW)
    assert not Membership.objects.filter(user=ada).exists()


def test_link_is_good_for_its_address_alone(organization: Organization, owner: User, stranger: User) -> None:
    invitation = invite(organization, owner).invitation

    with pytest.raises(Forbidden, match=f"This invitation is for {ADA}."):
        accept(invitation, stranger)


def test_new_person_is_made_with_the_membership_or_not_at_all(organization: Organization, owner: User) -> None:
    invitation = invite(organization, owner).invitation
    visitor = Author(id="", label="", ip="192.0.2.7")

    ada = invitations.accept_as_new_person(invitation=invitation, name="Ada", password=PASSWORD, visitor=visitor, now=NOW)

    assert (ada.email, ada.name, ada.check_password(PASSWORD)) == (ADA, "Ada", True)
    added = AuditEvent.objects.get(action="member.added", target_id=ada.pk)
    assert (added.actor_id, added.actor_label, added.ip) == (ada.pk, "Ada", "192.0.2.7")
    void = invite(organization, owner, email="bob@example.com").invitation
    invitations.withdraw_invitation(invitation=void, author=by(owner, organization), now=NOW)
    with pytest.raises(Conflict):
        invitations.accept_as_new_person(invitation=void, name="Bob", password=PASSWORD, visitor=visitor, now=NOW)
    assert not User.objects.filter(email="bob@example.com").exists()


def test_invitation_gives_no_more_than_its_inviter_may_give_when_it_is_accepted(organization: Organization, owner: User) -> None:
    second = make_member(organization, "Owner")
    ada, invitation = make_person(email=ADA), invite(organization, second.user, role="Owner").invitation

    change_role(membership=second, role=organization.roles.get(name="Full Access"), author=AUTHOR, now=NOW)

    with pytest.raises(Conflict, match="may not invite you to this any more"):
        accept(invitation, ada)
    assert Invitation.objects.get().accepted_at is None


def test_role_that_grew_beyond_the_inviter_is_not_given(organization: Organization, owner: User) -> None:
    role = make_role(organization, name="Growing")
    manager = make_holder(organization, MANAGE_TEAM)
    ada, invitation = make_person(email=ADA), invite(organization, manager, role="Growing").invitation

    change_role_permissions(role=role, grants=Grants(everywhere=frozenset({MANAGE_BILLING})), author=AUTHOR, now=NOW)

    with pytest.raises(Conflict, match="may not invite you"):
        accept(invitation, ada)


def test_inviter_who_manages_the_team_no_more_brings_nobody(organization: Organization, owner: User) -> None:
    role = make_role(organization, name="Harmless")
    manager = make_holder(organization, MANAGE_TEAM)
    ada, invitation = make_person(email=ADA), invite(organization, manager, role="Harmless").invitation

    change_role(membership=Membership.objects.get(user=manager), role=role, author=AUTHOR, now=NOW)

    with pytest.raises(Conflict, match="may not invite you"):
        accept(invitation, ada)


def test_invitations_of_a_removed_member_are_withdrawn(organization: Organization, owner: User) -> None:
    leaver = make_member(organization)
    ada, invitation = make_person(email=ADA), invite(organization, leaver.user).invitation

    remove_member(membership=leaver, author=AUTHOR, now=NOW)

    assert Invitation.objects.get().withdrawn_at == NOW
    with pytest.raises(Conflict):
        accept(invitation, ada)


def test_closed_account_invites_nobody(organization: Organization, owner: User) -> None:
    inviter = make_member(organization).user
    ada, invitation = make_person(email=ADA), invite(organization, inviter).invitation
    User.objects.filter(pk=inviter.pk).update(is_active=False)

    found = Invitation.objects.select_related("organization", "role__group", "inviter").get(pk=invitation.pk)
    with pytest.raises(Conflict, match="may not invite you"):
        accept(found, ada)
