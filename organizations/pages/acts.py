"""Buttons of pages: a POST that calls one service and leads back, saying what came of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from foundation.api_errors import Conflict
from organizations.audit import Author, author_of
from organizations.pages.base import OrganizationPage


class Act(OrganizationPage):
    """Subclasses say what is done and where it leads. What is impossible (Conflict) is said there; what is forbidden is a 403."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            messages.success(request, self.act())
        except Conflict as exc:
            messages.error(request, exc.message)
        return redirect(self.back())

    def act(self) -> str:
        """Does it; returns a sentence that says so. Raises Conflict."""
        raise NotImplementedError

    def back(self) -> str:
        """The address of the page that has the button."""
        raise NotImplementedError

    @property
    def author(self) -> Author:
        return author_of(self.request, self.actor)


def keep_secret(response: HttpResponse) -> HttpResponse:
    """For a page that shows something once: no cache keeps it, neither a proxy's nor the browser's."""
    response.headers["Cache-Control"] = "no-store"
    return response
