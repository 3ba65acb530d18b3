"""Every refusal in one shape."""

import logging
from typing import Any

import psycopg_pool
import pytest
from django import db
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.test import Client
from rest_framework import exceptions

from foundation import api_errors
from foundation.customer_json import MalformedJSON, Problem
from tests.foundation import addresses

AWAY = ("ServiceUnavailableError", "service_unavailable", "The service cannot answer right now; repeat the request.", {})
UNFORESEEN = ("InternalServerError", "internal_error", "Something went wrong on our side. The request id finds it in the logs.", {})
THROTTLED = ("TooManyRequestsError", "rate_limited", "Too many requests; wait as long as Retry-After says.", {})
NO_PATH = ("NotFoundError", "path_not_found", "Path not found.", {"entityType": "path", "id": "/raise"})
KEY = ("UnauthorizedError", "invalid_api_key", "Invalid API key", {})

Body = tuple[str, str, str, dict[str, Any]]


def shape(body: Body) -> dict[str, Any]:
    tag, code, message, extra = body
    return {"_tag": tag, "message": message, "code": code, "requestId": "req-1", **extra}


def errors(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"errors": [{"path": path, "message": message} for path, message in pairs]}


OURS: list[tuple[Exception, int, Body]] = [
    (api_errors.BadRequest(message="No engine.", code="no_engine"), 400, ("BadRequestError", "no_engine", "No engine.", {})),
    (
        api_errors.BadRequest([Problem("a", "One."), Problem("b", "Two."), Problem("", "Three."), Problem("d", "Four.")]),
        400,
        (
            "BadRequestError",
            "validation_failed",
            "a: One. b: Two. Three. And 1 more.",
            errors(("a", "One."), ("b", "Two."), ("", "Three."), ("d", "Four.")),
        ),
    ),
    (api_errors.Unauthorized(), 401, KEY),
    (api_errors.CreditLimit(), 402, ("CreditLimitError", "credit_limit_reached", "The organization has reached its credit limit.", {})),
    (api_errors.Forbidden(), 403, ("ForbiddenError", "forbidden", "This API key may not do that.", {})),
    (api_errors.Forbidden("Disabled.", code="engine_disabled"), 403, ("ForbiddenError", "engine_disabled", "Disabled.", {})),
    (api_errors.NotFound("job", "ljb_1"), 404, ("NotFoundError", "job_not_found", "Job not found.", {"entityType": "job", "id": "ljb_1"})),
    (
        api_errors.NotFound("brandVoice", "bvc_1"),
        404,
        ("NotFoundError", "brand_voice_not_found", "Brand voice not found.", {"entityType": "brandVoice", "id": "bvc_1"}),
    ),
    (api_errors.Conflict("Taken.", code="review_taken"), 409, ("ConflictError", "review_taken", "Taken.", {})),
    (
        api_errors.PreconditionFailed(),
        412,
        ("PreconditionFailedError", "precondition_failed", "It was changed in the meantime; read it again and repeat with its new ETag.", {}),
    ),
    (api_errors.PayloadTooLarge(9), 413, ("PayloadTooLargeError", "payload_too_large", "The body is larger than 9 bytes.", {})),
    (
        api_errors.PreconditionRequired(),
        428,
        ("PreconditionRequiredError", "precondition_required", "Send If-Match with the ETag that you read.", {}),
    ),
    (api_errors.QuotaSpent(), 429, ("TooManyRequestsError", "quota_spent", "The organization's daily token quota is spent.", {})),
    (api_errors.InternalError("No model answered.", code="models_failed"), 500, ("InternalServerError", "models_failed", "No model answered.", {})),
]

FRAMEWORKS: list[tuple[Exception, int, Body]] = [
    (exceptions.ParseError("Cut."), 400, ("BadRequestError", "malformed_json", "Cut.", errors(("", "Cut.")))),
    (SuspiciousOperation("secret"), 400, ("BadRequestError", "bad_request", "The request is invalid.", {})),
    (exceptions.AuthenticationFailed("expired"), 401, KEY),
    (exceptions.NotAuthenticated(), 401, KEY),
    (exceptions.PermissionDenied(), 403, ("ForbiddenError", "forbidden", "This API key may not do that.", {})),
    (exceptions.PermissionDenied("Admins only."), 403, ("ForbiddenError", "forbidden", "Admins only.", {})),
    (PermissionDenied("secret"), 403, ("ForbiddenError", "forbidden", "This API key may not do that.", {})),
    (exceptions.NotFound(), 404, NO_PATH),
    (Http404("secret"), 404, NO_PATH),
    (exceptions.MethodNotAllowed("GET"), 405, ("MethodNotAllowedError", "method_not_allowed", "This path does not take that method.", {})),
    (RequestDataTooBig(), 413, ("PayloadTooLargeError", "payload_too_large", "The body is larger than 4194304 bytes.", {})),
    (exceptions.UnsupportedMediaType("a/b"), 415, ("UnsupportedMediaTypeError", "unsupported_media_type", "Send the body as application/json.", {})),
    (exceptions.Throttled(wait=1.2), 429, THROTTLED),
    (exceptions.Throttled(), 429, THROTTLED),
    (exceptions.APIException("secret"), 500, UNFORESEEN),
    (RuntimeError("secret"), 500, UNFORESEEN),
    (RecursionError("secret"), 500, UNFORESEEN),
    (MalformedJSON([Problem("", "A model's answer, not the caller's body.")]), 500, UNFORESEEN),
    (db.OperationalError("secret"), 503, AWAY),
    (db.InterfaceError("secret"), 503, AWAY),
    (psycopg_pool.PoolTimeout("secret"), 503, AWAY),
    (db.IntegrityError("secret"), 500, UNFORESEEN),
]


def name_of(value: object) -> str:
    return type(value).__name__ if isinstance(value, Exception) else ""


@pytest.mark.parametrize(("raised", "status", "body"), OURS + FRAMEWORKS, ids=name_of)
def test_an_exception_becomes_a_json_answer(client: Client, raised: Exception, status: int, body: Body) -> None:
    addresses.raised.append(raised)

    answer = client.get("/raise")

    assert (answer.status_code, answer.json()) == (status, shape(body))
    assert (answer.headers["Content-Type"], answer.headers["X-Request-Id"]) == ("application/json", "req-1")


@pytest.mark.parametrize(
    ("raised", "seconds"),
    [
        (exceptions.Throttled(wait=1.2), "2"),
        (exceptions.Throttled(), "1"),
        (api_errors.QuotaSpent(retry_after=3600), "3600"),
        (api_errors.RateLimited(retry_after=0), "1"),
        (db.OperationalError(), "2"),
    ],
    ids=name_of,
)
def test_who_should_wait_is_told_how_long(client: Client, raised: Exception, seconds: str) -> None:
    addresses.raised.append(raised)

    assert client.get("/raise").headers["Retry-After"] == seconds


def test_an_unforeseen_exception_is_logged_with_its_stack(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    addresses.raised.append(RuntimeError("what went wrong"))

    client.get("/raise")

    events = [record.msg for record in caplog.records if record.name == "foundation.api_errors"]
    assert [(event["event"], event["request_id"], "RuntimeError: what went wrong" in event["exception"]) for event in events] == [
        ("request_failed", "req-1", True)
    ]


def test_an_absent_database_is_a_warning_without_its_words(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    addresses.raised.append(db.OperationalError("password=secret"))

    client.get("/raise")

    events = [record.msg for record in caplog.records if record.name == "foundation.api_errors"]
    assert [(event["event"], event["level"], event["error"]) for event in events] == [("database_unavailable", "warning", "OperationalError")]
    assert "secret" not in caplog.text


def test_validation_errors_are_flattened_to_paths() -> None:
    detail = exceptions.ValidationError(
        {
            "targetLocales": {3: ["Unknown."]},
            "pipelineConfig": {"humanEdit": {"timeoutHours": ["Too long.", "Odd."]}, "non_field_errors": ["Incomplete."]},
            "glossary": [{}, {"text": ["Empty."]}],
            "non_field_errors": ["Contradictory."],
        }
    ).detail

    assert list(api_errors.flatten(detail)) == [
        Problem("targetLocales[3]", "Unknown."),
        Problem("pipelineConfig.humanEdit.timeoutHours", "Too long."),
        Problem("pipelineConfig.humanEdit.timeoutHours", "Odd."),
        Problem("pipelineConfig", "Incomplete."),
        Problem("glossary[1].text", "Empty."),
        Problem("", "Contradictory."),
    ]


def test_a_view_that_needs_a_key_answers_401_without_one(client: Client) -> None:
    answer = client.get("/hidden")

    assert (answer.status_code, answer.json()) == (401, shape(KEY))


def test_a_wrong_method_is_a_405_that_lists_the_right_ones(client: Client) -> None:
    answer = client.get("/echo")

    message = "This path does not take that method."
    assert (answer.status_code, answer.json()) == (405, shape(("MethodNotAllowedError", "method_not_allowed", message, {})))
    assert answer.headers["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "é", "<script>"])
def test_a_request_id_unfit_for_a_header_is_replaced(client: Client, sent: str) -> None:
    addresses.raised.append(Http404())

    answer = client.get("/raise", headers={"X-Request-Id": sent})

    assert len(answer.json()["requestId"]) == 36
    assert answer.headers["X-Request-Id"] == answer.json()["requestId"]
