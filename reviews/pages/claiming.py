"""The acts of the queue: claim the next item, claim one, give one back. A claim leads to the workspace; a refusal leads back, and says why."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from reviews.access import ReviewPage
from reviews.errors import TooManyClaims, TransitionRefused
from reviews.pages.filters import keep_filters, read_fence
from reviews.pages.queue import FILTERS, list_engines, read_filter
from reviews.reading import find_review
from reviews.services import claim_next, claim_review, release_claim

NOTHING = "Nothing is free to claim{where}. What others hold comes back when they release it or their time is up."


class _QueueAct(ReviewPage):
    """A button of the queue. `query` is the address that it was pressed at."""

    http_method_names = ["post"]

    def _back(self) -> HttpResponseRedirect:
        kept = keep_filters(self.request.POST.get("query", ""), FILTERS)
        return redirect(reverse("human-reviewer", args=[self.actor.organization.pk]) + kept)

    def _work(self, review_id: str) -> HttpResponseRedirect:
        return redirect("review-workspace", self.actor.organization.pk, review_id)


class ClaimNext(_QueueAct):
    """The free item that ships first, in the languages and of the engine that the queue shows."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = read_filter(self.actor, QueryDict(request.POST.get("query", "")), list_engines(self.actor))
        try:
            held = claim_next(actor=self.actor, locales=form.locales, engine_id=form.engine_id, now=self.now)
        except TooManyClaims as exc:
            messages.error(request, str(exc))
            return self._back()
        if held is None:
            messages.info(request, NOTHING.format(where=f" in {', '.join(form.locales)}" if form.locales else ""))
            return self._back()
        return self._work(held.item_id)


class ClaimReview(_QueueAct):
    """This item."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        item = find_review(self.actor, kwargs["review_id"])
        try:
            held = claim_review(actor=self.actor, item=item, now=self.now)
        except (TransitionRefused, TooManyClaims) as exc:
            messages.error(request, str(exc))
            return self._back()
        return self._work(held.item_id)


class ReleaseReview(_QueueAct):
    """Gives an item back. `fence` is the claim that is meant; without it, the present one."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        item = find_review(self.actor, kwargs["review_id"])
        fence = read_fence(request.POST)
        try:
            release_claim(actor=self.actor, item=item, fence=item.fence if fence is None else fence, now=self.now)
            name = f"{item.source_locale} → {item.target_locale}"
            messages.success(request, f"Released: {name}. What was typed stays as drafts for whoever claims it next.")
        except TransitionRefused as exc:
            messages.error(request, str(exc))
        return self._back()
