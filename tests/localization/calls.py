"""The asynchronous API as a client sees it, and what a call must leave alone.

Every answer is checked on its way: JSON, a request id that its header repeats, no page and no stack. What a call queues is queued at once, so that it
can be counted.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.test import Client, TestCase
from django_q.models import OrmQ

from foundation.rendering import wire_time
from localization.models import Event, Job, JobGroup, Step, StreamTicket
from webhooks.models import Delivery, Endpoint

JOBS = "/jobs/localization"
GROUPS = "/jobs/localization/groups"
HUNDRED_LOCALES = [
    f"{language}-{region}"
    for language in ["de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "fi"]
    for region in ["AT", "BE", "CH", "DE", "ES", "FR", "IT", "LU", "NL", "US"]
]
COUNTED: tuple[type[Model], ...] = (JobGroup, Job, Step, Event, Delivery, Endpoint, StreamTicket, OrmQ)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` is the JSON as Python reads it, without the request id; `text` is how it was spelt."""

    status: int
    body: Any
    text: str
    headers: dict[str, str]

    @property
    def shown(self) -> tuple[int, Any]:
        return self.status, self.body


class Api:
    """Calls with one key, or with none."""

    def __init__(self, key: str | None) -> None:
        self.client = Client(raise_request_exception=False, headers={} if key is None else {"X-API-Key": key})

    def get(self, path: str, **query: object) -> Answer:
        return self.call("GET", path, query_params=query)

    def post(self, path: str, body: Any = b"", **options: Any) -> Answer:
        """`body` is sent as it is when it is bytes or a string, else as JSON."""
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.call("POST", path, **{"data": content, "content_type": "application/json", **options})

    def submit(self, **members: Any) -> Answer:
        """Submits `make_body(**members)`."""
        return self.post(JOBS, make_body(**members))

    def call(self, method: str, path: str, **options: Any) -> Answer:
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = self.client.generic(method, path, **options)
        return read_answer(response.status_code, dict(response.headers), response.content)


def read_answer(status: int, headers: dict[str, str], content: bytes) -> Answer:
    text = content.decode()
    assert headers["Content-Type"] == "application/json", text
    assert "Traceback" not in text
    body = json.loads(text)
    if status >= 400:
        assert body.pop("requestId") == headers["X-Request-Id"]
    return Answer(status, body, text, headers)


def make_body(**members: Any) -> dict[str, Any]:
    """A valid submission with the given members changed; a member that is `...` is left out."""
    body = {"sourceLocale": "en", "targetLocales": ["de"], "data": {"title": "Hello"}, **members}
    return {name: value for name, value in body.items() if value is not ...}


def count_rows() -> dict[str, int]:
    """Everything a submission or any other call of this API may add, queue messages included."""
    return {model.__name__: model._default_manager.count() for model in COUNTED}


@contextmanager
def nothing_written() -> Iterator[None]:
    before = count_rows()
    yield
    assert count_rows() == before


def refusal(status: int, tag: str, code: str, message: str, **extra: Any) -> tuple[int, dict[str, Any]]:
    """`Answer.shown` of a refusal."""
    return status, {"_tag": tag, "message": message, "code": code, **extra}


def invalid(*problems: tuple[str, str], code: str = "validation_failed") -> tuple[int, dict[str, Any]]:
    """`Answer.shown` of a 400 that lists up to three problems, each a path and a sentence."""
    sentences = " ".join(f"{path}: {message}" if path else message for path, message in problems)
    return refusal(400, "BadRequestError", code, sentences, errors=[{"path": path, "message": message} for path, message in problems])


def not_found(entity_type: str, words: str, id: str) -> tuple[int, dict[str, Any]]:
    """`Answer.shown` of a 404."""
    return refusal(404, "NotFoundError", f"{words.replace(' ', '_')}_not_found", f"{words.capitalize()} not found.", entityType=entity_type, id=id)


def time_of(row: JobGroup | Job | Step, name: str = "created_at") -> str | None:
    """A time of a row as the wire spells it."""
    moment = getattr(row, name)
    return None if moment is None else wire_time(moment)
