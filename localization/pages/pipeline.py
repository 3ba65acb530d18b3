"""`/orgs/<id>/engines/<eng>/pipeline`: the engine's pipeline as a picture, a switch for each optional stage, and what each has cost and done.

Which stage needs which is `engines.pipeline_config`'s to say, and what may be set is its serializer's. The figures are of what ran (`figures`). It
stands here and not with the engine's other tabs because engines know nothing of jobs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from engines.management.entity_tags import entity_tag
from engines.management.locking import find_engine
from engines.management.serializers import show_pipeline
from engines.management.services import set_pipeline
from engines.models import Engine
from engines.pages.frame import EngineTab
from engines.pages.problem_form import VersionedForm
from engines.pipeline_config import EXTERNAL, RULES, StageId, resolve
from engines.pipeline_serializer import EnginePipelineSerializer
from engines.review_accounts import find_review_provider
from foundation.api_errors import PreconditionFailed
from foundation.customer_json import JSONValue
from localization.figures import StageCost, stage_costs
from localization.pages.pipeline_form import PipelineForm, fields_of_problems, values_of
from localization.pages.stages import STAGE_MEANINGS, STAGE_NAMES
from organizations.audit import author_of
from organizations.permissions import MANAGE_SETTINGS, may


class EnginePipelineForm(VersionedForm, PipelineForm):
    """The whole configuration."""

    field_of: ClassVar[Mapping[str, str]] = fields_of_problems("")

    def request_body(self) -> dict[str, JSONValue]:
        """Also what a human edit that is off is to be once it is on."""
        config = self.switched()
        review = StageId.HUMAN_EDIT.value
        return {**config, review: {"enabled": self.cleaned_data[review], **self.review_members()}}

    def is_on(self, stage: StageId) -> bool:
        """As the form shows it, sent or stored."""
        return not RULES[stage].is_optional or bool(self[stage.value].value())


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage, in the picture and in the list. `switch` is None where it always runs; `reason` says why it cannot be switched on now."""

    stage: StageId
    name: str
    meaning: str
    is_on: bool
    needs: str  # the id of the stage that it works on the output of, or empty
    reason: str
    switch: forms.BoundField | None
    cost: StageCost | None  # None: nothing is measured yet

    @property
    def is_review(self) -> bool:
        return self.stage == StageId.HUMAN_EDIT


class PipelinePage(EngineTab):
    """The picture and its switches. Each change is a plain POST of the whole form, which the script sends at once."""

    template_name = "engines/pipeline.html"
    is_active_tab = "engine-pipeline"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form: EnginePipelineForm = kwargs.pop("form", None) or EnginePipelineForm.showing(_stored(self.engine))
        is_external = form.is_on(StageId.HUMAN_EDIT) and form["mode"].value() == EXTERNAL
        lacks_account = is_external and find_review_provider(self.actor.organization.pk) is None
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "stages": _view_stages(form, stage_costs(self.engine.pk, now=self.now)),
            "lacks_account": lacks_account,
            "may_set_account": lacks_account and may(self.actor, MANAGE_SETTINGS),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = EnginePipelineForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        if form.is_stale(_stored(self.engine)):
            return self._show_stale(form)
        config = form.judge(EnginePipelineSerializer(data=form.request_body()))
        if config is None:
            return self.render_to_response(self.get_context_data(form=form), status=400)
        tag = entity_tag(show_pipeline(self.engine))
        try:
            author = author_of(request, self.actor)
            set_pipeline(actor=self.actor, engine_id=self.engine.pk, config=config, if_match=tag, author=author, now=self.now)
        except PreconditionFailed:
            self.engine = find_engine(self.actor, self.engine.pk)
            return self._show_stale(form)
        messages.success(request, "Saved. It holds for what is submitted from now on.")
        return redirect(self.address("engine-pipeline"))

    def _show_stale(self, form: EnginePipelineForm) -> HttpResponse:
        stored = _stored(self.engine)
        context = self.get_context_data(form=form.merged(stored), differences=form.differences(stored), is_stale=True)
        return self.render_to_response(context, status=409)


def _stored(engine: Engine) -> dict[str, Any]:
    return values_of(resolve(engine.pipeline_config, {}))


def _view_stages(form: EnginePipelineForm, costs: Mapping[StageId, StageCost]) -> Sequence[StageView]:
    return [_view_stage(stage, form, costs.get(stage)) for stage in StageId]


def _view_stage(stage: StageId, form: EnginePipelineForm, cost: StageCost | None) -> StageView:
    rule, is_on = RULES[stage], form.is_on(stage)
    is_kept_off = rule.needs is not None and not form.is_on(rule.needs) and not is_on
    return StageView(
        stage=stage,
        name=STAGE_NAMES[stage],
        meaning=STAGE_MEANINGS[stage],
        is_on=is_on,
        needs=rule.needs or "",
        reason=f"Needs {STAGE_NAMES[rule.needs]}: it works on what the person left." if is_kept_off and rule.needs else "",
        switch=form[stage.value] if rule.is_optional else None,
        cost=cost if cost and cost.steps else None,
    )
