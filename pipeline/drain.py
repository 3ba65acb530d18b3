"""One drain: claims due work, runs it on threads, settles what comes back, until nothing is left or it is told to stop.

    claim ─► stage threads (model calls on the process's loop) ─► outcomes ─► one settling thread, up to 50 in a transaction

The thread that calls `run` is the only one that claims and settles: on SQLite it is the process's only writer but for the heartbeat. No thread holds
a connection across a stage. Everything a kill leaves behind is a lease that runs out.
"""

import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from engines import memory
from engines.layers import Layers
from engines.memory import NewEntry
from engines.model_loop import Cancellation
from foundation.clock import database_now
from foundation.lease import Lease
from localization import drains
from localization.models import Drain as DrainRow
from localization.models import JobGroup, Step
from localization.outcomes import ClaimedStep, Outcome
from localization.recorder import DeliverySlots
from localization.transitions import release_steps, settle_steps, start_steps
from pipeline.budgets import hold_back
from pipeline.deliveries import DeliveryDesk
from pipeline.due import is_step_due, is_work_due
from pipeline.executor import GroupContent, run_step
from pipeline.heartbeat import Heartbeat
from pipeline.layers_cache import LayersCache
from pipeline.orders import OrderDesk
from reviews.external_orders import OrderResult
from reviews.models import ExternalOrder
from webhooks.models import Delivery
from webhooks.transitions import Sent

log = structlog.get_logger(__name__)

BATCH = 50  # outcomes settled in one transaction
LEARNED = 5000  # entries of the memory that may wait for a quiet moment
TURN_SECONDS = 0.1  # between two looks for work while slots are free
IDLE_SECONDS = 1.0  # without work before a drain ends
GRACE_SECONDS = 10.0  # for what runs, after a stop is asked for
TROUBLE_SECONDS = 1.0  # between two tries while the database is away
OVERCLAIM = 1.15  # steps per slot: settling and claiming never leave the model idle, since a slot counts a model call


class Drain:
    """`stop` is asked each turn. `run` returns True where work remains for a successor."""

    def __init__(self, *, stop: Callable[[], bool], slots: int, delivery_slots: int, suspects: bool = False) -> None:
        self.slots = slots
        self.capacity = 1 if suspects else max(slots + 1, int(slots * OVERCLAIM))
        self.suspects = suspects
        self.running: dict[int, ClaimedStep] = {}
        self._cancellations: dict[tuple[int, int], Cancellation] = {}  # by claim, until its stage has ended
        self.outcomes: queue.SimpleQueue[Outcome | Sent | OrderResult] = queue.SimpleQueue()
        self.desk = DeliveryDesk(delivery_slots, self.outcomes)
        self.orders = OrderDesk(self.outcomes)
        self._stop = stop
        self._learned: list[NewEntry] = []
        self._groups: dict[str, JobGroup] = {}
        self._contents: dict[str, GroupContent] = {}
        self._layers = LayersCache()
        self._threads = ThreadPoolExecutor(self.capacity, thread_name_prefix="stage")

    def run(self, *, budget: timedelta) -> bool:
        """Works until nothing is due for IDLE_SECONDS, the budget is spent, or a stop is asked for."""
        row = drains.register(host=socket.gethostname(), pid=os.getpid(), slots=self.slots, now=database_now())
        heartbeat = Heartbeat(row, self._held, self._drop)
        heartbeat.start()
        try:
            self._work(row, heartbeat, until=time.monotonic() + budget.total_seconds())
        finally:
            heartbeat.stop()
            self._give_back()
            drains.unregister(row)
        return is_work_due(now=database_now())

    def _work(self, row: DrainRow, heartbeat: Heartbeat, *, until: float) -> None:
        quiet_since = time.monotonic()
        while True:
            settled = self._settle()
            moment = time.monotonic()
            is_ending = self._stop() or moment > until
            claimed = 0 if is_ending else self._claim()
            heartbeat.used = min(len(self.running), self.slots)
            if settled or claimed or self._is_busy:
                quiet_since = moment
            if is_ending:
                self._wind_down()
                return
            if moment - quiet_since > IDLE_SECONDS and not self._goes_on(row):
                return

    @property
    def _is_busy(self) -> bool:
        return bool(self.running or self.desk.busy or self.orders.busy)

    def _goes_on(self, row: DrainRow) -> bool:
        """Unregisters, then looks once more: a wake-up that saw this drain's row and went home must not be the last word."""
        drains.unregister(row)
        if self.suspects or not is_work_due(now=database_now()):
            return False
        drains.register_again(row, now=database_now())
        return True

    # ---- claiming

    def _claim(self) -> int:
        try:
            return self._claim_steps() + (0 if self.suspects else self.desk.claim(database_now()) + self.orders.claim(database_now()))
        except (OperationalError, InterfaceError) as exc:
            self._in_trouble(exc)
            return 0

    def _claim_steps(self) -> int:
        free = self.capacity - len(self.running)
        if free <= 0:
            return 0
        now = database_now()
        # A plain read first: an idle look must not take SQLite's write lock.
        if not is_step_due(now=now, suspects=self.suspects):
            return 0
        self._forget_groups()
        # One transaction for all that a stage needs: what is claimed can be run, or was not claimed.
        with transaction.atomic():
            steps = start_steps(
                limit=free,
                per_organization=settings.ORGANIZATION_STEPS,
                lease=settings.LEASE,
                now=now,
                groups=self._groups,
                suspects=self.suspects,
            )
            layers = self._layers.load({step.group.engine_id for step in steps})
            held = {outcome.step.id: outcome for outcome in hold_back(steps, now=now)} if steps else {}
        for step in steps:
            self.running[step.id] = step
            if step.id in held:
                self.outcomes.put(held[step.id])
                continue
            self._cancellations[step.key] = Cancellation()
            content = self._contents.setdefault(step.group.id, GroupContent(step.group))
            self._threads.submit(self._run, step, content, layers[step.group.engine_id], now)
        return len(steps)

    def _run(self, step: ClaimedStep, content: GroupContent, layers: Layers, now: datetime) -> None:
        try:
            self.outcomes.put(run_step(step, content, layers, now=now, cancellation=self._cancellations[step.key]))
        finally:
            self._cancellations.pop(step.key, None)

    def _forget_groups(self) -> None:
        """Keeps in memory only the payloads of what runs."""
        live = {step.group.id for step in self.running.values()}
        for group_id in self._groups.keys() - live:
            del self._groups[group_id]
            self._contents.pop(group_id, None)

    # ---- settling

    def _settle(self) -> int:
        """Settles what has come back, waiting up to one turn for the first."""
        results = self._collect()
        if self._learned and (not results or len(self._learned) > LEARNED):
            self._remember()
        if not results:
            return 0
        outcomes = [result for result in results if isinstance(result, Outcome) and self.running.get(result.step.id) is result.step]
        try:
            if outcomes:
                self._settle_steps(outcomes)
            self.desk.settle([result for result in results if isinstance(result, Sent)], now=database_now())
            self.orders.settle([result for result in results if isinstance(result, OrderResult)], now=database_now())
        except (OperationalError, InterfaceError) as exc:
            self._in_trouble(exc)
            for result in results:
                self.outcomes.put(result)
            return 0
        return len(results)

    def _collect(self) -> list[Outcome | Sent | OrderResult]:
        results: list[Outcome | Sent | OrderResult] = []
        try:
            results.append(self.outcomes.get(timeout=TURN_SECONDS))
            while len(results) < BATCH:
                results.append(self.outcomes.get_nowait())
        except queue.Empty:
            pass
        return results

    def _settle_steps(self, outcomes: Sequence[Outcome]) -> None:
        """In one transaction; where a value is refused or a wait cannot be opened, one by one, and the one at fault fails."""
        now = database_now()
        try:
            settled = settle_steps(outcomes, now=now, slots=DeliverySlots(free=self.desk.free, lease=settings.LEASE))
        except (OperationalError, InterfaceError):
            raise
        except Exception as exc:
            if len(outcomes) > 1:
                for outcome in outcomes:
                    self._settle_steps([outcome])
                return
            # Without the exception's text: PostgreSQL's holds the row, and with it the payload.
            log.error("outcome_refused", job=outcomes[0].step.job_id, stage=outcomes[0].step.stage, error=type(exc).__name__)
            settled = settle_steps([outcomes[0].as_failure("The result could not be stored.")], now=now)
        for outcome in outcomes:
            self.running.pop(outcome.step.id, None)
        self.desk.take(settled.deliveries, now)
        self._learned += [entry for outcome in outcomes if outcome.step.id in settled.steps for entry in outcome.learned]

    def _remember(self) -> None:
        """Writes what was learned, when no result waits: a memory that misses an entry costs a call, no more."""
        entries, self._learned = self._learned, []
        try:
            memory.remember(entries, database_now())
        except DatabaseError as exc:
            log.warning("memory_not_written", entries=len(entries), error=type(exc).__name__)

    def _in_trouble(self, exc: Exception) -> None:
        """The database is away: nothing is lost, what runs is kept and tried again."""
        log.warning("database_away", error=type(exc).__name__)
        connection.close()
        threading.Event().wait(TROUBLE_SECONDS)

    # ---- holding and ending

    def _held(self) -> dict[type[Lease], Collection[tuple[Any, int]]]:
        return {Step: [step.key for step in list(self.running.values())], Delivery: self.desk.held(), ExternalOrder: self.orders.held()}

    def _drop(self, model: type[Lease], claims: set[tuple[Any, int]]) -> None:
        """Their leases were given to others: what they bring is not to be settled. Steps settled, and claimed anew, in the meantime are not meant."""
        if model is Step:
            claims = {claim for claim in claims if (step := self.running.get(claim[0])) and step.key == claim}
            for claim in claims:
                self.running.pop(claim[0], None)
                self._cancel(claim)
        if claims:
            log.warning("lease_lost", rows=len(claims), kind=model.__name__)

    def _cancel(self, claim: tuple[int, int]) -> None:
        """Ends the model calls of a stage whose outcome nobody waits for."""
        cancellation = self._cancellations.get(claim)
        if cancellation is not None:
            cancellation.cancel()

    def _wind_down(self) -> None:
        """Lets what runs finish: to its end where only the budget is spent, for a while where a stop was asked for."""
        until: float | None = None
        while self._is_busy:
            if until is None and self._stop():
                until = time.monotonic() + GRACE_SECONDS
            if until is not None and time.monotonic() > until:
                return
            self._settle()

    def _give_back(self) -> None:
        try:
            release_steps(list(self.running.values()), now=database_now())
            self.desk.give_back(now=database_now())
            self.orders.give_back(now=database_now())
        except (OperationalError, InterfaceError) as exc:
            log.warning("leases_left_to_expire", error=type(exc).__name__)
        if self._learned:
            self._remember()
        self.running.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for claim in list(self._cancellations):
            self._cancel(claim)
        self.desk.close()
        self.orders.close()
        connection.close()
