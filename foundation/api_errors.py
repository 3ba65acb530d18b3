"""Every refusal on the wire: one body, one place that renders it (contract, 1.1).

Views, parsers, authentication and permissions raise an ApiError; an app's own errors are translated where they are caught, by its views. What nobody
foresaw is logged and becomes a 500 that tells nothing but its request id. No answer holds a stack, HTML or the text of an exception.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from math import ceil
from typing import Any
from uuid import uuid4

import psycopg
import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from foundation.customer_json import MAX_PROBLEMS, Path, Problem, format_path
from foundation.rendering import encode

DATABASE_RETRY_SECONDS = 2
DATABASE_AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)  # psycopg's own: a pool without connections

log = structlog.get_logger(__name__)


class ApiError(exceptions.APIException):
    """A refusal. `tag` and `status_code` belong to the class, `code` and `message` (a sentence for the caller) to the case.

    `extra` are further members of the body; `retry_after` is seconds, sent as a header.
    """

    status_code = 500
    tag = "InternalServerError"
    default_code = "internal_error"
    default_detail = "Something went wrong on our side. The request id finds it in the logs."

    def __init__(
        self, message: str | None = None, *, code: str | None = None, extra: Mapping[str, Any] | None = None, retry_after: float | None = None
    ) -> None:
        self.message = message or self.default_detail
        self.code = code or self.default_code
        self.extra = dict(extra or {})
        self.retry_after = retry_after
        super().__init__(self.message, self.code)

    def body(self, request_id: str) -> dict[str, Any]:
        return {"_tag": self.tag, "message": self.message, "code": self.code, "requestId": request_id, **self.extra}

    def headers(self, request_id: str) -> dict[str, str]:
        retry = {} if self.retry_after is None else {"Retry-After": str(max(1, ceil(self.retry_after)))}
        return {"X-Request-Id": request_id, **retry}


class BadRequest(ApiError):
    """400 with every problem and its path. Without problems, `message` says it all."""

    status_code = 400
    tag = "BadRequestError"
    default_code = "validation_failed"
    default_detail = "The request is invalid."

    def __init__(self, problems: Sequence[Problem] = (), *, message: str | None = None, code: str | None = None) -> None:
        self.problems = list(problems)
        errors = {"errors": [{"path": problem.path, "message": problem.message} for problem in self.problems]} if problems else {}
        super().__init__(message or _summarize(self.problems), code=code, extra=errors)


class Unauthorized(ApiError):
    """401. Why a key was refused is nobody's business: the sentence is always the same."""

    status_code = 401
    tag = "UnauthorizedError"
    default_code = "invalid_api_key"
    default_detail = "Invalid API key"


class CreditLimit(ApiError):
    status_code = 402
    tag = "CreditLimitError"
    default_code = "credit_limit_reached"
    default_detail = "The organization has reached its credit limit."


class Forbidden(ApiError):
    status_code = 403
    tag = "ForbiddenError"
    default_code = "forbidden"
    default_detail = "This API key may not do that."


class NotFound(ApiError):
    """404 for what does not exist and for what belongs to strangers alike. `entity_type` is camelCase: `job`, `brandVoice`."""

    status_code = 404
    tag = "NotFoundError"

    def __init__(self, entity_type: str, id: str) -> None:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", entity_type).lower()
        message = f"{words.capitalize()} not found."
        super().__init__(message, code=f"{words.replace(' ', '_')}_not_found", extra={"entityType": entity_type, "id": id})


class MethodNotAllowed(ApiError):
    status_code = 405
    tag = "MethodNotAllowedError"
    default_code = "method_not_allowed"
    default_detail = "This path does not take that method."


class Conflict(ApiError):
    """409: taken, already decided, still in use."""

    status_code = 409
    tag = "ConflictError"
    default_code = "conflict"
    default_detail = "This is not possible in the present state."


class PreconditionFailed(ApiError):
    status_code = 412
    tag = "PreconditionFailedError"
    default_code = "precondition_failed"
    default_detail = "It was changed in the meantime; read it again and repeat with its new ETag."


class PayloadTooLarge(ApiError):
    status_code = 413
    tag = "PayloadTooLargeError"
    default_code = "payload_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit} bytes.")


class UnsupportedMediaType(ApiError):
    status_code = 415
    tag = "UnsupportedMediaTypeError"
    default_code = "unsupported_media_type"
    default_detail = "Send the body as application/json."


class PreconditionRequired(ApiError):
    status_code = 428
    tag = "PreconditionRequiredError"
    default_code = "precondition_required"
    default_detail = "Send If-Match with the ETag that you read."


class RateLimited(ApiError):
    status_code = 429
    tag = "TooManyRequestsError"
    default_code = "rate_limited"
    default_detail = "Too many requests; wait as long as Retry-After says."


class QuotaSpent(RateLimited):
    """429: nothing more until the quota's day is over."""

    default_code = "quota_spent"
    default_detail = "The organization's daily token quota is spent."


class InternalError(ApiError):
    """500 that was foreseen, as when every configured model failed; `message` says what the caller can know."""


class ServiceUnavailable(ApiError):
    status_code = 503
    tag = "ServiceUnavailableError"
    default_code = "service_unavailable"
    default_detail = "The service cannot answer right now; repeat the request."


def answer(exc: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: every exception that leaves a view becomes an answer in the one shape."""
    request = context["request"]
    error = to_api_error(exc, path=request.path)
    request_id = current_request_id()
    scheme = getattr(exc, "auth_header", None)  # set by DRF on a 401
    authenticate = {"WWW-Authenticate": scheme} if scheme else {}
    return Response(error.body(request_id), status=error.status_code, headers={**error.headers(request_id), **authenticate})


def to_api_error(exc: BaseException | None, *, path: str) -> ApiError:
    """The refusal that `exc` means. Logs what is not the caller's doing: an absent database as a warning, the unforeseen with its stack."""
    if isinstance(exc, DATABASE_AWAY):
        log.warning("database_unavailable", error=type(exc).__name__)
        return ServiceUnavailable(retry_after=DATABASE_RETRY_SECONDS)
    for kinds, translate in _TRANSLATIONS:
        if isinstance(exc, kinds):
            return translate(exc, path)
    log.error("request_failed", exc_info=exc)
    return InternalError()


def current_request_id() -> str:
    """The id that django_structlog bound to this request's log lines; a new one where a request never got so far, or sent one unfit for a header."""
    bound = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    return bound if _REQUEST_ID.fullmatch(bound) else str(uuid4())


def flatten(detail: Any, path: Path = ()) -> Iterator[Problem]:
    """The problems in the nested `detail` of DRF's ValidationError, in its order."""
    if isinstance(detail, Mapping):
        for key, member in detail.items():
            yield from flatten(member, path if key == api_settings.NON_FIELD_ERRORS_KEY else (*path, key))
    elif isinstance(detail, list | tuple):
        for index, item in enumerate(detail):
            yield from flatten(item, path if isinstance(item, str) else (*path, index))
    else:
        yield Problem(format_path(path), str(detail))


def _summarize(problems: Sequence[Problem]) -> str:
    """The documented `message` alone must help: the first problems as sentences."""
    shown = [f"{problem.path}: {problem.message}" if problem.path else problem.message for problem in problems[:3]]
    return " ".join(shown) + (f" And {len(problems) - 3} more." if len(problems) > 3 else "")


def _translate_forbidden(exc: Any, path: str) -> ApiError:
    is_explained = isinstance(exc, exceptions.PermissionDenied) and str(exc.detail) != str(exc.default_detail)
    return Forbidden(str(exc.detail) if is_explained else None)


def _translate_other(exc: Any, path: str) -> ApiError:
    """An APIException of DRF or of a package, by its status."""
    known = next(
        (kind for kind in ApiError.__subclasses__() if kind.status_code == exc.status_code and kind not in (NotFound, PayloadTooLarge)), InternalError
    )
    return known()


_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_Translation = tuple[tuple[type[BaseException], ...], Callable[[Any, str], ApiError]]
# The first that fits is taken.
_TRANSLATIONS: tuple[_Translation, ...] = (
    ((ApiError,), lambda exc, path: exc),
    ((exceptions.ValidationError,), lambda exc, path: BadRequest(list(islice(flatten(exc.detail), MAX_PROBLEMS)))),
    ((exceptions.ParseError,), lambda exc, path: BadRequest([Problem("", str(exc.detail))], code="malformed_json")),
    ((exceptions.AuthenticationFailed, exceptions.NotAuthenticated), lambda exc, path: Unauthorized()),
    ((exceptions.PermissionDenied, PermissionDenied), _translate_forbidden),
    ((exceptions.NotFound, Http404), lambda exc, path: NotFound("path", path)),
    ((exceptions.Throttled,), lambda exc, path: RateLimited(retry_after=exc.wait or 1)),
    ((RequestDataTooBig,), lambda exc, path: PayloadTooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)),
    ((SuspiciousOperation,), lambda exc, path: BadRequest(message="The request is invalid.", code="bad_request")),
    ((exceptions.APIException,), _translate_other),
)


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What Django refuses before a view: a Host that is not ours, a body over the limit."""
    if _is_page(request):
        return defaults.bad_request(request, exception or SuspiciousOperation())
    if isinstance(exception, DisallowedHost):
        return _respond(BadRequest(message="This server does not answer to that Host.", code="unknown_host"))
    return _respond(to_api_error(exception or SuspiciousOperation(), path=request.path))


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return defaults.permission_denied(request, exception or PermissionDenied()) if _is_page(request) else _respond(Forbidden())


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return defaults.page_not_found(request, exception or Http404()) if _is_page(request) else _respond(NotFound("path", request.path))


def handler500(request: HttpRequest) -> HttpResponse:
    """What failed outside DRF. Django has logged it already, and calls this while the exception is being handled."""
    if _is_page(request):
        return defaults.server_error(request)
    is_database_away = isinstance(sys.exc_info()[1], DATABASE_AWAY)
    return _respond(ServiceUnavailable(retry_after=DATABASE_RETRY_SECONDS) if is_database_away else InternalError())


def _is_page(request: HttpRequest) -> bool:
    """Whether people read the answer: `settings.HTML_PREFIXES` lists the beginnings of such paths."""
    return request.path.startswith(tuple(getattr(settings, "HTML_PREFIXES", ())))


def _respond(error: ApiError) -> HttpResponse:
    request_id = current_request_id()
    return HttpResponse(encode(error.body(request_id)), status=error.status_code, headers=error.headers(request_id), content_type="application/json")
