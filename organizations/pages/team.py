"""`/orgs/<id>/team`: who belongs to the organization, in which role, and who was invited.

An invitation's link is shown in the answer to the POST that made it, never again: it is in no address, no message store and no log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Lower, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from foundation.api_errors import Conflict, NotFound
from foundation.ids import is_id
from organizations.audit import author_of
from organizations.forms import PageForm
from organizations.granting import giveable_roles
from organizations.invitations import Issued, create_invitation, resend_invitation, withdraw_invitation
from organizations.models import ApiKey, Invitation, Membership, Role, User
from organizations.pages.acts import Act, keep_secret
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_TEAM, may
from organizations.services import change_role, remove_member

SHOWN = 200  # members; more are found by searching


class InvitationForm(PageForm):
    """Whom to ask, and in which role. The roles are those that one may give."""

    email = forms.EmailField(
        label="E-mail address", max_length=254, widget=forms.EmailInput({"autocomplete": "off", "placeholder": "ada@example.com"})
    )
    role = forms.ChoiceField(label="Role")

    def __init__(self, data: Any = None, *, roles: Sequence[Role]) -> None:
        super().__init__(data)
        self.fields["role"].choices = [("", "Choose a role"), *((role.pk, role.name) for role in roles)]  # type: ignore[attr-defined]  # a ChoiceField


@dataclass(frozen=True, slots=True)
class MemberRow:
    """`may_change`: whether the one who looks may change this member's role, or remove them."""

    membership: Membership
    keys: int  # live personal ones, which end with the membership
    is_self: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class InvitationRow:
    invitation: Invitation
    is_expired: bool
    may_change: bool


class TeamPage(OrganizationPage):
    """The page; a POST to it invites."""

    template_name = "organizations/team.html"
    title = "Team"
    permission = MANAGE_TEAM

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        roles = giveable_roles(self.actor)
        form = InvitationForm(request.POST, roles=roles)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form, roles=roles), status=400)
        role = find_role(self, form.cleaned_data["role"])
        try:
            issued = create_invitation(
                organization=self.actor.organization,
                email=form.cleaned_data["email"],
                role=role,
                inviter=self.actor.user,
                author=author_of(request, self.actor),
                now=self.now,
            )
        except Conflict as exc:
            form.add_error("email", exc.message)
            return self.render_to_response(self.get_context_data(form=form, roles=roles), status=400)
        return self.show_issued(issued, roles)

    def show_issued(self, issued: Issued, roles: Sequence[Role]) -> HttpResponse:
        return keep_secret(self.render_to_response(self.get_context_data(issued=issued, roles=roles)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        roles = kwargs.pop("roles", None) or giveable_roles(self.actor)
        search = self.request.GET.get("q", "").strip()[:200]
        found = list(_members(self, search)[: SHOWN + 1])
        may_have = {role.pk for role in roles}
        owns = any(role.kind == Role.Kind.OWNER for role in roles)
        return {
            "form": InvitationForm(roles=roles),
            **super().get_context_data(**kwargs),
            "roles": roles,
            "giveable": may_have,
            "search": search,
            "members": [_member_row(membership, self.actor.user, owns) for membership in found[:SHOWN]],
            "has_more": len(found) > SHOWN,
            "invitations": _invitations(self, owns),
        }


class ResendInvitation(TeamPage):
    """A new link, shown once."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        invitation = _find_invitation(self, kwargs["invitation_id"])
        try:
            issued = resend_invitation(invitation=invitation, inviter=self.actor.user, author=author_of(request, self.actor), now=self.now)
        except Conflict as exc:
            messages.error(request, exc.message)
            return redirect(team_address(self))
        return self.show_issued(issued, giveable_roles(self.actor))


class _TeamAct(Act):
    permission = MANAGE_TEAM

    def back(self) -> str:
        """Who took the team away from themselves is led to where they may be."""
        if may(self.actor, MANAGE_TEAM):
            return team_address(self)
        is_member = Membership.objects.filter(organization=self.actor.organization, user=self.actor.user).exists()
        return reverse("organization", args=[self.actor.organization.pk]) if is_member else reverse("home")


class WithdrawInvitation(_TeamAct):
    def act(self) -> str:
        invitation = _find_invitation(self, self.kwargs["invitation_id"])
        withdraw_invitation(invitation=invitation, author=self.author, now=self.now)
        return f"Withdrawn. The link for {invitation.email} does not work any more."


class ChangeRole(_TeamAct):
    def act(self) -> str:
        membership = _find_member(self, self.kwargs["user_id"])
        role = find_role(self, self.request.POST.get("role", ""))
        if membership.role_id != role.pk:
            change_role(membership=membership, role=role, author=self.author, now=self.now)
        return f"{membership.user} has the role {role.name} now, from their next click on."


class RemoveMember(_TeamAct):
    def act(self) -> str:
        membership = _find_member(self, self.kwargs["user_id"])
        remove_member(membership=membership, author=self.author, now=self.now)
        return f"Removed. {membership.user} has no access to {self.actor.organization.name} any more, nor have their keys."


def team_address(page: OrganizationPage) -> str:
    return reverse("team", args=[page.actor.organization.pk])


def find_role(page: OrganizationPage, role_id: str) -> Role:
    """A role of the organization. Raises NotFound."""
    roles = page.actor.organization.roles.select_related("group", "organization")
    role = roles.filter(pk=role_id).first() if is_id(role_id, "rol") else None
    if role is None:
        raise NotFound("role", role_id)
    return role


def _find_member(page: OrganizationPage, user_id: str) -> Membership:
    rows = Membership.objects.select_related("user", "organization", "role")
    people = rows.filter(organization=page.actor.organization, user__kind=User.Kind.PERSON)
    membership = people.filter(user=user_id).first() if is_id(user_id, "usr") else None
    if membership is None:
        raise NotFound("member", user_id)
    return membership


def _find_invitation(page: OrganizationPage, invitation_id: str) -> Invitation:
    rows = Invitation.objects.select_related("organization", "role__group", "inviter").filter(organization=page.actor.organization)
    invitation = rows.filter(pk=invitation_id).first() if is_id(invitation_id, "inv") else None
    if invitation is None:
        raise NotFound("invitation", invitation_id)
    return invitation


def _members(page: OrganizationPage, search: str) -> QuerySet[Membership]:
    """People by name, those without one by their address."""
    rows = Membership.objects.filter(organization=page.actor.organization, user__kind=User.Kind.PERSON)
    if search:
        rows = rows.filter(Q(user__name__icontains=search) | Q(user__email__icontains=search))
    of_here = Q(user__api_keys__organization=page.actor.organization, user__api_keys__kind=ApiKey.Kind.PERSONAL, user__api_keys__revoked_at=None)
    alive = of_here & (Q(user__api_keys__expires_at=None) | Q(user__api_keys__expires_at__gt=page.now))
    named = rows.annotate(keys=Count("user__api_keys", filter=alive), called=Lower(NullIf(F("user__name"), Value(""))))
    return named.select_related("user", "role").order_by(F("called").asc(nulls_last=True), "user__email")


def _member_row(membership: Membership, looks: User, owns: bool) -> MemberRow:
    is_owner = membership.role is not None and membership.role.kind == Role.Kind.OWNER
    keys: int = getattr(membership, "keys", 0)
    return MemberRow(membership, keys, is_self=membership.user_id == looks.pk, may_change=owns or not is_owner)


def _invitations(page: OrganizationPage, owns: bool) -> list[InvitationRow]:
    waiting = Invitation.objects.select_related("role", "inviter").filter(organization=page.actor.organization, accepted_at=None, withdrawn_at=None)
    return [_invitation_row(each, page.now, owns) for each in waiting.order_by("-id")[:SHOWN]]


def _invitation_row(invitation: Invitation, now: datetime, owns: bool) -> InvitationRow:
    may_change = owns or invitation.role.kind != Role.Kind.OWNER
    return InvitationRow(invitation, is_expired=invitation.expires_at <= now, may_change=may_change)
