"""reliability.md, "Transport": what is wrong before a body is read. What only a server can be sent is in `test_refuse_on_the_server`."""

import gzip
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from tests.localization.calls import GROUPS, JOBS, Api, invalid, make_body, not_found, nothing_written, read_answer, refusal

GROUP = f"{GROUPS}/ljg_0000000000000000000"
CALLS = [
    ("POST", JOBS),
    ("GET", JOBS),
    ("GET", f"{JOBS}/ljb_0000000000000000000"),
    ("GET", GROUP),
    ("POST", f"{GROUP}/cancel"),
    ("POST", f"{GROUP}/ws-ticket"),
]
UNAUTHORIZED = refusal(401, "UnauthorizedError", "invalid_api_key", "Invalid API key")
NOT_JSON = refusal(415, "UnsupportedMediaTypeError", "unsupported_media_type", "Send the body as application/json.")
METHOD = refusal(405, "MethodNotAllowedError", "method_not_allowed", "This path does not take that method.")
BAD_KEYS = {
    "none": None,
    "empty": "",
    "blank": " ",
    "of another product": "sk-0123456789abcdef",
    "unknown": "ilk_0000000000000000000000000000000000000",
    "10 kB": "k" * 10_240,
    "10 kB of the right alphabet": "ilk_" + "0" * 10_236,
    "not ASCII": "ilk_ключ",
    "NUL": "ilk_\0",
    "SQL": "' OR 1=1 --",
}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_no_call_goes_without_a_key(api: Api, method: str, path: str) -> None:
    with nothing_written():
        answer = Api(None).call(method, path, data=b"not read", content_type="text/plain")

    assert answer.shown == UNAUTHORIZED
    assert answer.headers["WWW-Authenticate"] == "ApiKey"


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
def test_bad_key_is_unauthorized(api: Api, key: str | None) -> None:
    with nothing_written():
        answer = Api(key).submit()

    assert answer.shown == UNAUTHORIZED


@pytest.mark.parametrize("spoil", ["{0},{0}", "{0} x", "x{0}", "Bearer {0}", "{0}\0"])
def test_key_with_anything_beside_it_is_unauthorized(api: Api, spoil: str) -> None:
    key = api.client.defaults["HTTP_X_API_KEY"]

    with nothing_written():
        answer = Api(spoil.format(key)).submit()

    assert answer.shown == UNAUTHORIZED


def test_key_elsewhere_than_in_its_header_is_not_read(api: Api) -> None:
    key = api.client.defaults["HTTP_X_API_KEY"]
    stranger = Api(None)
    body = {**make_body(), "X-API-Key": key, "apiKey": key}

    with nothing_written():
        answers = [
            stranger.call("GET", JOBS, query_params={"X-API-Key": key, "api_key": key, "apiKey": key, "key": key}),
            stranger.post(JOBS, body),
            stranger.post(JOBS, body, headers={"Authorization": f"Bearer {key}"}),
            stranger.post(JOBS, body, headers={"Cookie": f"X-API-Key={key}; sessionid={key}"}),
        ]

    assert [answer.shown for answer in answers] == [UNAUTHORIZED] * 4


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/ld+json",
        "*/*",
        "json",
        "a/b/c",
    ],
)
def test_body_of_another_type_is_unsupported(api: Api, content_type: str) -> None:
    with nothing_written():
        answer = api.post(JOBS, make_body(), content_type=content_type)

    assert answer.shown == NOT_JSON


@pytest.mark.parametrize("charset", ["utf-16", "iso-8859-1", "nonsense"])
def test_body_in_another_charset_is_unsupported(api: Api, charset: str) -> None:
    with nothing_written():
        answer = api.post(JOBS, make_body(), content_type=f"application/json; charset={charset}")

    assert answer.shown == refusal(415, "UnsupportedMediaTypeError", "unsupported_media_type", "Send the body as application/json in UTF-8.")


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "gzip, gzip", "identity, gzip"])
def test_packed_body_is_unsupported_and_never_unpacked(api: Api, encoding: str) -> None:
    bomb = gzip.compress(b" " * 20_000_000)

    with nothing_written():
        answer = api.post(JOBS, bomb, headers={"Content-Encoding": encoding})

    assert answer.shown == refusal(415, "UnsupportedMediaTypeError", "unsupported_encoding", "Send the body without Content-Encoding.")


@pytest.mark.parametrize("call", ["/cancel", "/ws-ticket"])
def test_call_without_a_body_does_not_look_at_one(api: Api, call: str) -> None:
    group_id = api.submit().body["groupId"]

    answer = api.post(f"{GROUPS}/{group_id}{call}", b"\xff{", content_type="text/plain")

    assert answer.status in (200, 201)


UNKNOWN_PATHS = [
    f"{JOBS}/",
    "/jobs",
    "/jobs//localization",
    "/JOBS/localization",
    "/v1/jobs/localization",
    f"{JOBS}%00",
    f"{JOBS}/%00",
    f"{JOBS}/ljb_0000000000000000000%00",
    f"{JOBS}/ljb_0000000000000000000/",
    f"{JOBS}/groups/",
    f"{GROUP}/",
    f"{GROUP}/cancel/",
    f"{GROUP}/pause",
    f"{GROUP}%2Fcancel/x",
    f"{JOBS}/../../etc/passwd",
    f"{JOBS}/%2e%2e/%2e%2e/etc",
    f"{JOBS}/<script>/x",
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", UNKNOWN_PATHS)
def test_unknown_path_is_not_found(api: Api, path: str, method: str) -> None:
    with nothing_written():
        answer = api.call(method, path, data=b"{}", content_type="application/json")

    assert answer.shown == not_found("path", "path", unquote(path))


@pytest.mark.parametrize("query", ["a=%00", "cursor=%00", "limit=1%00", "%00"])
def test_nul_in_the_query_is_refused(api: Api, query: str) -> None:
    with nothing_written():
        answer = api.call("GET", JOBS, QUERY_STRING=query)

    assert answer.shown == refusal(400, "BadRequestError", "bad_request", "The request is invalid.")


WRONG_METHODS = [
    *((method, JOBS, "GET, POST, HEAD, OPTIONS") for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")),
    *((method, f"{JOBS}/ljb_0000000000000000000", "GET, HEAD, OPTIONS") for method in ("POST", "PUT", "PATCH", "DELETE")),
    *((method, GROUP, "GET, HEAD, OPTIONS") for method in ("POST", "PUT", "PATCH", "DELETE")),
    *((method, f"{GROUP}/cancel", "POST, OPTIONS") for method in ("GET", "PUT", "DELETE")),
    *((method, f"{GROUP}/ws-ticket", "POST, OPTIONS") for method in ("GET", "PUT", "DELETE")),
]


@pytest.mark.parametrize(("method", "path", "allowed"), WRONG_METHODS)
def test_wrong_method_is_told_the_right_ones(api: Api, method: str, path: str, allowed: str) -> None:
    with nothing_written():
        answer = api.call(method, path, data=b"{}", content_type="application/json")

    assert answer.shown == METHOD
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("override", [{"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "PUT"}])
def test_header_does_not_change_the_method(api: Api, override: dict[str, str]) -> None:
    assert api.post(JOBS, make_body(), headers=override).status == 202


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "evil.example:80", "", "a b", "[::", "x" * 10_000]
)
def test_foreign_host_is_refused(api: Api, host: str) -> None:
    with nothing_written():
        answer = api.post(JOBS, make_body(), headers={"Host": host})

    assert answer.shown == refusal(400, "BadRequestError", "unknown_host", "This server does not answer to that Host.")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "text/html;q=1, */*;q=0", "nonsense", ""])
def test_answers_are_json_whatever_was_asked_for(api: Api, accept: str) -> None:
    accepted = api.client.post(JOBS, make_body(), content_type="application/json", headers={"Accept": accept})
    refused = api.client.get("/unknown", headers={"Accept": accept}, query_params={"format": "html"})

    assert read_answer(accepted.status_code, dict(accepted.headers), accepted.content).status == 202
    assert read_answer(refused.status_code, dict(refused.headers), refused.content).status == 404


def test_browsers_session_is_no_key(api: Api, owner: Any) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(owner)

    with nothing_written():
        response = browser.post(JOBS, make_body(), content_type="application/json")

    assert read_answer(response.status_code, dict(response.headers), response.content).shown == UNAUTHORIZED


def test_body_that_ends_early_is_refused(api: Api) -> None:
    with nothing_written():
        answer = api.post(JOBS, b'{"sourceLocale":"en"', CONTENT_LENGTH="20")

    message = "The JSON cannot be read: Expecting ',' delimiter at line 1, column 21."
    assert answer.shown == invalid(("", message), code="malformed_json")
