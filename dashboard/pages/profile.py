"""`/profile`: what a person sets for themselves, in all their organizations: name, how they review, what they hear of.

It belongs to no organization; whoever is logged in has one.
"""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import TemplateView
from rest_framework.exceptions import ValidationError

from engines.grants import EngineGroupPermission
from engines.models import Engine
from foundation.api_errors import flatten
from foundation.clock import database_now
from foundation.ids import is_id
from organizations.audit import person_author
from organizations.details import rename_person
from organizations.forms import PageForm
from organizations.models import Membership, OrganizationGroupPermission, User
from organizations.permissions import ON_ENGINE, ON_ORGANIZATION, REVIEW_TRANSLATIONS
from reviews.models import ReviewerSettings
from reviews.preferences import change_settings, mute_engine, muted_engines, read_settings, unmute_engine

_SEPARATORS = re.compile(r"[\s,;]+")


class NameForm(PageForm):
    name = forms.CharField(
        label="Name", max_length=200, help_text="As the team and the audit log call you.", widget=forms.TextInput({"autocomplete": "name"})
    )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


class ReviewingForm(PageForm):
    locales = forms.CharField(
        label="Locales you review in",
        required=False,
        help_text="The queue and your mails go by them. Empty: all.",
        widget=forms.Textarea({"rows": 1, "placeholder": "de, fr, pt-BR", "data-locales": "target", "autocapitalize": "off", "spellcheck": "false"}),
    )
    wants_mails = forms.BooleanField(label="Mail me when translations arrive", required=False, help_text="One mail for each group of translations.")
    uses_single_keys = forms.BooleanField(
        label="Shortcuts of a single letter",
        required=False,
        help_text="In the review workspace, outside of fields. Off, for speech input and for hands that rest on keys; those with Ctrl or Alt stay.",
    )

    @property
    def typed_locales(self) -> list[str]:
        return [*filter(None, _SEPARATORS.split(self.cleaned_data["locales"]))]


@dataclass(frozen=True, slots=True)
class EngineRow:
    """An engine whose translations the person may review."""

    engine: Engine
    is_muted: bool


class _PersonPage(LoginRequiredMixin, TemplateView):
    """A page in the shell that belongs to no organization."""

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)  # who is nobody was sent to the log-in
        return self.request.user


class ProfilePage(_PersonPage):
    """All parts. Reviewing is shown to whoever may review anything."""

    template_name = "dashboard/profile.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        memberships = list(Membership.objects.select_related("organization", "role").filter(user=self.user).order_by("id"))
        muted = {engine.pk for engine in muted_engines(self.user)}
        engines = [EngineRow(engine, engine.pk in muted) for engine in _reviewed(self.user)]
        return {
            **super().get_context_data(**kwargs),
            **admin.site.each_context(self.request),
            "title": "Profile",
            "memberships": memberships,
            "engines": engines,
            "reviews_anything": bool(engines) or _reviews_everywhere(self.user).exists(),
            "name_form": kwargs.get("name_form") or NameForm(initial={"name": self.user.name}),
            "reviewing_form": kwargs.get("reviewing_form") or ReviewingForm(initial=_initial(read_settings(self.user))),
        }


class _Part(ProfilePage):
    http_method_names = ["post"]

    def saved(self, said: str) -> HttpResponse:
        messages.success(self.request, said)
        return redirect("profile")


class ChangeName(_Part):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = NameForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(name_form=form), status=400)
        rename_person(user=self.user, name=form.cleaned_data["name"], author=person_author(request, self.user), now=database_now())
        return self.saved("Saved.")


class ChangeReviewing(_Part):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ReviewingForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                change_settings(
                    user=self.user, locales=form.typed_locales, wants_mails=given["wants_mails"], uses_single_keys=given["uses_single_keys"]
                )
                return self.saved("Saved.")
            except ValidationError as exc:
                for problem in flatten(exc.detail):
                    form.add_error("locales", problem.message)
        return self.render_to_response(self.get_context_data(reviewing_form=form), status=400)


class MuteEngine(_PersonPage):
    """A button: `/profile/engines/<eng>/mute` and `…/unmute`."""

    http_method_names = ["post"]
    is_muting = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        engine = _reviewed(self.user).filter(pk=kwargs["engine_id"]).first() if is_id(kwargs["engine_id"], "eng") else None
        if engine is None:
            raise Http404("Engine not found.")
        if self.is_muting:
            mute_engine(user=self.user, engine=engine)
            messages.success(request, f"You hear of {engine.name} no more. Its translations stay in your queue.")
        else:
            unmute_engine(user=self.user, engine=engine)
            messages.success(request, f"You hear of {engine.name} again.")
        return redirect("profile")


def _initial(settings: ReviewerSettings) -> dict[str, Any]:
    return {"locales": ", ".join(settings.locales), "wants_mails": settings.wants_mails, "uses_single_keys": settings.uses_single_keys}


def _reviews_everywhere(user: User) -> QuerySet[OrganizationGroupPermission]:
    """In which organizations the person reviews every engine, by a role."""
    return OrganizationGroupPermission.objects.filter(permission__codename=ON_ORGANIZATION[REVIEW_TRANSLATIONS], group__user=user)


def _reviewed(user: User) -> QuerySet[Engine]:
    """The engines that the person may review, in all their organizations."""
    everywhere = _reviews_everywhere(user).values("content_object")
    chosen = EngineGroupPermission.objects.filter(permission__codename=ON_ENGINE[REVIEW_TRANSLATIONS], group__user=user).values("content_object")
    return (
        Engine.objects.select_related("organization")
        .filter(Q(organization__in=everywhere) | Q(pk__in=chosen))
        .order_by("organization_id", "name", "id")
    )
