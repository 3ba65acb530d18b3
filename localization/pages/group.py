"""`/orgs/<id>/jobs/groups/<ljg>`: a group as a grid of locales and stages that keeps itself current, with cancelling and submitting again.

`?live=1` answers the changing part alone, and 304 where nothing has changed; `live.js` asks for it every two seconds until the group has ended.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from rest_framework.exceptions import ValidationError

from engines.access import EnginePage
from engines.pipeline_config import EXTERNAL, StageId, stages
from foundation.api_errors import ApiError, to_api_error
from localization.errors import GroupFinished
from localization.pages.finding import find_group
from localization.pages.grid import view_group
from localization.pages.stages import STAGE_NAMES
from localization.resubmission import submit_failed_again
from localization.transitions import cancel_group
from organizations.templatetags.components import usd


class GroupPage(EnginePage):
    """One group."""

    template_name = "localization/group.html"
    title = "Job group"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "live" not in request.GET:
            return super().get(request, *args, **kwargs)
        view = view_group(find_group(self.actor, kwargs["group_id"]), now=self.now)
        response = get_conditional_response(request, etag=view.tag)
        if response is None:
            context = {"shown": view, "organization": self.actor.organization, "now": self.now}
            response = render(request, "localization/_group.html", context)
        response.headers["ETag"] = view.tag
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        group = find_group(self.actor, kwargs["group_id"])
        return {
            **super().get_context_data(**kwargs),
            "shown": view_group(group, now=self.now),
            "trail": [("Jobs", reverse("jobs", args=[self.actor.organization.pk]))],
            "pipeline": _enabled(group.pipeline_config),
        }


class _GroupAct(EnginePage):
    """A button of the group's page."""

    http_method_names = ["post"]

    def _back(self) -> HttpResponseRedirect:
        return redirect("job-group", self.actor.organization.pk, self.kwargs["group_id"])


class CancelGroup(_GroupAct):
    """Ends what has not started."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            cancel_group(find_group(self.actor, kwargs["group_id"]), now=self.now)
            messages.success(request, "Cancelled. What was running is not cut off; nothing further starts.")
        except GroupFinished:
            messages.error(request, "All jobs of this group had ended already.")
        return self._back()


class SubmitAgain(_GroupAct):
    """A new group of the locales that failed."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        group = find_group(self.actor, kwargs["group_id"])
        try:
            again = submit_failed_again(self.actor, group, now=self.now)
        except (ApiError, ValidationError) as exc:
            messages.error(request, f"Not submitted. {to_api_error(exc, path=request.path).message}")
            return self._back()
        messages.success(request, f"Submitted again as this group: {again.total_jobs} of the {group.total_jobs} locales of {group.pk}.")
        return redirect("job-group", self.actor.organization.pk, again.pk)


def _enabled(config: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """The optional stages that are on, by name, with what else is set for them."""
    return [(STAGE_NAMES[stage], _review(config[stage]) if stage == StageId.HUMAN_EDIT else "") for stage in stages(config) if stage in config]


def _review(members: dict[str, Any]) -> str:
    hours = f"{members['timeoutHours']:g} h"
    if members["mode"] != EXTERNAL:
        return f"own reviewers, {hours}"
    limit = "" if members["maxCostUsd"] is None else f", at most {usd(members['maxCostUsd'])}"
    return f"provider outside, tier {members['tier']}, {hours}{limit}"
