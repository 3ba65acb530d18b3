"""The page on which a person confirms that a command line is theirs.

`/login/cli/<token>` is what the command line opens: it asks for a log-in and goes on to the page of the person's organization, where another of their
organizations can be chosen. Both buttons are plain forms.
"""

from typing import Any

from axes.helpers import get_client_ip_address
from django.contrib import admin
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from foundation.api_errors import Conflict, NotFound
from organizations import cli_sessions
from organizations.audit import author_of
from organizations.models import Membership
from organizations.pages.base import OrganizationPage


class CliLogin(LoginRequiredMixin, View):
    """`/login/cli/<token>`: on to the first of the person's organizations."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        first = Membership.objects.filter(user_id=request.user.pk).order_by("id").values_list("organization_id", flat=True).first()
        if first is None:
            return render(request, "dashboard/no_organization.html", {**admin.site.each_context(request), "title": "No organization"})
        return redirect("cli-confirm", organization_id=first, token=token)


class CliConfirm(OrganizationPage):
    """`/orgs/<organization_id>/cli/<token>`: who asks, for which organization, yes or no; and after that what came of it."""

    template_name = "organizations/cli_confirm.html"
    title = "Command line"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = _read(kwargs["token"])
        session = cli_sessions.find_session(asked.session_id, now=self.now)
        others = Membership.objects.select_related("organization").filter(user=self.actor.user).exclude(organization=self.actor.organization)
        return {
            **super().get_context_data(**kwargs),
            "asked": asked,
            "session": session,
            "is_waiting": session is not None and session.api_key_id is None,
            "is_from_here": asked.ip == get_client_ip_address(self.request),
            "others": [(each.organization.name, reverse("cli-confirm", args=[each.organization_id, kwargs["token"]])) for each in others],
        }

    def post(self, request: HttpRequest, organization_id: str, token: str) -> HttpResponse:
        author, session_id = author_of(request, self.actor), _read(token).session_id
        organization, user = self.actor.organization, self.actor.user
        is_confirmed = request.POST.get("decision") == "confirm"
        try:
            if is_confirmed:
                cli_sessions.confirm_session(session_id=session_id, organization=organization, user=user, author=author, now=self.now)
            else:
                cli_sessions.deny_session(session_id=session_id, organization=organization, author=author, now=self.now)
        except Conflict:
            return redirect("cli-confirm", organization_id=organization_id, token=token)  # where the page says that it is over
        context = {**OrganizationPage.get_context_data(self), "is_confirmed": is_confirmed}
        return self.response_class(request, ["organizations/cli_decided.html"], context)


def _read(token: str) -> cli_sessions.CliRequest:
    try:
        return cli_sessions.read_token(token)
    except NotFound as exc:
        raise Http404(exc.message) from exc
