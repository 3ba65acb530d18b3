"""The API as a client sees it, and how its refusals look.

Every answer is checked on its way: JSON (or nothing after a 204), a request id that its header repeats, no page and no stack. What a call queues is
queued at once, so that it can be counted.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client, TestCase


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

    @property
    def tag(self) -> str:
        return self.headers["ETag"]


class Api:
    """Calls with one key, or with none."""

    def __init__(self, key: str | None) -> None:
        self.client = Client(raise_request_exception=False, headers={} if key is None else {"X-API-Key": key})

    def get(self, path: str, **query: object) -> Answer:
        return self.call("GET", path, query_params=query)

    def post(self, path: str, body: Any = b"", **options: Any) -> Answer:
        """`body` is sent as it is when it is bytes or a string, else as JSON."""
        return self.call("POST", path, **{"data": _content(body), "content_type": "application/json", **options})

    def put(self, path: str, body: Any = b"", *, if_match: str | None = None) -> Answer:
        return self.call("PUT", path, data=_content(body), content_type="application/json", headers=_condition(if_match))

    def delete(self, path: str, *, if_match: str | None = None) -> Answer:
        return self.call("DELETE", path, headers=_condition(if_match))

    def call(self, method: str, path: str, **options: Any) -> Answer:
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = self.client.generic(method, path, **options)
        return read_answer(response.status_code, dict(response.headers), response.content)


def read_answer(status: int, headers: dict[str, str], content: bytes) -> Answer:
    text = content.decode()
    if status == 204:
        assert not text
        assert "Content-Type" not in headers
        return Answer(status, None, text, headers)
    assert headers["Content-Type"] == "application/json", text
    assert "Traceback" not in text
    body = json.loads(text)
    if status >= 400:
        assert body.pop("requestId") == headers["X-Request-Id"]
    return Answer(status, body, text, headers)


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


def _content(body: Any) -> bytes | str:
    return body if isinstance(body, bytes | str) else json.dumps(body)


def _condition(if_match: str | None) -> dict[str, str]:
    return {} if if_match is None else {"If-Match": if_match}
