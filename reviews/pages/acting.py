"""What the acts of the workspace have in common: a form's POST that is answered by a redirect, or by JSON where script asked for it.

Errors as JSON are a `code` and a sentence; the same as pages are those of `reviews.pages.stale`.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string

from foundation.rendering import wire_time
from reviews.answers import Answers
from reviews.errors import TooManyClaims, TransitionRefused, UnknownText
from reviews.pages.board import Board
from reviews.pages.stale import as_json, refused_page, signed_out_page
from reviews.pages.typed import Typed, read_typed
from reviews.pages.workspace import ItemPage, address_of
from reviews.pages.workspace_key import find_glossary, view_text
from reviews.pages.workspace_list import ListFilter, draw_entries, make_entry
from reviews.transitions import Held


class WorkspaceAct(ItemPage):
    """One POST. `self.typed` is the form."""

    http_method_names = ["post"]
    typed: Typed

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """What is refused keeps what was typed in sight."""
        try:
            return self._try(request, *args, **kwargs)
        except (BadRequest, Http404, PermissionDenied) as exc:
            if not self.wants_json:
                raise
            status, code = {BadRequest: (400, "bad_form"), Http404: (404, "review_not_found")}.get(type(exc), (403, "forbidden"))
            return JsonResponse({"code": code, "message": str(exc)}, status=status)

    def _try(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except UnknownText as exc:
            raise BadRequest(str(exc)) from exc
        except (TransitionRefused, TooManyClaims) as exc:
            return JsonResponse(as_json(exc), status=409) if self.wants_json else refused_page(self, exc)

    def handle_no_permission(self) -> Any:
        """Logged out: the text stays where it is, in the page or in this answer."""
        if self.wants_json:
            return JsonResponse({"code": "logged_out", "message": "You are logged out."}, status=401)
        return signed_out_page(self.request)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.typed = read_typed(request.POST)
        return self.act(request)

    def act(self, request: HttpRequest) -> HttpResponseBase:
        raise NotImplementedError

    @property
    def wants_json(self) -> bool:
        return self.request.headers.get("Accept", "").startswith("application/json")

    def back(self, number: int | None) -> HttpResponse:
        return redirect(address_of(self.item, number, self.typed.query))

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        return render_to_string(f"reviews/{name}", {**context, "organization": self.actor.organization}, request=self.request)


def show_text(act: WorkspaceAct, board: Board, *, text: str, answers: Answers, sample: str) -> dict[str, str]:
    """The parts of the page that depend on a key's text, as HTML by the name of the part."""
    number = act.typed.number
    view = view_text(board, number, text, answers, sample=sample)
    hits = find_glossary(board, number, text)
    context = {"view": view, "number": number, "board": board, "hits": hits, "is_mine": True}
    return {"view": act.render("_workspace_view.html", context), "glossary": act.render("_workspace_glossary.html", context)}


def show_saved(act: WorkspaceAct, board: Board, held: Held) -> dict[str, Any]:
    """What script needs to know after a save: the row in the list, the counts, the clocks."""
    standing = board.standing(act.typed.number)
    entry = make_entry(board, standing, is_shown=True)
    counts = board.counts
    return {
        "entry": draw_entries(act.item, [entry], ListFilter.from_query(act.typed.query)),
        "mark": str(standing.mark),
        "label": entry.label,
        "text": standing.text,
        "counts": {name: getattr(counts, name) for name in counts.__slots__},
        "savedAt": wire_time(board.now),
        "leaseUntil": wire_time(held.lease_until),
    }
