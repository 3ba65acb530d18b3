"""What can go wrong with a review, one class per thing that a caller treats differently. Messages are sentences for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


class ReviewsError(Exception):
    """Root of this app's errors."""


class TransitionRefused(ReviewsError):
    """The item is not in the state that an act needs. `item_id` names it."""

    def __init__(self, item_id: str, message: str) -> None:
        super().__init__(message)
        self.item_id = item_id
        self.message = message


class Taken(TransitionRefused):
    """Somebody else holds the item."""

    def __init__(self, item_id: str) -> None:
        super().__init__(item_id, "Somebody else is reviewing this translation.")


class NotClaimed(TransitionRefused):
    """Nobody holds the item, or no longer the one who was meant: there is nothing to withdraw."""

    def __init__(self, item_id: str) -> None:
        super().__init__(item_id, "Nobody holds this review any more.")


@dataclass(frozen=True, slots=True)
class NewerDraft:
    """A draft that was not replaced by what came too late: it is newer, and mostly somebody else's."""

    number: int
    text: str
    author: str
    updated_at: datetime


class StaleClaim(TransitionRefused):
    """The claim that the fence names is over. Of what was typed, `kept` (numbers) became drafts; `newer` are the drafts that stand instead."""

    def __init__(self, item_id: str, *, kept: Sequence[int] = (), newer: Sequence[NewerDraft] = ()) -> None:
        said = ["This claim is over; claim the review again to go on."]
        said += ["What you typed is kept as drafts."] if kept else []
        said += ["Where somebody typed since, the newer draft stands and yours is not kept."] if newer else []
        super().__init__(item_id, " ".join(said))
        self.kept = tuple(kept)
        self.newer = tuple(newer)


class AlreadyDecided(TransitionRefused):
    """A reviewer has decided: `kind` is approve or edit."""

    def __init__(self, item_id: str, *, kind: str, reviewer: str, decided_at: datetime) -> None:
        super().__init__(item_id, f"This review was decided by {reviewer}.")
        self.kind = kind
        self.reviewer = reviewer
        self.decided_at = decided_at


class ReviewEnded(TransitionRefused):
    """Nobody decided and nobody can any more: `state` is timed_out, shipped or cancelled."""

    def __init__(self, item_id: str, *, state: str) -> None:
        super().__init__(item_id, "The wait for this review is over; the translation went on as it was.")
        self.state = state


class TooManyClaims(ReviewsError):
    """The person holds as many reviews as one may."""

    def __init__(self, most: int) -> None:
        super().__init__(f"You hold {most} reviews already: submit or release one.")
        self.most = most


class UnknownText(ReviewsError):
    """The item has no texts with these numbers."""

    def __init__(self, item_id: str, numbers: Sequence[int]) -> None:
        super().__init__(f"{item_id} has no text {numbers[0]}.")
        self.numbers = tuple(numbers)


class BadDeadline(ReviewsError):
    """A deadline that is not later than the present one, or too late."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a decision from being taken. `path` as `format_path` writes it, `code` a check's, or `structure`."""

    path: str
    code: str
    message: str


class FaultyReview(ReviewsError):
    """What was submitted cannot go on as it is: all that is wrong, in reading order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class UnsettledDrafts(ReviewsError):
    """Somebody else left unfinished drafts, which whoever submits has neither accepted nor discarded. `numbers` are of their texts."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__("Somebody left unfinished drafts: accept or discard them.")
        self.numbers = tuple(numbers)


class DraftsMoved(ReviewsError):
    """A draft was written while the review was being decided: what was judged is not what stands there."""
