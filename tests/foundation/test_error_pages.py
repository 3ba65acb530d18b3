"""What Django itself refuses: JSON for programs, HTML only where people read."""

import asyncio
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from django.test import AsyncClient, Client, override_settings

from tests.foundation import addresses

INTERNAL = ("InternalServerError", "internal_error", "Something went wrong on our side. The request id finds it in the logs.")
NUL_MIDDLEWARE = [settings.MIDDLEWARE[0], "foundation.nul_bytes.refuse_nul", *settings.MIDDLEWARE[1:]]


def body(tag: str, code: str, message: str, **extra: str) -> dict[str, Any]:
    return {"_tag": tag, "message": message, "code": code, "requestId": "req-1", **extra}


@pytest.mark.parametrize("path", ["/unknown", "/", "//", "//echo", "/echo/", "/jobs/../echo", "/%ff", "/é", "/things/a/b", "/things/<script>/b"])
def test_an_unknown_path_is_a_json_404(client: Client, path: str) -> None:
    answer = client.post(path, b"{}", content_type="application/json")

    expected = body("NotFoundError", "path_not_found", "Path not found.", entityType="path", id=answer.wsgi_request.path)
    assert (answer.status_code, answer.headers["Content-Type"], answer.json()) == (404, "application/json", expected)
    assert answer.headers["X-Request-Id"] == "req-1"


@pytest.mark.parametrize(
    ("raised", "status", "expected"),
    [
        (SuspiciousOperation("secret"), 400, body("BadRequestError", "bad_request", "The request is invalid.")),
        (RequestDataTooBig("secret"), 413, body("PayloadTooLargeError", "payload_too_large", "The body is larger than 4194304 bytes.")),
        (PermissionDenied("secret"), 403, body("ForbiddenError", "forbidden", "This API key may not do that.")),
        (Http404("secret"), 404, body("NotFoundError", "path_not_found", "Path not found.", entityType="path", id="/raise-plain")),
        (RuntimeError("secret"), 500, body(*INTERNAL)),
        (
            OperationalError("secret"),
            503,
            body("ServiceUnavailableError", "service_unavailable", "The service cannot answer right now; repeat the request."),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_exception_outside_drf_becomes_the_same_json(client: Client, raised: Exception, status: int, expected: dict[str, Any]) -> None:
    addresses.raised.append(raised)

    answer = client.get("/raise-plain")

    assert (answer.status_code, answer.headers["Content-Type"], answer.json()) == (status, "application/json", expected)


def test_an_absent_database_is_recognised_on_the_asynchronous_path_too(client: Client) -> None:
    addresses.raised.append(OperationalError())

    answer = asyncio.run(_get_asynchronously("/raise-plain"))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


async def _get_asynchronously(path: str) -> Any:
    return await AsyncClient(raise_request_exception=False).get(path)


def test_a_foreign_host_is_a_json_400(client: Client) -> None:
    answer = client.get("/unknown", headers={"Host": "evil.example"})

    expected = body("BadRequestError", "unknown_host", "This server does not answer to that Host.")
    assert (answer.status_code, answer.headers["Content-Type"], answer.json()) == (400, "application/json", expected)


@pytest.mark.parametrize(
    ("raised", "status"),
    [(SuspiciousOperation(), 400), (PermissionDenied(), 403), (Http404(), 404), (RuntimeError(), 500)],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_people_get_a_page(client: Client, raised: Exception, status: int) -> None:
    addresses.raised.append(raised)

    answer = client.get("/pages/raise-plain")

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")


def test_without_the_setting_there_are_no_pages(client: Client) -> None:
    with override_settings():
        del settings.HTML_PREFIXES

        assert client.get("/pages/unknown").headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("address", "status", "tag"),
    [("/things/a%00b", 404, "NotFoundError"), ("/%00", 404, "NotFoundError"), ("/raise-plain?engineId=%00", 400, "BadRequestError")],
)
def test_nul_in_an_address_reaches_no_view(client: Client, address: str, status: int, tag: str) -> None:
    addresses.raised.append(RuntimeError("the view was reached"))

    with override_settings(MIDDLEWARE=NUL_MIDDLEWARE):
        answer = Client(raise_request_exception=False).get(address)
        asynchronous = asyncio.run(_get_asynchronously(address))

    assert (answer.status_code, answer.json()["_tag"]) == (status, tag)
    assert (asynchronous.status_code, asynchronous.json()["_tag"]) == (status, tag)


def test_other_addresses_pass_the_search_for_nul(client: Client) -> None:
    with override_settings(MIDDLEWARE=NUL_MIDDLEWARE):
        assert Client().post("/no-body?q=%2500").status_code == 200
        assert asyncio.run(_get_asynchronously("/no-body")).status_code == 405
