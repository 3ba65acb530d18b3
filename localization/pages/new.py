"""`/orgs/<id>/jobs/new`: a submission by form. What the API would refuse is refused here, by the same code, and shown beside the fields."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from rest_framework.exceptions import ValidationError

from engines.access import EnginePage
from engines.models import Engine
from foundation.api_errors import ApiError, BadRequest, to_api_error
from foundation.customer_json import Problem
from localization import services
from localization.models import JobGroup
from localization.pages.new_form import NewJobForm, engine_settings
from localization.requests import read_submission

CHANGE_ENGINE = "engine"  # the button that fills in another engine's settings and keeps what was typed


class NewJobPage(EnginePage):
    """The form."""

    template_name = "localization/new.html"
    title = "New job"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        engines = self._engines()
        engine = _chosen(engines, request.GET.get("engine", ""))
        initial = {"nonce": secrets.token_urlsafe(12), "source_locale": _source_locale(engine), "engine": engine and engine.pk}
        return self._show(NewJobForm(engines=engines, initial={**initial, **engine_settings(engine)}), engines, engine)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        engines = self._engines()
        engine = _chosen(engines, request.POST.get("engine", ""))
        if request.POST.get("act") == CHANGE_ENGINE:
            typed = {**request.POST.dict(), **engine_settings(engine)}
            return self._show(NewJobForm(engines=engines, initial=typed), engines, engine)
        form = NewJobForm(request.POST, request.FILES, engines=engines)
        group = self._submit(form) if form.is_valid() else None
        if group is None:
            return self._show(form, engines, engine, status=400)
        messages.success(request, f"Accepted: {group.total_jobs} job{'s' if group.total_jobs != 1 else ''}.")
        return redirect("job-group", self.actor.organization.pk, group.pk)

    def _submit(self, form: NewJobForm) -> JobGroup | None:
        """The new group; None where the form now says what is wrong. The same form sent twice is one group."""
        try:
            body = form.request_body()
            digest = services.digest_of(body)
            body["idempotencyKey"] = f"form-{form.cleaned_data['nonce']}-{digest[:20]}"
            submission = read_submission(self.actor, body, digest=digest)
            if form.errors:
                return None
            return services.find_repeat(self.actor, submission.idempotency_key, digest) or services.submit_group(self.actor, submission, now=self.now)
        except (ApiError, ValidationError) as exc:
            error = to_api_error(exc, path=self.request.path)
            form.show_problems(error.problems if isinstance(error, BadRequest) and error.problems else [Problem("", error.message)])
        return None

    def _engines(self) -> list[Engine]:
        """Those that take submissions, the default first."""
        return list(Engine.objects.visible_to(self.actor).filter(enabled=True).order_by("-is_default", "name", "id"))

    def _show(self, form: NewJobForm, engines: list[Engine], engine: Engine | None, *, status: int = 200) -> HttpResponse:
        locales = {"source": engine.source_locales, "target": engine.target_locales} if engine else {}
        context = self.get_context_data(form=form, engines=engines, engine=engine, locales=locales)
        return self.render_to_response(context, status=status)


def _chosen(engines: list[Engine], engine_id: str) -> Engine | None:
    """The engine asked for, else the default, else any."""
    return next((engine for engine in engines if engine.pk == engine_id), engines[0] if engines else None)


def _source_locale(engine: Engine | None) -> str:
    return str(engine.source_locales[0]) if engine and engine.source_locales else "en"
