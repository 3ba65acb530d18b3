"""`/orgs/<id>/engines/new`: a new engine. Needs `org:manage_settings`; the organization's first becomes its default."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from engines.defaults import DefaultModel, describe_default, offered_models
from engines.management.requests import EngineInput
from engines.management.services import create_engine
from engines.models import Engine
from engines.pages.accounts import provider_accounts
from engines.pages.engine_form import NewEngineForm
from foundation.api_errors import ApiError
from organizations.audit import author_of
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_SETTINGS


class NewEnginePage(OrganizationPage):
    """The form."""

    template_name = "engines/new.html"
    title = "New engine"
    permission = MANAGE_SETTINGS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "form": NewEngineForm(models=_choices(self._models())),
            "installation": describe_default(),
            "trail": [("Engines", reverse("engines", args=[self.actor.organization.pk]))],
            **kwargs,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        models = self._models()
        form = NewEngineForm(request.POST, models=_choices(models))
        engine = self._create(form, models) if form.is_valid() else None
        if engine is None:
            return self.render_to_response(self.get_context_data(form=form), status=400)
        messages.success(request, f"{engine.name} is ready.{' It is the default engine.' if engine.is_default else ''}")
        is_reached = Engine.objects.visible_to(self.actor).filter(pk=engine.pk).exists()  # one may make what one may not use
        return redirect("engine", engine.organization_id, engine.pk) if is_reached else redirect("organization", engine.organization_id)

    def _create(self, form: NewEngineForm, models: Mapping[str, Sequence[DefaultModel]]) -> Engine | None:
        """None where the form now says what is wrong."""
        values = form.judge(EngineInput(data={**form.request_body(), "ownerOrganizationId": self.actor.organization.pk}))
        if values is None:
            return None
        chosen = models.get(form.cleaned_data["model"])
        try:
            return create_engine(actor=self.actor, values=values, models=chosen, author=author_of(self.request, self.actor), now=self.now)
        except ApiError as exc:
            form.show_refusal(exc)
        return None

    def _models(self) -> Mapping[str, Sequence[DefaultModel]]:
        accounts = provider_accounts(self.actor.organization)
        return offered_models([account.provider for account in accounts if account.is_reached])


def _choices(models: Mapping[str, Sequence[DefaultModel]]) -> list[tuple[str, str]]:
    return [("", "What this installation gives a new engine"), *((name, name) for name in models)]
