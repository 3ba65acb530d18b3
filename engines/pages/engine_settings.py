"""`/orgs/<id>/engines/<eng>/settings`: name, locales and behaviour of an engine, and its deletion.

What somebody else changed while the page was open is never overwritten unseen: the page says what it was, and keeps what was typed.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from engines.management.entity_tags import entity_tag
from engines.management.locking import find_engine
from engines.management.requests import EngineInput
from engines.management.services import change_engine, delete_engine, show_engine
from engines.pages.engine_form import EngineForm, settings_of
from engines.pages.frame import EngineTab
from foundation.api_errors import ApiError, PreconditionFailed
from organizations.audit import author_of
from organizations.permissions import MANAGE_SETTINGS, may, require


class EngineSettings(EngineTab):
    """The form."""

    template_name = "engines/settings.html"
    is_active_tab = "engine-settings"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "form": EngineForm.showing(settings_of(self.engine)),
            "may_delete": may(self.actor, MANAGE_SETTINGS),
            "tag": entity_tag(show_engine(self.engine)),
            **kwargs,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = EngineForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        if form.is_stale(settings_of(self.engine)):
            return self._show_stale(form)
        values = form.judge(EngineInput(data=form.request_body(), partial=True))
        if values is None:
            return self.render_to_response(self.get_context_data(form=form), status=400)
        tag = entity_tag(show_engine(self.engine))
        try:
            change_engine(
                actor=self.actor, engine_id=self.engine.pk, values=values, if_match=tag, author=author_of(request, self.actor), now=self.now
            )
        except PreconditionFailed:
            self.engine = find_engine(self.actor, self.engine.pk)
            return self._show_stale(form)
        except ApiError as exc:
            form.show_refusal(exc)
            return self.render_to_response(self.get_context_data(form=form), status=exc.status_code)
        messages.success(request, "Saved.")
        return redirect(self.address("engine-settings"))

    def _show_stale(self, form: EngineForm) -> HttpResponse:
        stored = settings_of(self.engine)
        context = self.get_context_data(form=form.merged(stored), differences=form.differences(stored), is_stale=True)
        return self.render_to_response(context, status=409)


class DeleteEngine(EngineSettings):
    """Removes the engine, where its name was typed and nobody has changed it since."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(self.actor, MANAGE_SETTINGS)
        if request.POST.get("name", "").strip() != self.engine.name:
            return self._refuse("That is not the engine's name. Nothing was deleted.", 400)
        try:
            delete_engine(
                actor=self.actor,
                engine_id=self.engine.pk,
                if_match=request.POST.get("if_match", ""),
                author=author_of(request, self.actor),
                now=self.now,
            )
        except PreconditionFailed:
            return self._refuse("The engine was changed while this page was open. Nothing was deleted: look at it again.", 409)
        except ApiError as exc:
            return self._refuse(exc.message, exc.status_code)
        messages.success(request, f"{self.engine.name} is deleted. Its finished jobs stay, with its id and name.")
        return redirect("engines", self.actor.organization.pk)

    def _refuse(self, sentence: str, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(refusal=sentence), status=status)
