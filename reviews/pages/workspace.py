"""`/orgs/<id>/human-reviewer/<rvw>`: the workspace of one review, for whoever may review it; only its holder can write.

The page is whole without script: the list and one key (`?key=`). Script asks for the same parts again: `/list` and `/keys/<number>`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from foundation.api_errors import NotFound
from organizations.access import Actor
from reviews.access import ReviewPage
from reviews.models import Decision, ReviewItem
from reviews.pages.board import Board, read_board
from reviews.pages.workspace_context import ContextView, read_context
from reviews.pages.workspace_key import SAMPLE, KeyView, read_key
from reviews.pages.workspace_list import ListFilter, first_to_look_at, read_list
from reviews.preferences import read_settings
from reviews.reading import find_review

WARN_BEFORE = timedelta(minutes=5)  # the claim runs out


class ItemPage(ReviewPage):
    """A page or act of one review. `self.item` is found before anything else: who may review it needs no further permission."""

    title = "Review"
    item: ReviewItem

    def check(self) -> None:
        try:
            self.item = find_review(self.actor, self.kwargs["review_id"])
        except NotFound:
            super().check()
            raise

    def board(self) -> Board:
        return read_board(self.item, actor=self.actor, now=self.now)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the keys. `is_ending`: the claim runs out within minutes. Of a decision: how many texts were kept, and how long it took."""

    is_mine: bool
    is_open: bool
    is_free: bool
    state: str
    is_ending: bool
    decision: Decision | None
    kept: int
    took: timedelta | None
    ended_at: datetime | None
    unsaved_key: str  # where the browser keeps what it could not send
    uses_single_keys: bool


class Workspace(ItemPage):
    """The page."""

    template_name = "reviews/workspace.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        board, chosen = self.board(), ListFilter.read(self.request.GET)
        number = _asked_number(self.request, board) or first_to_look_at(board, chosen) or (1 if board.content.segments else None)
        decision = Decision.objects.filter(item=self.item).first() if self.item.state == ReviewItem.State.SUBMITTED else None
        return {
            **super().get_context_data(**kwargs),
            **(show_key(self.request, board, chosen, number) if number else {}),
            "title": f"Review {self.item.source_locale} → {self.item.target_locale}",
            "board": board,
            "frame": _frame(board, decision, self.actor),
            "list": read_list(board, chosen, shown=number),
            "job_id": self.item.job_id,  # type: ignore[attr-defined]  # annotated by `with_names`
            "trail": [("Human Reviewer", reverse("human-reviewer", args=[self.actor.organization.pk]))],
        }


class WorkspaceList(ItemPage):
    """The list alone."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        board, chosen = self.board(), ListFilter.read(request.GET)
        found = read_list(board, chosen, shown=_asked_number(request, board))
        return render(request, "reviews/_workspace_list.html", {"list": found, "board": board, "organization": self.actor.organization})


class WorkspaceKey(ItemPage):
    """One key alone: the centre and the right."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        board = self.board()
        number = kwargs["number"]
        if not 1 <= number <= len(board.content.segments):
            raise Http404("No such text.")
        context = show_key(request, board, ListFilter.read(request.GET), number)
        return render(request, "reviews/_workspace_panes.html", {**context, "board": board, "organization": self.actor.organization})


def show_key(request: HttpRequest, board: Board, chosen: ListFilter, number: int) -> dict[str, Any]:
    """What the centre and the right need."""
    sample = request.GET.get("n", "") or SAMPLE
    key: KeyView = read_key(board, chosen, number, sample=sample[:20], is_raw="raw" in request.GET)
    context: ContextView = read_context(board, number, key.hits, with_others="locales" in request.GET)
    return {"key": key, "context": context, "query": chosen.encode(), "number": number}


def address_of(item: ReviewItem, number: int | None, query: str, **others: str) -> str:
    """The workspace at a key, with the list's filter."""
    asked = ListFilter.from_query(query).encode(**({"key": number} if number else {}), **others)
    return reverse("review-workspace", args=[item.organization_id, item.pk]) + (f"?{asked}" if asked else "")


def _frame(board: Board, decision: Decision | None, actor: Actor) -> Frame:
    item = board.item
    lease = item.lease_until
    return Frame(
        is_mine=board.is_mine,
        is_open=board.is_open,
        is_free=board.is_free,
        state=board.state,
        is_ending=board.is_mine and lease is not None and lease - board.now < WARN_BEFORE,
        decision=decision,
        kept=item.segments - decision.changed if decision else 0,
        took=decision.decided_at - decision.claimed_at if decision else None,
        ended_at=item.ended_at,
        unsaved_key=f"interlinear:{actor.user.pk}:{item.pk}:",
        uses_single_keys=read_settings(actor.user).uses_single_keys,
    )


def _asked_number(request: HttpRequest, board: Board) -> int | None:
    text = request.GET.get("key", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 0
    return number if 1 <= number <= len(board.content.segments) else None
