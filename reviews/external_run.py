"""One run of work on an external order: where its texts stand, and the ways in which a run can end. `external_work` decides which."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from foundation.customer_json import Number, dump
from foundation.lease import WorkStatus
from reviews.external_orders import ClaimedOrder, Ending, OrderResult, Phase, TextState
from reviews.external_texts import OrderTexts
from reviews.providers.base import OrderView, Quote, ReviewProvider

SOON = timedelta(seconds=2)
SWEEP = timedelta(minutes=15)  # between two looks, to twice that
WORK = timedelta(minutes=4)  # of one run; then the order goes to the end of the queue


class Run:
    """`states` holds where each text stands, by number. What was quoted or found on the way goes into the result, however the run ends."""

    def __init__(self, order: ClaimedOrder, provider: ReviewProvider) -> None:
        self.order = order
        self.provider = provider
        self.texts = OrderTexts(order)
        self.states = {text.number: text for text in order.texts}
        self.provider_order = order.provider_order
        self.quote: Quote | None = None
        self._until = order.clock() + WORK

    @property
    def is_over(self) -> bool:
        """Whether the run has had its time."""
        return self.order.clock() > self._until

    def look(self) -> OrderView:
        """The order as the provider sees it; the states follow it. A text that keeps the AI version keeps it."""
        view = self.provider.fetch(self.provider_order, self.order.reference, [state.job for state in self.states.values() if state.job])
        jobs = [job for job in view.jobs if job.number in self.texts.segments]
        for number in self.texts.segments:
            self.states.setdefault(number, TextState(number))
        for job in jobs:
            state = self.states[job.number]
            if state.status != TextState.KEPT:
                self.states[job.number] = replace(state, job=job.id, status=job.status)
        return replace(view, jobs=jobs)

    def keep(self, number: int, reason: str) -> None:
        """The AI version of this text stays."""
        self.states[number] = replace(self.states[number], status=TextState.KEPT, reason=reason)

    def is_kept(self, number: int) -> bool:
        return self.states[number].status == TextState.KEPT

    # ---- how a run ends

    def again(self, after: timedelta, *, phase: Phase | None = None, was_sent: bool = False) -> OrderResult:
        """The provider answered, and there is more to come."""
        return replace(self._result(), phase=phase or self.order.phase, look_again=after, went_well=True, was_sent=was_sent)

    def in_doubt(self, reason: str) -> OrderResult:
        """The order went out, perhaps in vain: the next attempt asks first whether the provider has it."""
        return replace(self._result(), look_again=retry_delay(self.order.attempt), was_sent=True, error=reason)

    def postponed(self, reason: str, *, retry_after: float | None = None) -> OrderResult:
        """The provider did not answer as it should."""
        wait = max(retry_delay(self.order.attempt), timedelta(seconds=min(retry_after or 0, 86_400)))
        return replace(self._result(), look_again=min(wait, 2 * SWEEP), error=reason)

    def completed(self, texts: Mapping[int, str]) -> OrderResult:
        """The stage's output: the AI version with these texts of people."""
        ending = Ending(WorkStatus.COMPLETED, output=self.texts.output(texts), detail=self._detail(self.texts.count_changed(texts)))
        return replace(self._result(), went_well=True, ending=ending)

    def failed(self, reason: str) -> OrderResult:
        """The stage fails with the sentence, and the AI version stands."""
        ending = Ending(WorkStatus.FAILED, error=reason, detail=self._detail(0))
        return replace(self._result(), error=reason, ending=ending)

    def closed(self, late_texts: Mapping[int, str] | None = None) -> OrderResult:
        """Nothing is left to do after the stage ended. What people wrote is kept apart."""
        return replace(self._result(), went_well=True, late_output=self.texts.output(late_texts) if late_texts else None)

    def _result(self) -> OrderResult:
        cost, currency = (self.quote.cost, self.quote.currency) if self.quote else (self.order.cost, self.order.currency)
        texts = tuple(self.states[number] for number in sorted(self.states))
        return replace(OrderResult.of(self.order), provider_order=self.provider_order, texts=texts, cost=cost, currency=currency)

    def _detail(self, changed: int) -> str:
        """Of the step: what was ordered and what came of it. `warnings` names the texts that keep the AI version, and why."""
        result = self._result()
        warnings = [{"path": self.texts.path(state.number), "message": state.reason} for state in result.texts if state.status == TextState.KEPT]
        detail: dict[str, Any] = {
            "mode": "external",
            "provider": self.order.provider,
            "tier": self.order.tier,
            "cost": None if result.cost is None else Number(spell(result.cost)),
            "currency": result.currency or None,
            "orderId": self.provider_order or None,
            "revisions": result.revisions,
            "changed": changed,
            **({"warnings": warnings} if warnings else {}),
        }
        return dump(detail)


def retry_delay(attempt: int) -> timedelta:
    """2 s, 4 s, 8 s … up to 15 min, each spread over ±20 % so that what failed together does not return together."""
    longest: timedelta = min(SOON * 2 ** min(attempt - 1, 20), SWEEP)
    return longest * random.uniform(0.8, 1.2)


def sweep_delay() -> timedelta:
    """15 to 30 minutes."""
    return SWEEP * random.uniform(1, 2)


def spell(amount: Decimal) -> str:
    """At least two decimals, no trailing zeros after them."""
    text = format(amount.quantize(Decimal("0.0001")), "f")
    return text[:-2] if text.endswith("00") else text
