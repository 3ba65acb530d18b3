"""Request bodies at the API's border."""

import gzip
from typing import Any

import pytest
from django.test import Client, override_settings

NOT_JSON = "Send the body as application/json."


def refusal(status: int, tag: str, code: str, message: str, **extra: Any) -> tuple[int, dict[str, Any]]:
    return status, {"_tag": tag, "message": message, "code": code, "requestId": "req-1", **extra}


def malformed(message: str, path: str = "") -> tuple[int, dict[str, Any]]:
    shown = f"{path}: {message}" if path else message
    return refusal(400, "BadRequestError", "malformed_json", shown, errors=[{"path": path, "message": message}])


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", 'APPLICATION/JSON;charset="UTF-8"'])
def test_a_json_object_comes_back_as_it_was_sent(client: Client, content_type: str) -> None:
    body = '{"b":1.50,"a":{"__proto__":null,"":[],"x.y":"é"}}'.encode()

    answer = client.post("/echo", body, content_type=content_type)

    assert (answer.status_code, answer.content) == (200, body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"a": 1', malformed("The JSON cannot be read: Expecting ',' delimiter at line 1, column 8."), id="truncated"),
        pytest.param(b" ", malformed("The body is empty; it must be JSON."), id="blank"),
        pytest.param(b"\xef\xbb\xbf{}", malformed("The JSON starts with a byte order mark; send it without."), id="BOM"),
        pytest.param(b'{"a": "\xff"}', malformed("The JSON is not valid UTF-8 (byte 7)."), id="invalid UTF-8"),
        pytest.param(b"[" * 100_000, malformed("The JSON is nested more than 32 levels deep."), id="depth 100,000"),
        pytest.param(b'{"a": NaN}', malformed("NaN is not a finite number.", "a"), id="NaN"),
        pytest.param(b'{"a": 1e999}', malformed("1e999 is not a finite number.", "a"), id="1e999"),
        pytest.param(b'{"a": ' + b"1" * 5000 + b"}", malformed("The integer has more than 4300 digits.", "a"), id="5,000 digits"),
        pytest.param(b'{"a": 1, "a": 2}', malformed("The key appears more than once.", "a"), id="duplicate key"),
        pytest.param(rb'{"a": "\u0000"}', malformed("The string contains the character \\u0000.", "a"), id="NUL"),
        pytest.param(rb'{"a": "\ud800"}', malformed("The string contains the lone surrogate \\ud800.", "a"), id="lone surrogate"),
    ],
)
def test_malformed_json_is_a_400_that_names_the_place(client: Client, body: bytes, expected: tuple[int, dict[str, Any]]) -> None:
    answer = client.post("/echo", body, content_type="application/json")

    assert (answer.status_code, answer.json()) == expected


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"1", b"true"])
def test_json_that_is_no_object_is_a_400(client: Client, body: bytes) -> None:
    answer = client.post("/echo", body, content_type="application/json")

    message = "The body must be a JSON object."
    expected = refusal(400, "BadRequestError", "validation_failed", message, errors=[{"path": "", "message": message}])
    assert (answer.status_code, answer.json()) == expected


@pytest.mark.parametrize(
    ("content_type", "message"),
    [
        pytest.param("text/plain", NOT_JSON, id="text"),
        pytest.param("application/x-www-form-urlencoded", NOT_JSON, id="form"),
        pytest.param("multipart/form-data; boundary=x", NOT_JSON, id="multipart"),
        pytest.param("application/ld+json", NOT_JSON, id="another JSON"),
        pytest.param("nonsense", NOT_JSON, id="nonsense"),
        pytest.param("", NOT_JSON, id="none"),
        pytest.param("application/json; charset=utf-16", "Send the body as application/json in UTF-8.", id="another charset"),
    ],
)
def test_a_body_of_another_type_is_a_415(client: Client, content_type: str, message: str) -> None:
    answer = client.post("/echo", b"{}", content_type=content_type)

    assert (answer.status_code, answer.json()) == refusal(415, "UnsupportedMediaTypeError", "unsupported_media_type", message)


def test_a_gzip_bomb_is_refused_unopened(client: Client) -> None:
    bomb = gzip.compress(b" " * 10_000_000)

    answer = client.post("/echo", bomb, content_type="application/json", headers={"Content-Encoding": "gzip"})

    message = "Send the body without Content-Encoding."
    assert (answer.status_code, answer.json()) == refusal(415, "UnsupportedMediaTypeError", "unsupported_encoding", message)


@override_settings(BODY_LIMIT=100)
def test_a_body_over_the_limit_is_a_413(client: Client) -> None:
    at_limit, over_limit = b'{"a":"%s"}' % (b"x" * 92), b'{"a":"%s"}' % (b"x" * 93)

    accepted = client.post("/echo", at_limit, content_type="application/json")
    refused = client.post("/echo", over_limit, content_type="application/json")

    assert (accepted.status_code, accepted.content) == (200, at_limit)
    assert (refused.status_code, refused.json()) == refusal(413, "PayloadTooLargeError", "payload_too_large", "The body is larger than 100 bytes.")


def test_a_call_without_a_body_needs_none(client: Client) -> None:
    answer = client.post("/no-body", b"", content_type="")

    assert (answer.status_code, answer.json()) == (200, {"raw": {"n": 1.5}})


def test_an_empty_body_lacks_every_required_field(client: Client) -> None:
    answer = client.post("/orders", b"", content_type="application/json")

    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        [{"path": "targetLocales", "message": "This field is required."}, {"path": "data", "message": "This field is required."}],
    )
