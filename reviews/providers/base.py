"""What a provider of human review outside can do, and the words for it. `reviews.external_work` asks; each provider is one module beside this one.

A provider makes the calls that a question needs and touches no row; waiting and asking again are its caller's. It runs on a thread without a database
connection. What comes back is somebody else's text: shapes are checked here, meaning by the caller.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class JobStatus(StrEnum):
    """What a provider does with one text."""

    QUEUED = "queued"  # accepted, nobody can see it yet
    AVAILABLE = "available"  # nobody has begun: it can be cancelled
    WORKING = "working"  # somebody has begun, or does it over
    REVIEWABLE = "reviewable"  # done, to be approved or sent back
    APPROVED = "approved"
    CANCELED = "canceled"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Text:
    """One text to order. `number` counts from 1 in reading order of the source; `comment` is for the person who works on it, with the draft."""

    number: int
    source: str
    draft: str  # the AI version
    comment: str
    path: str  # for people


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What is ordered. `mark` is our signed reference, which the provider keeps and shows again."""

    reference: str
    mark: str
    source_locale: str
    target_locale: str
    tier: str  # standard or pro
    callback_url: str
    texts: Sequence[Text]
    is_forced: bool = False  # also where the provider takes it for a repeat of another order


@dataclass(frozen=True, slots=True)
class Quote:
    cost: Decimal
    currency: str  # ISO 4217


@dataclass(frozen=True, slots=True)
class ProviderJob:
    """The provider's work on one text. `text` is None until somebody has written it."""

    id: str
    number: int  # of the text
    status: JobStatus
    text: str | None = None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as the provider sees it now. While `queued` is not 0 there are jobs without an id."""

    queued: int
    jobs: Sequence[ProviderJob]


@dataclass(frozen=True, slots=True)
class Callback:
    """What a callback claims: a hint, never more."""

    job: str
    status: str


class ProviderError(Exception):
    """Root of what a provider answers instead."""


class Unavailable(ProviderError):
    """Not now; ask again. `retry_after` is seconds. `is_in_doubt`: what was asked for may have been done all the same."""

    def __init__(self, reason: str, *, retry_after: float | None = None, is_in_doubt: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.is_in_doubt = is_in_doubt


class Refused(ProviderError):
    """No, and asking again would not help. `str()` is a sentence for the client."""


class AlreadySent(ProviderError):
    """The provider has this order, or one like it, from a moment ago."""


class NotPossible(ProviderError):
    """The job is in another state than the act needs: look again."""


class ReviewProvider(Protocol):
    """Every method raises Unavailable and Refused."""

    def quote(self, order: NewOrder) -> Quote:
        """What the order would cost. Nothing is ordered."""
        ...

    def submit(self, order: NewOrder) -> str:
        """Orders; returns the provider's id of the order. Raises AlreadySent. Makes the call once, whatever happens to it."""
        ...

    def find(self, reference: str, *, since: datetime) -> str | None:
        """The provider's id of the order with our reference, if it has one that was made after `since`."""
        ...

    def fetch(self, order_id: str, reference: str, known: Collection[str] = ()) -> OrderView:
        """The order's jobs as they are now, `known` ones among them in any case. Jobs that are not of our reference are left out."""
        ...

    def approve(self, job_id: str) -> None:
        """Takes a text that is reviewable. Raises NotPossible."""
        ...

    def revise(self, job_id: str, comment: str) -> None:
        """Sends a reviewable text back with the reason. Raises NotPossible."""
        ...

    def cancel(self, job_id: str) -> None:
        """Ends a job that nobody has begun. Raises NotPossible."""
        ...

    def parse_callback(self, body: bytes) -> Callback | None:
        """What a callback's body claims; None where it is none. Never raises."""
        ...
