"""What the workspace answers when an act came too late: a page with what was typed, beside what stands instead; script gets the same as JSON.

A text that lost against a newer draft is stored nowhere else, so these answers are the last place where it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from foundation.rendering import wire_time
from reviews.content import load_content
from reviews.errors import AlreadyDecided, NewerDraft, NotClaimed, ReviewEnded, StaleClaim, Taken, TooManyClaims, TransitionRefused
from reviews.models import ReviewItem
from reviews.pages.typed import Typed, read_typed
from reviews.queries import state_of
from reviews.reading import find_review

if TYPE_CHECKING:
    from reviews.pages.acting import WorkspaceAct

Refused = TransitionRefused | TooManyClaims
_CODES: dict[type[Exception], str] = {
    StaleClaim: "stale_claim",
    AlreadyDecided: "already_decided",
    ReviewEnded: "review_ended",
    Taken: "taken",
    NotClaimed: "not_claimed",
    TooManyClaims: "too_many_claims",
}
_ENDED = {
    ReviewItem.State.TIMED_OUT: "Nobody had decided in time: the AI version shipped.",
    ReviewItem.State.SHIPPED: "A review manager shipped the AI version.",
    ReviewItem.State.CANCELLED: "The group was cancelled.",
}


@dataclass(frozen=True, slots=True)
class Lost:
    """What was typed, and what stands in its place. `is_kept`: as a draft, for whoever claims the review next."""

    path: str
    text: str
    newer: NewerDraft | None
    is_kept: bool


@dataclass(frozen=True, slots=True)
class RefusedView:
    """`ended_at` where nothing can be done any more; `is_free` where the review can be claimed again."""

    message: str
    ended_at: datetime | None
    ended: str
    is_free: bool
    lost: Lost | None


def as_json(exc: Refused) -> dict[str, Any]:
    """Code and sentence; of a stale claim also which texts were kept (by number), and the newer drafts that stand instead of the others."""
    body: dict[str, Any] = {"code": _CODES.get(type(exc), "refused"), "message": str(exc)}
    if isinstance(exc, StaleClaim):
        body["kept"] = list(exc.kept)
        body["newer"] = [{"number": one.number, "text": one.text, "author": one.author, "updatedAt": wire_time(one.updated_at)} for one in exc.newer]
    if isinstance(exc, ReviewEnded):
        body["message"] = describe_end(exc.state)
    if isinstance(exc, AlreadyDecided):
        body["decidedAt"] = wire_time(exc.decided_at)
    return body


def refused_page(act: "WorkspaceAct", exc: Refused) -> HttpResponse:
    """409. The item is read again: what it says now is why."""
    item = find_review(act.actor, act.item.pk)
    view = RefusedView(
        message=str(exc),
        ended_at=item.ended_at,
        ended=describe_end(exc.state) if isinstance(exc, ReviewEnded) else "",
        is_free=state_of(item, act.now) == ReviewItem.State.AVAILABLE and item.due_at > act.now,
        lost=_lost(item, act.typed, exc),
    )
    context = {**act.get_context_data(), "item": item, "refused": view, "number": act.typed.number}
    return render(act.request, "reviews/workspace_refused.html", context, status=409)


def signed_out_page(request: HttpRequest) -> HttpResponse:
    """401: whoever was logged out while typing still sees the text."""
    try:
        text = read_typed(request.POST).text
    except BadRequest:
        text = None
    return render(request, "reviews/workspace_signed_out.html", {"text": text}, status=401)


def describe_end(state: str) -> str:
    return _ENDED.get(ReviewItem.State(state), "The wait for this review is over.")


def _lost(item: ReviewItem, typed: Typed, exc: Refused) -> Lost | None:
    """None where nothing was typed that the AI had not."""
    content = load_content(item)
    if typed.text is None or typed.text == content.translations.get(typed.number) or typed.number not in content.paths:
        return None
    newer = next((one for one in exc.newer if one.number == typed.number), None) if isinstance(exc, StaleClaim) else None
    kept = isinstance(exc, ReviewEnded) or (isinstance(exc, StaleClaim) and typed.number in exc.kept)
    return Lost(content.paths[typed.number], typed.text, newer, kept)
