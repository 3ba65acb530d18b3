"""The calls of the protocol, as the sandbox answers them: `answer` takes a request and gives the envelope."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from reviews.sandbox.book import STATUSES, Book, Order, ProtocolError

_LOCALES = "en de fr es es-la it pt pt-br nl pl sv da fi nb cs sk hu ro bg el tr ru uk ar he hi ja ko zh zh-tw th vi id"
LOCALES = tuple(_LOCALES.split())
CLOCK_SECONDS = 600


def answer(book: Book, method: str, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> dict[str, Any]:
    """`path` without the prefix, such as `translate/job/17`."""
    parameters = form if method in ("POST", "PUT") else query
    try:
        _check_signature(book, parameters)
        parts = path.strip("/").split("/")
        book.count_call(f"{method} {'/'.join('*' if part[:1].isdecimal() else part for part in parts)}")
        data = _data(parameters) if method in ("POST", "PUT") else {}
        return {"opstat": "ok", "response": _dispatch(book, method, parts, query, data)}
    except ProtocolError as exc:
        return {"opstat": "error", "err": {"code": exc.code, "msg": exc.message}}


def _check_signature(book: Book, parameters: Mapping[str, str]) -> None:
    for name, code in (("api_sig", 1100), ("api_key", 1150), ("ts", 1200)):
        if not parameters.get(name):
            raise ProtocolError(code, f"{name} is missing")
    expected = hmac.new(book.account.private_key.encode(), parameters["ts"].encode(), hashlib.sha1).hexdigest()
    is_fresh = parameters["ts"].isdecimal() and abs(time.time() - int(parameters["ts"])) < CLOCK_SECONDS
    if parameters["api_key"] != book.account.public_key or not hmac.compare_digest(expected, parameters["api_sig"]) or not is_fresh:
        raise ProtocolError(1000, "authentication failed")


def _data(parameters: Mapping[str, str]) -> dict[str, Any]:
    try:
        value = json.loads(parameters.get("data", "{}"))
    except ValueError as exc:
        raise ProtocolError(1251, "data is no JSON") from exc
    if not isinstance(value, dict):
        raise ProtocolError(1251, "data is no object")
    return value


def _dispatch(book: Book, method: str, parts: list[str], query: Mapping[str, str], data: Mapping[str, Any]) -> Any:
    match method, parts:
        case "POST", ["translate", "jobs"]:
            return _create(book, data)
        case "GET", ["translate", "jobs"]:
            listed = book.newest(status=query.get("status", ""), after=int(query.get("timestamp_after", 0)), limit=int(query.get("count", 10)))
            return [{"job_id": job.id, "ctime": job.created} for job in listed]
        case "GET", ["translate", "jobs", ids]:
            return {"jobs": [job.as_json() for job in book.read_jobs(ids.split(","))]}
        case _, ["translate", "job", job_id, *rest]:
            return _one_job(book, f"{method} {'/'.join(rest)}".strip(), job_id, data)
        case "GET", ["translate", "order", order_id]:
            return {"order": _show_order(book.read_order(order_id))}
        case "POST", ["translate", "service", "quote"]:
            return {"jobs": book.quote(_jobs(data))}
        case _:
            return _about(book, method, parts)


def _one_job(book: Book, call: str, job_id: str, data: Mapping[str, Any]) -> Any:
    match call:
        case "GET":
            return {"job": book.read_jobs([job_id])[0].as_json()}
        case "PUT":
            book.act(job_id, data)
        case "DELETE":
            book.cancel(job_id)
        case "POST comment":
            book.read_jobs([job_id])[0].remarks.append(str(data.get("body", "")))
        case _:
            raise ProtocolError(1400, "no such call")
    return {}


def _about(book: Book, method: str, parts: list[str]) -> Any:
    match method, parts:
        case "GET", ["translate", "service", "language_pairs"]:
            served = [locale for locale in LOCALES if locale not in book.account.unserved]
            pair = {"currency": book.account.currency, "unit_price": str(book.account.price)}
            return [
                {"lc_src": source, "lc_tgt": target, "tier": tier, **pair}
                for source in LOCALES
                for target in served
                for tier in ("standard", "pro")
                if source != target
            ]
        case "GET", ["account", "balance"]:
            return {"credits": str(book.account.credit), "currency": book.account.currency}
        case _:
            raise ProtocolError(1400, "no such call")


def _create(book: Book, data: Mapping[str, Any]) -> dict[str, Any]:
    jobs = _jobs(data)
    if any(len(str(job.get("custom_data", "")).encode()) > 1024 for job in jobs.values()):
        raise ProtocolError(1751, "custom_data is too long")
    order = book.create(jobs, str(data.get("reference_id", "")))
    total = sum(job.fields["credits"] for job in order.jobs)
    return {"order_id": order.id, "job_count": len(order.jobs), "credits_used": str(total), "currency": book.account.currency}


def _jobs(data: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    jobs = data.get("jobs")
    if not isinstance(jobs, dict) or not jobs or not all(isinstance(job, dict) and job.get("body_src") for job in jobs.values()):
        raise ProtocolError(1251, "jobs are missing")
    return jobs


def _show_order(order: Order) -> dict[str, Any]:
    def ids(status: str) -> list[str]:
        return [job.id for job in order.jobs if job.status == status]

    queued = sum(job.status == "queued" for job in order.jobs)
    listed: dict[str, Any] = {f"jobs_{status}": ids(status) for status in STATUSES if status != "queued"}
    return {"order_id": order.id, "jobs_queued": str(queued), **listed, "total_jobs": str(len(order.jobs)), "as_group": 1}
