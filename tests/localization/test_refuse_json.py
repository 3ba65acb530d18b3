"""reliability.md, "JSON": bodies that are not JSON that can be kept."""

from typing import Any

import pytest

from tests.localization.calls import JOBS, Api, invalid, nothing_written

REQUIRED = "This field is required."
NO_OBJECT = invalid(("", "The body must be a JSON object."))
ALL_MISSING = invalid(*((name, REQUIRED) for name in ("sourceLocale", "targetLocales", "data")))


def malformed(message: str, path: str = "") -> tuple[int, dict[str, Any]]:
    return invalid((path, message), code="malformed_json")


def with_data(data: bytes) -> bytes:
    return b'{"sourceLocale":"en","targetLocales":["de"],"data":%s}' % data


NO_KEY = "The JSON cannot be read: Expecting property name enclosed in double quotes"
NUL = "The string contains the character \\u0000."
TOO_DEEP = "The JSON is nested more than 32 levels deep."
REFUSED: dict[str, tuple[bytes, tuple[int, dict[str, Any]]]] = {
    "empty": (b"", ALL_MISSING),
    "empty object": (b"{}", ALL_MISSING),
    "white space": (b" \n", malformed("The body is empty; it must be JSON.")),
    "null": (b"null", NO_OBJECT),
    "array": (b"[]", NO_OBJECT),
    "array of objects": (b'[{"data":{}}]', NO_OBJECT),
    "string": (b'"{}"', NO_OBJECT),
    "number": (b"1", NO_OBJECT),
    "truncated": (with_data(b'{"a":"b')[:-1], malformed("The JSON cannot be read: Unterminated string starting at line 1, column 57.")),
    "truncated object": (with_data(b"{}")[:-1], malformed("The JSON cannot be read: Expecting ',' delimiter at line 1, column 54.")),
    "two values": (with_data(b"{}") * 2, malformed("The JSON cannot be read: Extra data at line 1, column 55.")),
    "single quotes": (with_data(b"{'a':1}"), malformed(f"{NO_KEY} at line 1, column 53.")),
    "comment": (with_data(b"{/**/}"), malformed(f"{NO_KEY} at line 1, column 53.")),
    "form": (b"sourceLocale=en", malformed("The JSON cannot be read: Expecting value at line 1, column 1.")),
    "raw newline": (with_data(b'{"a":"\n"}'), malformed("The JSON cannot be read: Invalid control character at line 1, column 58.")),
    "byte order mark": (b"\xef\xbb\xbf" + with_data(b"{}"), malformed("The JSON starts with a byte order mark; send it without.")),
    "UTF-16": (with_data(b"{}").decode().encode("utf-16"), malformed("The JSON is not valid UTF-8 (byte 0).")),
    "invalid UTF-8": (with_data(b'{"a":"\xff"}'), malformed("The JSON is not valid UTF-8 (byte 57).")),
    "overlong UTF-8": (with_data(b'{"a":"\xc0\x80"}'), malformed("The JSON is not valid UTF-8 (byte 57).")),
    "surrogate in UTF-8": (with_data(b'{"a":"\xed\xa0\x80"}'), malformed("The JSON is not valid UTF-8 (byte 57).")),
    "depth 33": (with_data(b'{"a":' + b"[" * 31 + b"]" * 31 + b"}"), malformed(TOO_DEEP, "data.a" + "[0]" * 30)),
    "depth 100,000": (with_data(b"[" * 100_000 + b"]" * 100_000), malformed(TOO_DEEP)),
    "depth 100,000, never closed": (b'{"a":' * 100_000, malformed(TOO_DEEP)),
    "5,000-digit integer": (with_data(b'{"a":-%s}' % (b"1" * 5000)), malformed("The integer has more than 4300 digits.", "data.a")),
    "NaN": (with_data(b'{"a":[NaN]}'), malformed("NaN is not a finite number.", "data.a[0]")),
    "Infinity": (with_data(b'{"a":-Infinity}'), malformed("-Infinity is not a finite number.", "data.a")),
    "1e999": (with_data(b'{"a":1e999}'), malformed("1e999 is not a finite number.", "data.a")),
    "hexadecimal": (with_data(b'{"a":0x10}'), malformed("The JSON cannot be read: Expecting ',' delimiter at line 1, column 58.")),
    "duplicate key": (with_data(b'{"a":1,"a":2}'), malformed("The key appears more than once.", "data.a")),
    "duplicate field": (b'{"data":{},' + with_data(b"{}")[1:], malformed("The key appears more than once.", "data")),
    "duplicate key, spelt otherwise": (with_data(rb'{"a":1,"\u0061":2}'), malformed("The key appears more than once.", "data.a")),
    "NUL": (with_data(rb'{"a":"x\u0000"}'), malformed(NUL, "data.a")),
    "NUL in a key": (with_data(rb'{"a\u0000":1}'), malformed("The key contains the character \\u0000.", "data.a\\u0000")),
    "NUL in a field that is ignored": (b'{"metadata":"\\u0000",' + with_data(b"{}")[1:], malformed(NUL, "metadata")),
    "lone surrogate": (with_data(rb'{"a":"\ud800"}'), malformed("The string contains the lone surrogate \\ud800.", "data.a")),
    "lone low surrogate": (with_data(rb'{"a":"\udc00\ud83d"}'), malformed("The string contains the lone surrogate \\udc00.", "data.a")),
    "key of 513 characters": (with_data(b'{"%s":1}' % (b"k" * 513)), malformed("The key is longer than 512 characters.", f"data.{'k' * 63}…")),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), REFUSED.values(), ids=REFUSED)
def test_body_that_cannot_be_kept_is_refused(api: Api, body: bytes, expected: tuple[int, dict[str, Any]]) -> None:
    with nothing_written():
        answer = api.post(JOBS, body)

    assert answer.shown == expected


def test_every_problem_of_the_json_is_listed(api: Api) -> None:
    with nothing_written():
        answer = api.post(JOBS, with_data(rb'{"a":NaN,"b":{"c":"\u0000","c":1},"d":["\ud800"]}'))

    problems = [
        ("data.a", "NaN is not a finite number."),
        ("data.b.c", "The key appears more than once."),
        ("data.d[0]", "The string contains the lone surrogate \\ud800."),
    ]
    assert answer.shown == invalid(*problems, code="malformed_json")
