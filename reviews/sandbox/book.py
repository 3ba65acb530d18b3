"""The sandbox's orders and jobs, in memory, and what may be done with them. Raises ProtocolError as the provider would answer.

Every method takes the lock; what is returned is for reading.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

DUPLICATES_SECONDS = 300.0
STATUSES = ("queued", "available", "pending", "reviewable", "approved", "revising", "hold", "canceled", "rejected")


class ProtocolError(Exception):
    """What the provider answers instead."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class Account:
    """The one account, and what the provider does for it."""

    public_key: str = "sandbox-public"
    private_key: str = "sandbox-private"
    price: Decimal = Decimal("0.05")  # a word
    currency: str = "USD"
    credit: Decimal = Decimal(1_000_000)
    unserved: frozenset[str] = frozenset()  # target languages
    queued_reads: int = 0  # reads of an order before its jobs have ids


@dataclass(slots=True)
class Job:
    id: str
    order_id: str
    fields: Mapping[str, Any]  # as they were sent
    words: int
    created: int  # unix seconds
    status: str = "queued"
    text: str = ""
    remarks: list[str] = field(default_factory=list)  # why it was sent back

    def as_json(self) -> dict[str, Any]:
        shown = {"body_tgt": self.text} if self.status in ("reviewable", "approved") else {}
        return {
            "job_id": self.id,
            "order_id": self.order_id,
            **{name: self.fields.get(name) for name in ("body_src", "slug", "lc_src", "lc_tgt", "tier", "custom_data", "callback_url")},
            **shown,
            "unit_count": self.words,
            "credits": str(self.fields["credits"]),
            "currency": self.fields["currency"],
            "status": self.status,
            "eta": 3600,
            "ctime": self.created,
        }


@dataclass(slots=True)
class Order:
    id: str
    reference: str
    jobs: list[Job]
    reads_left: int


class Book:
    """`tell` is called with each job whose status has changed."""

    def __init__(self, account: Account | None = None, tell: Callable[[Job], None] = lambda job: None) -> None:
        self.account = account or Account()
        self.calls: Counter[str] = Counter()  # by method and kind of path
        self.orders: dict[str, Order] = {}
        self.jobs: dict[str, Job] = {}
        self.tell = tell
        self._lock = threading.RLock()
        self._numbers = count(1001)
        self._recent: dict[tuple[str, ...], float] = {}

    # ---- what the API offers

    def count_call(self, name: str) -> None:
        with self._lock:
            self.calls[name] += 1

    def quote(self, jobs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        with self._lock:
            return {
                key: {"unit_count": self._words(job), "credits": str(self._cost(job)), "currency": self.account.currency} for key, job in jobs.items()
            }

    def create(self, jobs: Mapping[str, Mapping[str, Any]], reference: str) -> Order:
        """Raises ProtocolError for what the account may not order, and for a repeat of the same texts within five minutes that is not forced."""
        with self._lock:
            ordered = sorted(jobs.values(), key=lambda job: int(job.get("position", 0)))
            cost = sum((self._cost(job) for job in ordered), Decimal(0))
            if cost > self.account.credit:
                raise ProtocolError(2700, "not enough credits")
            self._refuse_repeat(ordered)
            self.account.credit -= cost
            order = Order(str(next(self._numbers)), reference, [], self.account.queued_reads)
            order.jobs = [self._new_job(order.id, job) for job in ordered]
            self.orders[order.id] = order
            self._release(order)
            return order

    def read_order(self, order_id: str) -> Order:
        with self._lock:
            order: Order = self._find(self.orders, order_id)
            self._release(order)
            return order

    def read_jobs(self, ids: Sequence[str]) -> list[Job]:
        with self._lock:
            return [self._find(self.jobs, key) for key in ids]

    def newest(self, *, status: str, after: int, limit: int) -> list[Job]:
        with self._lock:
            found = [job for job in self.jobs.values() if job.created >= after and status in ("", job.status) and job.status != "queued"]
            return sorted(found, key=lambda job: int(job.id), reverse=True)[: min(limit, 200)]

    def act(self, job_id: str, action: Mapping[str, Any]) -> None:
        """`approve`, `revise` and `reject` of what is reviewable."""
        with self._lock:
            job = self._find(self.jobs, job_id)
            kind = action.get("action")
            if kind not in ("approve", "revise", "reject"):
                raise ProtocolError(2650, "unknown action")
            if job.status != "reviewable":
                raise ProtocolError(2250, "job is not reviewable")
            if kind != "approve":
                job.remarks.append(str(action.get("comment", "")))
            self._move(job, {"approve": "approved", "revise": "revising", "reject": "rejected"}[kind])

    def cancel(self, job_id: str) -> None:
        with self._lock:
            job = self._find(self.jobs, job_id)
            if job.status != "available":
                raise ProtocolError(2252, "job cannot be canceled")
            self._move(job, "canceled")

    # ---- what a translator does

    def take(self, job_id: str) -> None:
        self._work(job_id, "pending", of=("available",))

    def submit(self, job_id: str, text: str) -> None:
        with self._lock:
            self._work(job_id, "reviewable", of=("available", "pending", "revising"), text=text)

    def put_back(self, job_id: str, status: str) -> None:
        """The provider itself cancels or rejects."""
        self._work(job_id, status, of=("available", "pending", "reviewable", "revising", "hold"))

    def _work(self, job_id: str, status: str, *, of: Sequence[str], text: str | None = None) -> None:
        with self._lock:
            job = self._find(self.jobs, job_id)
            if job.status not in of:
                raise ProtocolError(2650, f"job is {job.status}")
            if text is not None:
                job.text = text
            self._move(job, status)

    # ----

    def _move(self, job: Job, status: str) -> None:
        job.status = status
        self.tell(job)

    def _release(self, order: Order) -> None:
        """Jobs leave the queue after so many reads."""
        if order.reads_left > 0:
            order.reads_left -= 1
            return
        for job in order.jobs:
            if job.status == "queued":
                self._move(job, "available")

    def _new_job(self, order_id: str, fields: Mapping[str, Any]) -> Job:
        priced = {**fields, "credits": self._cost(fields), "currency": self.account.currency}
        job = Job(str(next(self._numbers)), order_id, priced, self._words(fields), int(time.time()))
        self.jobs[job.id] = job
        return job

    def _refuse_repeat(self, jobs: Sequence[Mapping[str, Any]]) -> None:
        now = time.monotonic()
        keys = [tuple(str(job.get(name)) for name in ("body_src", "lc_src", "lc_tgt", "tier", "slug", "custom_data")) for job in jobs]
        for key, job in zip(keys, jobs, strict=True):
            if now - self._recent.get(key, -DUPLICATES_SECONDS) < DUPLICATES_SECONDS and not int(job.get("force", 0)):
                raise ProtocolError(1754, "duplicate job")
        self._recent.update(dict.fromkeys(keys, now))

    def _cost(self, job: Mapping[str, Any]) -> Decimal:
        return self._words(job) * self.account.price

    def _words(self, job: Mapping[str, Any]) -> int:
        """What is in triple brackets does not count. Raises ProtocolError for a pair or tier that is not served."""
        if job.get("tier") not in ("standard", "pro"):
            raise ProtocolError(1304, "unknown tier")
        if job.get("lc_tgt") in self.account.unserved or job.get("lc_src") == job.get("lc_tgt"):
            raise ProtocolError(1551, "language pair is not supported")
        text = str(job.get("body_src", ""))
        while "[[[" in text and "]]]" in text.partition("[[[")[2]:
            before, _, rest = text.partition("[[[")
            text = f"{before} {rest.partition(']]]')[2]}"
        return len(text.split())

    def _find(self, rows: Mapping[str, Any], key: str) -> Any:
        if key not in rows:
            raise ProtocolError(2650, "not found")
        return rows[key]
