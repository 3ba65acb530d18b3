"""`/orgs/<id>/engines/<eng>/models`: the chains of models, one for each locale pair. Models are added, removed, put in order and tried here."""

import time
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from engines.defaults import CHAT_MODELS
from engines.management.layer_kinds import MODELS
from engines.management.layer_services import delete_item, find_item
from engines.management.model_services import append_model, order_models
from engines.management.requests import ModelInput
from engines.models import ModelConfig
from engines.pages.accounts import provider_accounts
from engines.pages.chains import sort_chains
from engines.pages.frame import EngineTab
from engines.pages.model_forms import ModelForm, TrialForm
from engines.pages.model_rows import ShownTrial, describe_limits, view_chains
from engines.process.requests import TrialSerializer
from engines.process.trial import try_model
from foundation.api_errors import ApiError, NotFound, PreconditionFailed, current_request_id
from organizations.audit import author_of

UP, DOWN = "up", "down"


class EngineModels(EngineTab):
    """The chains, and the form of a new model."""

    template_name = "engines/models.html"
    is_active_tab = "engine-models"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        accounts = provider_accounts(self.actor.organization)
        trials: Mapping[str, ShownTrial] = kwargs.pop("trials", {})
        items = list(self.engine.model_configs.all())
        return {
            **super().get_context_data(**kwargs),
            "chains": view_chains(sort_chains(items), accounts, trials),
            "form": ModelForm(accounts=accounts),
            "trial_form": TrialForm(),
            "suggested": sorted({*CHAT_MODELS.values(), *(item.model for item in items)}),
            "engine_limits": describe_limits("engine"),
            **kwargs,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ModelForm(request.POST, accounts=provider_accounts(self.actor.organization))
        item = self._add(form) if form.is_valid() else None
        if item is None:
            return self.render_to_response(self.get_context_data(form=form), status=400)
        messages.success(request, f"Added {item}, the last of its chain. It is used from now on.")
        return redirect(self.address("engine-models"))

    def _add(self, form: ModelForm) -> ModelConfig | None:
        """None where the form now says what is wrong."""
        values = form.judge(ModelInput(data=form.request_body()))
        if values is None:
            return None
        author = author_of(self.request, self.actor)
        try:
            return append_model(actor=self.actor, engine_id=self.engine.pk, values=values, author=author, now=self.now)
        except ApiError as exc:
            form.show_refusal(exc)
        return None


class RemoveModel(EngineModels):
    """Takes a model out of its chain."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        author, tag = author_of(request, self.actor), request.POST.get("if_match", "")
        try:
            delete_item(MODELS, actor=self.actor, engine_id=self.engine.pk, item_id=kwargs["item_id"], if_match=tag, author=author, now=self.now)
            messages.success(request, "Removed. It is not asked any more.")
        except (PreconditionFailed, NotFound):
            messages.error(request, "Not removed: somebody changed or removed this model while the page was open. This is how the chain is now.")
        return redirect(self.address("engine-models"))


class OrderModels(EngineModels):
    """Puts a chain in another order: as the script lists it, or with one model `move`d up or down."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sent = request.POST
        pair = (sent.get("source_locale", ""), sent.get("target_locale", ""))
        model_ids = _moved(sent.getlist("order"), sent.get("move", ""))
        author = author_of(request, self.actor)
        try:
            order_models(
                actor=self.actor,
                engine_id=self.engine.pk,
                pair=pair,
                model_ids=model_ids,
                if_match=sent.get("if_match", ""),
                author=author,
                now=self.now,
            )
            messages.success(request, "The order is saved. It holds from now on.")
        except PreconditionFailed:
            messages.error(request, "Not reordered: somebody changed these models while the page was open. This is how they are now.")
        return redirect(self.address("engine-models"))


class TryModel(EngineModels):
    """Asks one model for a short text, and shows what came back beside it. Nothing is stored but what it cost."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        item: ModelConfig = find_item(MODELS, self.engine, kwargs["item_id"])
        form = TrialForm(request.POST)
        values = form.judge(TrialSerializer(data=form.request_body(self.engine, item))) if form.is_valid() else None
        if values is None:
            return self.render_to_response(self.get_context_data(trial_form=form), status=400)
        started = time.monotonic()
        pair = {"source_locale": values["sourceLocale"], "target_locale": values["targetLocale"]}
        try:
            trial = try_model(self.engine, item, values["text"], **pair, now=self.now, started=started, trace=f"trial.{current_request_id()}")
        except ApiError as exc:
            form.show_refusal(exc)
            return self.render_to_response(self.get_context_data(trial_form=form), status=exc.status_code)
        shown = {item.pk: ShownTrial(trial, time.monotonic() - started)}
        return self.render_to_response(self.get_context_data(trial_form=form, trials=shown))


def _moved(model_ids: list[str], move: str) -> list[str]:
    """`move` is `up:<mdl>` or `down:<mdl>`; anything else moves nothing."""
    way, _, model_id = move.partition(":")
    if way not in (UP, DOWN) or model_id not in model_ids:
        return model_ids
    others = [other for other in model_ids if other != model_id]
    place = max(0, model_ids.index(model_id) + (-1 if way == UP else 1))
    return [*others[:place], model_id, *others[place:]]
