"""`/orgs/<id>/jobs/<ljb>`: what happened to one job, step by step, its texts, and its webhook.

The log of webhooks needs `org:manage_settings`, here as in the API; others see only how the delivery stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from engines.access import EnginePage
from engines.pipeline_config import StageId, next_stage
from foundation.lease import WorkStatus
from localization.models import Job, Step
from localization.pages.details import ShownDetail, show_detail
from localization.pages.finding import find_job
from localization.pages.stages import STAGE_MEANINGS, STAGE_NAMES
from localization.pages.texts import ALL, CHANGED, read_texts
from localization.queries import result_of, usage_of_job
from organizations.permissions import MANAGE_SETTINGS, may, require
from webhooks.pages.acts import say_replayed
from webhooks.queries import visible_deliveries


@dataclass(frozen=True, slots=True)
class StepView:
    """One line of the timeline. `waited` is from its turn to its start."""

    step: Step
    name: str
    meaning: str
    took: timedelta | None
    waited: timedelta | None
    detail: ShownDetail

    @property
    def is_running(self) -> bool:
        return self.step.status == WorkStatus.RUNNING


class JobPage(EnginePage):
    """One job."""

    template_name = "localization/job.html"
    title = "Job"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = find_job(self.actor, kwargs["job_id"])
        organization_id, steps = self.actor.organization.pk, list(job.steps.all())
        show = CHANGED if self.request.GET.get("show") == CHANGED else ALL
        query = self.request.GET.get("q", "").strip()
        return {
            **super().get_context_data(**kwargs),
            "job": job,
            "steps": [_view(step) for step in steps],
            "ahead": _ahead(job, steps),
            "is_final": job.status in Job.FINAL,
            "usage": usage_of_job(job),
            "took": job.completed_at - job.started_at if job.completed_at and job.started_at else None,
            "texts": read_texts(job, show=show, query=query, first=_number(self.request.GET.get("from", ""))),
            "show": show,
            "query": query,
            "deliveries": list(visible_deliveries(self.actor).filter(event_id=job.pk).prefetch_related("log")),
            "may_see_log": may(self.actor, MANAGE_SETTINGS),
            "trail": [("Jobs", reverse("jobs", args=[organization_id])), (job.group_id, reverse("job-group", args=[organization_id, job.group_id]))],
        }


class JobOutput(EnginePage):
    """The result as a file: the bytes that the API answers as `outputData`."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        job = find_job(self.actor, kwargs["job_id"])
        output = result_of(list(job.steps.all())) if job.status in Job.FINAL and job.status != Job.Status.FAILED else None
        if output is None:
            raise Http404("This job has no result.")
        name = f"{job.pk}.{job.target_locale}.json"
        return HttpResponse(output, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'})


class ReplayDelivery(EnginePage):
    """Sends the job's webhook again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        job = find_job(self.actor, kwargs["job_id"])
        require(self.actor, MANAGE_SETTINGS)
        delivery = visible_deliveries(self.actor).filter(event_id=job.pk, pk=kwargs["delivery_id"]).first()
        if delivery is None:
            raise Http404("No such delivery.")
        say_replayed(request, delivery, self)
        return redirect(reverse("job", args=[self.actor.organization.pk, job.pk]) + "#webhook")


def _view(step: Step) -> StepView:
    stage = StageId(step.stage)
    took = step.completed_at - step.started_at if step.completed_at and step.started_at else None
    waited = step.started_at - step.created_at if step.started_at else None
    return StepView(step, STAGE_NAMES[stage], STAGE_MEANINGS[stage], took, waited, show_detail(step.detail))


def _ahead(job: Job, steps: Sequence[Step]) -> list[str]:
    """The names of the stages that are still to come."""
    names: list[str] = []
    stage = StageId(steps[-1].stage) if steps and job.status not in Job.FINAL else None
    while stage and (stage := next_stage(job.group.pipeline_config, stage)):
        names.append(STAGE_NAMES[stage])
    return names


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= 6 else 1
