"""What this app's errors mean on the wire: each with its status, code and sentence (contract §1.1, §10)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from foundation.api_errors import BadRequest, Conflict
from foundation.customer_json import MAX_PROBLEMS, Problem
from foundation.rendering import wire_time
from reviews.content import load_content
from reviews.errors import (
    AlreadyDecided,
    BadDeadline,
    FaultyReview,
    NotClaimed,
    ReviewEnded,
    StaleClaim,
    Taken,
    TooManyClaims,
    TransitionRefused,
)
from reviews.models import ReviewItem


class FaultyTexts(BadRequest):
    """400: what blocks a decision, each with its path, code and message."""

    default_code = "review_has_faults"

    def __init__(self, exc: FaultyReview) -> None:
        faults = exc.faults[:MAX_PROBLEMS]
        super().__init__([Problem(fault.path, fault.message) for fault in faults])
        self.extra["errors"] = [{"path": fault.path, "message": fault.message, "code": fault.code} for fault in faults]


@contextmanager
def refusals(item: ReviewItem | None = None) -> Iterator[None]:
    """Turns what the use cases raise into what the API answers. `item`: of which texts were sent, that an answer to a late call names."""
    try:
        yield
    except FaultyReview as exc:
        raise FaultyTexts(exc) from exc
    except BadDeadline as exc:
        raise BadRequest([Problem("dueAt", str(exc))]) from exc
    except (TransitionRefused, TooManyClaims) as exc:
        raise _conflict(exc, item) from exc


def _conflict(exc: TransitionRefused | TooManyClaims, item: ReviewItem | None) -> Conflict:
    match exc:
        case StaleClaim():
            return Conflict(str(exc), code="stale_claim", extra=_describe_texts(exc, item))
        case AlreadyDecided():
            decision = {"decision": exc.kind, "reviewer": exc.reviewer, "decidedAt": wire_time(exc.decided_at)}
            return Conflict(str(exc), code="already_decided", extra={"decision": decision})
        case ReviewEnded():
            return Conflict(str(exc), code="review_ended", extra={"state": exc.state})
        case _:
            codes = {Taken: "taken", NotClaimed: "not_claimed", TooManyClaims: "too_many_claims"}
            return Conflict(str(exc), code=codes[type(exc)])


def _describe_texts(exc: StaleClaim, item: ReviewItem | None) -> dict[str, Any]:
    """What became of the texts that were sent: `kept` as drafts, or not, because a `newer` draft stands."""
    paths = load_content(item).paths if item and (exc.kept or exc.newer) else {}
    newer = [
        {"path": paths[draft.number], "text": draft.text, "author": draft.author, "updatedAt": wire_time(draft.updated_at)} for draft in exc.newer
    ]
    return {"kept": [paths[number] for number in exc.kept], "newer": newer}
