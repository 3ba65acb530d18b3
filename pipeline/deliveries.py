"""The webhook calls of one drain: slots of their own, few at once per endpoint, so that a slow receiver delays nobody else.

A delivery is claimed here from its table, or handed over by the settling that inserted it as already claimed. What an endpoint cannot take at once
waits in memory under its lease; what is too much even for that goes back to the table for a moment.
"""

import queue
import threading
from collections import Counter, deque
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from foundation.lease import WorkStatus, claim
from webhooks.models import Delivery
from webhooks.queries import Outgoing, load_claimed, prepare
from webhooks.services import send
from webhooks.transitions import Sent, release, settle

AT_ONCE = 8  # calls to one endpoint
PER_SLOT = 8  # deliveries in hand for each call that can be made: what waits in memory goes out without another look at the table
LATER = timedelta(seconds=0.5)  # shorter than a drain stays idle before it ends


class DeliveryDesk:
    """`slots` calls at once. Results arrive on `results` and come back through `settle`."""

    def __init__(self, slots: int, results: "queue.SimpleQueue[Any]") -> None:
        self._capacity = PER_SLOT * slots
        self._results = results
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="webhook")
        self._in_hand: dict[str, Outgoing] = {}
        self._lock = threading.Lock()  # of the two below, which the calling threads touch too
        self._calling: Counter[str] = Counter()
        self._waiting: dict[str, deque[Outgoing]] = {}

    @property
    def busy(self) -> int:
        return len(self._in_hand)

    @property
    def free(self) -> int:
        return self._capacity - len(self._in_hand)

    def held(self) -> Collection[tuple[str, int]]:
        return [(outgoing.delivery_id, outgoing.fence) for outgoing in list(self._in_hand.values())]

    def claim(self, now: datetime) -> int:
        """Claims due deliveries, at most half of the desk for one organization."""
        if self.free <= 0 or not Delivery.objects.filter(status=WorkStatus.READY, run_after__lte=now).exists():
            return 0
        with transaction.atomic():
            keys = claim(Delivery, limit=self.free, per_organization=self._capacity // 2, now=now, lease=settings.LEASE)
            claimed = load_claimed(keys, now)
        self._accept(claimed, now)
        return len(keys)

    def take(self, deliveries: Sequence[Delivery], now: datetime) -> None:
        """Takes over deliveries that were inserted as claimed."""
        if deliveries:
            self._accept(prepare(deliveries, now), now)

    def _accept(self, claimed: Iterable[Outgoing], now: datetime) -> None:
        too_many: list[Outgoing] = []
        with self._lock:
            for outgoing in claimed:
                key = outgoing.endpoint_key
                line = self._waiting.setdefault(key, deque())
                if self._calling[key] + len(line) >= self._capacity // 2:
                    too_many.append(outgoing)
                    continue
                self._in_hand[outgoing.delivery_id] = outgoing
                line.append(outgoing)
                if self._calling[key] < AT_ONCE:
                    self._calling[key] += 1
                    self._call_next(key)
        release([(outgoing.delivery_id, outgoing.fence) for outgoing in too_many], now=now, run_after=now + LATER)

    def _call(self, outgoing: Outgoing) -> None:
        """One call, and the next one to its endpoint after it: that does not wait for the settling thread, which may have much else to do."""
        try:
            self._results.put(send(outgoing))
        finally:
            with self._lock:
                self._call_next(outgoing.endpoint_key)

    def _call_next(self, endpoint_key: str) -> None:
        """Hands on a place among AT_ONCE, under the lock. The call goes to the end of the pool's queue, so that endpoints take turns."""
        line = self._waiting.get(endpoint_key)
        if line:
            self._threads.submit(self._call, line.popleft())
            return
        self._calling[endpoint_key] -= 1
        if not self._calling[endpoint_key]:
            self._waiting.pop(endpoint_key, None)
            del self._calling[endpoint_key]

    def settle(self, results: Sequence[Sent], *, now: datetime) -> None:
        """Writes what came of the calls."""
        if not results:
            return
        settle(results, now=now)
        for result in results:
            sent = result.outgoing
            if self._in_hand.get(sent.delivery_id) is sent:  # else its lease was lost, and it may be in hand again under another
                del self._in_hand[sent.delivery_id]

    def give_back(self, *, now: datetime) -> None:
        """Returns what is still in hand to the table."""
        with self._lock:
            self._waiting.clear()
        release(self.held(), now=now, run_after=now)
        self._in_hand.clear()

    def close(self) -> None:
        with self._lock:
            self._waiting.clear()  # the pool takes nothing more
        self._threads.shutdown(wait=False, cancel_futures=True)
