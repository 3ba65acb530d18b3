"""`/invitations/<secret>`: where the link of an invitation leads, outside of any organization.

The address carries the secret, and answers from 400 on are logged with it: as long as the secret is good, every answer is a 200 or leads on.
"""

from enum import StrEnum
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from foundation.api_errors import Conflict
from foundation.clock import database_now
from organizations import invitations
from organizations.audit import person_author, visitor
from organizations.forms import NewPersonForm
from organizations.models import Invitation, User
from organizations.pages.acts import keep_secret

BACKEND = "django.contrib.auth.backends.ModelBackend"


class State(StrEnum):
    """What somebody who opens the link can do."""

    UNKNOWN = "unknown"  # no such link, or a newer one was sent
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OTHER = "other"  # logged in, with another address
    ACCEPT = "accept"  # logged in, with this address
    LOG_IN = "log_in"  # there is an account
    NEW = "new"


OVER = {State.UNKNOWN: 404, State.ACCEPTED: 410, State.WITHDRAWN: 410, State.EXPIRED: 410}


@method_decorator(sensitive_post_parameters("new_password1", "new_password2"), name="dispatch")
class InvitationPage(View):
    """A POST accepts: as the one who is logged in, or with a new account."""

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        invitation = invitations.find_invitation(secret)
        return self._show(invitation, self._state(invitation))

    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        invitation = invitations.find_invitation(secret)
        state = self._state(invitation)
        if invitation is None or state not in (State.ACCEPT, State.NEW):
            return self._show(invitation, state)
        form = NewPersonForm(User(email=invitation.email), request.POST) if state == State.NEW else None
        if form is not None and not form.is_valid():
            return self._show(invitation, state, form=form)
        try:
            self._accept(invitation, form)
        except Conflict as exc:
            return self._show(invitation, state, form=form, refusal=exc.message)
        messages.success(request, f"You are a member of {invitation.organization.name} now, with the role {invitation.role.name}.")
        return redirect("organization", invitation.organization_id)

    def _accept(self, invitation: Invitation, form: NewPersonForm | None) -> None:
        """Raises Conflict."""
        now = database_now()
        if form is None:
            assert isinstance(self.request.user, User)  # the state says so
            author = person_author(self.request, self.request.user)
            invitations.accept_invitation(invitation=invitation, user=self.request.user, author=author, now=now)
            return
        given = form.cleaned_data
        user = invitations.accept_as_new_person(
            invitation=invitation, name=given["name"], password=given["new_password1"], visitor=visitor(self.request), now=now
        )
        login(self.request, user, backend=BACKEND)

    def _state(self, invitation: Invitation | None) -> State:
        if invitation is None:
            return State.UNKNOWN
        if not invitations.is_open(invitation, database_now()):
            return State.ACCEPTED if invitation.accepted_at else State.WITHDRAWN if invitation.withdrawn_at else State.EXPIRED
        if isinstance(self.request.user, User):
            return State.ACCEPT if self.request.user.email == invitation.email else State.OTHER
        return State.LOG_IN if User.objects.filter(email=invitation.email).exists() else State.NEW

    def _show(self, invitation: Invitation | None, state: State, **more: Any) -> HttpResponse:
        fresh = {"form": NewPersonForm(User())} if state == State.NEW else {}
        context = {
            **admin.site.each_context(self.request),
            "title": "Invitation",
            "invitation": invitation,
            "state": state.value,
            **fresh,
            **{name: value for name, value in more.items() if value is not None},
        }
        return keep_secret(render(self.request, "organizations/invitation.html", context, status=OVER.get(state, 200)))
