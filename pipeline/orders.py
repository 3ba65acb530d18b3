"""The external orders of one drain: few at once, on threads of their own, so that a slow provider delays neither steps nor webhooks.

An order whose process died several times is worked on alone, so that it takes no other with it; `reviews.external` fails it when that dies too.
"""

import queue
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from foundation.lease import SUSPECT_CRASHES, WorkStatus, claim
from reviews.external import release_orders, settle_order
from reviews.external_orders import ClaimedOrder, OrderResult, load_orders
from reviews.external_work import work_order
from reviews.models import ExternalOrder

ORDER_SLOTS = 4  # orders worked on at once in one process
UNSTORABLE = "The result could not be stored."

log = structlog.get_logger(__name__)


class OrderDesk:
    """`slots` orders at once, half of them of one organization. Results arrive on `results` and come back through `settle`."""

    def __init__(self, results: "queue.SimpleQueue[Any]", slots: int = ORDER_SLOTS) -> None:
        self._slots = slots
        self._results = results
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="order")
        self._in_hand: dict[int, ClaimedOrder] = {}
        self._is_alone = False  # what is in hand is a suspect

    @property
    def busy(self) -> int:
        return len(self._in_hand)

    def held(self) -> Collection[tuple[int, int]]:
        return [order.key for order in list(self._in_hand.values())]

    def claim(self, now: datetime) -> int:
        """Claims due orders, a suspect only when nothing else is in hand."""
        free = 0 if self._is_alone else self._slots - self.busy
        due = ExternalOrder.objects.filter(status=WorkStatus.READY, run_after__lte=now)
        if free <= 0 or not due.exists():
            return 0
        if due.filter(crashes__gte=SUSPECT_CRASHES).exists():
            return self._claim(1, now, suspects=True) if not self.busy else 0
        return self._claim(free, now)

    def _claim(self, limit: int, now: datetime, *, suspects: bool = False) -> int:
        with transaction.atomic():
            share = max(1, self._slots // 2)
            keys = claim(ExternalOrder, limit=limit, per_organization=share, now=now, lease=settings.LEASE, suspects=suspects)
            claimed = load_orders(keys, now=now)
        self._is_alone = suspects and bool(claimed)
        for order in claimed:
            self._in_hand[order.id] = order
            self._threads.submit(self._work, order)
        return len(claimed)

    def _work(self, order: ClaimedOrder) -> None:
        self._results.put(work_order(order))

    def settle(self, results: Sequence[OrderResult], *, now: datetime) -> None:
        """Writes what came of the orders, each in a transaction of its own."""
        for result in results:
            try:
                settle_order(result, now=now)
            except (OperationalError, InterfaceError):
                raise
            except Exception as exc:
                # Without the exception's text: PostgreSQL's holds the row, and with it the payload.
                log.error("order_result_refused", order=result.order.id, error=type(exc).__name__)
                settle_order(result.as_failure(UNSTORABLE), now=now)
            if self._in_hand.get(result.order.id) is result.order:  # else its lease was lost, and it may be in hand again under another
                del self._in_hand[result.order.id]
        self._is_alone = self._is_alone and bool(self._in_hand)

    def give_back(self, *, now: datetime) -> None:
        """Returns what is still in hand to the table."""
        release_orders(self.held(), now=now)
        self._in_hand.clear()
        self._is_alone = False

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
