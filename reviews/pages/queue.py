"""`/orgs/<id>/human-reviewer`: what waits for a reviewer, the first to ship first. The filters live in the address; at first, one's own languages.

`?live=1` answers the changing part alone, and 304 where nothing has changed; `live.js` asks for it every five seconds.
"""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import get_conditional_response

from engines.models import Engine
from organizations.access import Actor
from reviews.access import ReviewPage, reviewed_engines
from reviews.pages.filters import QueueFilter, read_place
from reviews.pages.queue_view import view_queue
from reviews.preferences import read_settings
from reviews.transitions import CLAIMS_EACH

FILTERS = ("locale", "engine", "state", "risk")


class QueuePage(ReviewPage):
    """The queue."""

    template_name = "reviews/queue.html"
    title = "Human Reviewer"

    def check(self) -> None:
        """Whoever reviews an engine may see the page: the filter needs the engines anyway."""
        self.engines = list_engines(self.actor)
        if not self.engines:
            super().check()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "live" not in request.GET:
            return super().get(request, *args, **kwargs)
        context = {**self._shown(), "organization": self.actor.organization, "now": self.now}
        tag = context["shown"].tag
        response = get_conditional_response(request, etag=tag) or render(request, "reviews/_queue.html", context)
        response.headers["ETag"] = tag
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **self._shown()}

    def _shown(self) -> dict[str, Any]:
        form = read_filter(self.actor, self.request.GET, self.engines)
        view = view_queue(self.actor, form, place=read_place(self.request.GET), now=self.now)
        return {"form": form, "shown": view, "query": _address(self.request.GET), "most": CLAIMS_EACH}


def list_engines(actor: Actor) -> list[Engine]:
    """Those that the actor reviews."""
    return list(reviewed_engines(actor).order_by("name", "id").only("id", "name"))


def read_filter(actor: Actor, address: QueryDict, engines: Sequence[Engine]) -> QueueFilter:
    """One query, for the languages that the actor works in."""
    return QueueFilter(address, engines=engines, user=actor.user, own_locales=read_settings(actor.user).locales)


def _address(given: QueryDict) -> QueryDict:
    """What the links of the page keep of its address: not that it was asked for by script."""
    address = given.copy()
    address.pop("live", None)
    return address
