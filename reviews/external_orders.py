"""What passes between the rows of external orders and the threads that work on them: an order that was claimed, and what the work came to.

`load_orders` brings all that the work needs, so that a thread needs no database.
"""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engines.layers import Layers, load_layers
from engines.pipeline_config import StageId
from engines.review_accounts import ReviewAccount, load_review_accounts
from foundation.lease import WorkStatus
from localization.models import Step
from localization.outcomes import ClaimedStep
from localization.queries import load_claimed
from reviews.models import ExternalOrder

Phase = ExternalOrder.Phase

GONE = Layers(version=0)


@dataclass(frozen=True, slots=True)
class TextState:
    """Where one text stands. `status` is the provider's as last seen, or `kept`: the AI version stays."""

    KEPT = "kept"

    number: int
    job: str = ""  # the provider's id; empty before it is known
    status: str = ""
    revisions: int = 0  # times that it was sent back
    reason: str = ""  # why the AI version stays

    def as_json(self) -> dict[str, Any]:
        least = {"number": self.number, "job": self.job, "status": self.status}
        return {**least, **({"revisions": self.revisions} if self.revisions else {}), **({"reason": self.reason} if self.reason else {})}


@dataclass(frozen=True, slots=True)
class ClaimedOrder:
    """An order that this process holds, with all that its work needs."""

    id: int
    fence: int
    attempt: int  # since something last went well, 1 at the first
    phase: Phase
    provider: str
    tier: str
    reference: str
    provider_order: str  # empty before it is known
    texts: tuple[TextState, ...]
    cost: Decimal | None
    currency: str
    run_after: datetime  # as it was when the order was claimed
    created_at: datetime
    sent_at: datetime | None  # when it was last sent, perhaps in vain
    given_up_at: datetime | None  # when the stage ended without it
    max_cost: Decimal | None  # USD
    step: ClaimedStep
    layers: Layers
    account: ReviewAccount | None
    loaded_at: datetime
    loaded_mark: float = field(default_factory=time.monotonic)

    @property
    def key(self) -> tuple[int, int]:
        return self.id, self.fence

    def clock(self) -> datetime:
        """The database's time, carried on by the monotonic clock: a working thread has no connection to ask."""
        return self.loaded_at + timedelta(seconds=time.monotonic() - self.loaded_mark)


@dataclass(frozen=True, slots=True)
class Ending:
    """How the stage ends by this order: completed with an output, or failed with a sentence."""

    status: WorkStatus
    output: str | None = None  # JSON
    detail: str = "{}"  # JSON
    error: str = ""


@dataclass(frozen=True, slots=True)
class OrderResult:
    """What one run came to; one call of `external.settle_order`. Without `look_again` the order is done: completed, or failed with `error`."""

    order: ClaimedOrder
    phase: Phase
    provider_order: str
    texts: tuple[TextState, ...]
    cost: Decimal | None
    currency: str
    look_again: timedelta | None = None
    went_well: bool = False  # the provider answered: attempts count anew
    was_sent: bool = False  # the order went out, perhaps in vain
    error: str = ""
    ending: Ending | None = None
    late_output: str | None = None

    @classmethod
    def of(cls, order: ClaimedOrder) -> "OrderResult":
        return cls(order, order.phase, order.provider_order, order.texts, order.cost, order.currency)

    @property
    def revisions(self) -> int:
        return sum(text.revisions for text in self.texts)

    def failed(self, error: str) -> "OrderResult":
        """The order is done, and the stage failed where it still waits. `error` is a sentence for the client."""
        return replace(self, look_again=None, error=error, ending=Ending(WorkStatus.FAILED, error=error))

    def as_failure(self, error: str) -> "OrderResult":
        """A failure that keeps nothing of what the run brought: any value of it may be the one that could not be stored."""
        return OrderResult.of(self.order).failed(error)


def load_orders(ids: Collection[int], *, now: datetime) -> list[ClaimedOrder]:
    """The orders just claimed, in id order; call in the claim's transaction. About a dozen queries, however many there are.

    An order whose stage does not wait any more is to be cancelled, whether its row says so yet or not.
    """
    rows = list(ExternalOrder.objects.filter(pk__in=ids, status=WorkStatus.RUNNING).order_by("id"))
    if not rows:
        return []
    steps = {step.id: step for step in load_claimed([row.step_id for row in rows], {}, now=now)}
    ended = dict(Step.objects.filter(pk__in=steps).exclude(status=WorkStatus.WAITING).values_list("pk", "completed_at"))
    layers = load_layers(list({step.group.engine_id for step in steps.values()}))
    accounts = load_review_accounts({row.organization_id for row in rows})
    return [
        _claimed(
            row,
            steps[row.step_id],
            given_up_at=(ended[row.step_id] or now) if row.step_id in ended else None,
            layers=layers.get(steps[row.step_id].group.engine_id, GONE),
            account=accounts.get((row.organization_id, row.provider)),
            now=now,
        )
        for row in rows
    ]


def _claimed(
    row: ExternalOrder, step: ClaimedStep, *, given_up_at: datetime | None, layers: Layers, account: ReviewAccount | None, now: datetime
) -> ClaimedOrder:
    limit = step.group.pipeline_config.get(StageId.HUMAN_EDIT, {}).get("maxCostUsd")
    return ClaimedOrder(
        id=row.pk,
        fence=row.fence,
        attempt=row.attempts,
        phase=Phase.CANCEL if given_up_at else Phase(row.phase),
        provider=row.provider,
        tier=row.tier,
        reference=row.reference,
        provider_order=row.provider_order,
        texts=_texts(row.texts),
        cost=row.cost,
        currency=row.currency,
        run_after=row.run_after,
        created_at=row.created_at,
        sent_at=row.sent_at,
        given_up_at=given_up_at,
        max_cost=None if limit is None else Decimal(str(limit)),
        step=step,
        layers=layers,
        account=account,
        loaded_at=now,
    )


def _texts(stored: Sequence[dict[str, Any]]) -> tuple[TextState, ...]:
    return tuple(TextState(**text) for text in stored)
