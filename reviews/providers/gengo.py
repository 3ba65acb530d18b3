"""Gengo's v2 protocol: professional translation in the tiers `standard` and `pro`.

One job of the provider for each text, grouped in one order. An answer to a new order has no job ids: they come once its queue is empty. Our reference
stands in `reference_id` and in each job's `custom_data`, so that an order can be found again and each job knows its text.

What the protocol sells is the translation of `body_src`, not the editing of a draft: the draft goes into the comment.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs

from engines.locales import shares_script
from engines.review_accounts import ReviewAccount
from reviews.providers.base import Callback, JobStatus, NewOrder, OrderView, ProviderJob, Quote, Refused, Text, Unavailable
from reviews.providers.brackets import wrap
from reviews.providers.gengo_calls import Calls

STATUSES = {
    "queued": JobStatus.QUEUED,
    "available": JobStatus.AVAILABLE,
    "pending": JobStatus.WORKING,
    "reviewable": JobStatus.REVIEWABLE,
    "approved": JobStatus.APPROVED,
    "revising": JobStatus.WORKING,
    "hold": JobStatus.WORKING,
    "canceled": JobStatus.CANCELED,
    "rejected": JobStatus.REJECTED,
}
SPELLINGS = {"cancelled": "canceled", "held": "hold"}
READABLE = (JobStatus.REVIEWABLE, JobStatus.APPROVED)
LISTED_AT_ONCE = 200
FETCHED_AT_ONCE = 40  # jobs in one answer, which must fit in memory
CLOCKS = timedelta(minutes=10)  # that the provider's clock may be behind ours
SLUG_LENGTH = 100
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CURRENCY = re.compile(r"[A-Z]{3}")


class Gengo:
    """The provider for one account. Its methods are those of `ReviewProvider`."""

    def __init__(self, account: ReviewAccount) -> None:
        self._calls = Calls(account)
        self._pairs: dict[tuple[str, str, str], tuple[str, str]] = {}

    def quote(self, order: NewOrder) -> Quote:
        answer = self._calls.post("translate/service/quote", {"jobs": self._jobs(order, for_quote=True)})
        jobs = list(answer["jobs"].values()) if isinstance(answer, dict) and isinstance(answer.get("jobs"), dict) else []
        currencies = {str(job.get("currency")) for job in jobs if isinstance(job, dict)}
        if len(jobs) != len(order.texts) or len(currencies) != 1 or not _CURRENCY.fullmatch(min(currencies)):
            raise Unavailable("The review provider's quote cannot be read.")
        return Quote(_money(sum(_money(job.get("credits")) for job in jobs)), currencies.pop())

    def submit(self, order: NewOrder) -> str:
        body = {"jobs": self._jobs(order), "as_group": 1, "reference_id": order.mark}
        answer = self._calls.post("translate/jobs", body, is_repeatable=False)
        order_id = _id(answer.get("order_id")) if isinstance(answer, dict) else None
        if order_id is None:
            raise Unavailable("The review provider's answer names no order.", is_in_doubt=True)
        return order_id

    def find(self, reference: str, *, since: datetime) -> str | None:
        """Among the newest jobs, or where there are more, among the newest of each status. Raises Unavailable where there are more of those, too."""
        after = int((since - CLOCKS).timestamp())
        order_id, is_all = self._search(reference, timestamp_after=after)
        if order_id or is_all:
            return order_id
        searched_all = True
        for status in STATUSES:
            order_id, is_all = self._search(reference, timestamp_after=after, status=status)
            if order_id:
                return order_id
            searched_all = searched_all and is_all
        if not searched_all:
            raise Unavailable("The review provider has too many jobs to tell whether it has the order.")
        return None

    def _search(self, reference: str, **query: str | int) -> tuple[str | None, bool]:
        """The order's id, where one of the jobs listed is of our reference; and whether the list has all jobs there are."""
        listed = _list(self._calls.get("translate/jobs", count=LISTED_AT_ONCE, **query))
        for job in self._read_jobs([job_id for entry in listed if (job_id := _id(entry.get("job_id")))]):
            if _reference(job)[0] == reference and (order_id := _id(job.get("order_id"))):
                return order_id, True
        return None, len(listed) < LISTED_AT_ONCE

    def fetch(self, order_id: str, reference: str, known: Collection[str] = ()) -> OrderView:
        answer = self._calls.get(f"translate/order/{order_id}")
        order = answer.get("order") if isinstance(answer, dict) else None
        if not isinstance(order, dict):
            raise Unavailable("The review provider's order cannot be read.")
        lists = (value for key, value in order.items() if key.startswith("jobs_") and isinstance(value, list))
        ids = dict.fromkeys([*known, *(job for listed in lists for entry in listed if (job := _id(entry)))])
        return OrderView(_count(order.get("jobs_queued")), self._view(self._read_jobs(list(ids)), reference, set(known)))

    def _view(self, jobs: Iterable[Mapping[str, Any]], reference: str, known: Collection[str]) -> Sequence[ProviderJob]:
        """One job for each text: where two claim it, the one that was known before."""
        found: dict[int, ProviderJob] = {}
        for job in jobs:
            (own, number), job_id, status = _reference(job), _id(job.get("job_id")), _status(job.get("status"))
            if own != reference or job_id is None or (number in found and job_id not in known):
                continue
            text = job.get("body_tgt") if status in READABLE else None
            found[number] = ProviderJob(job_id, number, status, text if isinstance(text, str) else None)
        return [found[number] for number in sorted(found)]

    def approve(self, job_id: str) -> None:
        self._calls.put(f"translate/job/{job_id}", {"action": "approve"})

    def revise(self, job_id: str, comment: str) -> None:
        self._calls.put(f"translate/job/{job_id}", {"action": "revise", "comment": comment})

    def cancel(self, job_id: str) -> None:
        self._calls.delete(f"translate/job/{job_id}")

    def parse_callback(self, body: bytes) -> Callback | None:
        return parse_callback(body)

    def _jobs(self, order: NewOrder, *, for_quote: bool = False) -> dict[str, Any]:
        source, target = self._pair(order)
        base: dict[str, Any] = {"type": "text", "lc_src": source, "lc_tgt": target, "tier": order.tier}
        if for_quote:
            return {f"job_{text.number}": {**base, "body_src": wrap(text.source)} for text in order.texts}
        base |= {"auto_approve": 0, "force": int(order.is_forced), "callback_url": order.callback_url}
        return {f"job_{text.number}": {**base, **_content(order, text, position)} for position, text in enumerate(order.texts, start=1)}

    def _pair(self, order: NewOrder) -> tuple[str, str]:
        """The provider's own codes for the two locales. Raises Refused where it does not serve the pair."""
        key = (order.source_locale, order.target_locale, order.tier)
        if key not in self._pairs:
            served = _list(self._calls.get("translate/service/language_pairs"))
            codes = {(str(pair.get("lc_src")), str(pair.get("lc_tgt"))) for pair in served if pair.get("tier") == order.tier}
            wanted = [(source, target) for source in _codes(order.source_locale) for target in _codes(order.target_locale)]
            fitting = [pair for pair in wanted if pair in codes]
            if not fitting:
                raise Refused(f"The review provider does not translate {order.source_locale} to {order.target_locale} in the tier {order.tier}.")
            self._pairs[key] = fitting[0]
        return self._pairs[key]

    def _read_jobs(self, ids: Sequence[str]) -> Iterable[Mapping[str, Any]]:
        for start in range(0, len(ids), FETCHED_AT_ONCE):
            answer = self._calls.get(f"translate/jobs/{','.join(ids[start : start + FETCHED_AT_ONCE])}")
            yield from _list(answer.get("jobs") if isinstance(answer, dict) else None)


def parse_callback(body: bytes) -> Callback | None:
    """The form field `job` of a callback; None for comments and for anything that is no form of that kind."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=10)
        job = json.loads(fields["job"][0])
    except (KeyError, ValueError, RecursionError):
        return None
    if not isinstance(job, dict) or (job_id := _id(job.get("job_id"))) is None:
        return None
    return Callback(job_id, str(job.get("status"))[:20])


def _content(order: NewOrder, text: Text, position: int) -> dict[str, Any]:
    return {
        "slug": text.path[:SLUG_LENGTH],
        "body_src": wrap(text.source),
        "comment": text.comment,
        "custom_data": json.dumps({"reference": order.mark, "number": text.number}),
        "position": position,
    }


def _codes(locale: str) -> list[str]:
    """What the provider may call a locale, the best first: `pt-br` before `pt`; never a code of another script."""
    parts = locale.lower().split("-")
    short = [parts[0]] if shares_script(parts[0], locale) else []
    if parts[0] == "zh":
        traditional = not short
        short = ["zh-tw"] if traditional else ["zh"]
    region = [f"{parts[0]}-{part}" for part in parts[1:] if len(part) == 2 and shares_script(f"{parts[0]}-{part.upper()}", locale)]
    return list(dict.fromkeys([locale.lower(), *region, *short]))


def _reference(job: Mapping[str, Any]) -> tuple[str, int]:
    """Our reference, without its signature (the key it was made with may have changed), and the text's number."""
    try:
        data = json.loads(str(job.get("custom_data")))
        return str(data["reference"]).rpartition(":")[0], int(data["number"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return "", 0


def _status(value: object) -> JobStatus:
    """An unknown one is somebody working: nothing is done about it, and the stage's time ends."""
    text = str(value)
    return STATUSES.get(SPELLINGS.get(text, text), JobStatus.WORKING)


def _id(value: object) -> str | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) else None


def _list(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise Unavailable("The review provider's answer cannot be read.")
    return [entry for entry in value if isinstance(entry, dict)]


def _count(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or len(text) > 9:
        raise Unavailable("The review provider's order cannot be read.")
    return int(text)


def _money(value: object) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount < 10**8:
        raise Unavailable("The review provider's quote cannot be read.")
    return amount
