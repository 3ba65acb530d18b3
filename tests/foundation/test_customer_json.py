"""Strict reading and faithful writing of customers' JSON."""

import json
import time

import pytest

from foundation.customer_json import MalformedJSON, Number, Problem, dump, format_path, parse

TOO_DEEP = "The JSON is nested more than 32 levels deep."
REPEATED = "The key appears more than once."


def refusal_of(body: bytes | str) -> list[Problem]:
    with pytest.raises(MalformedJSON) as caught:
        parse(body)
    return caught.value.problems


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"", "The body is empty; it must be JSON.", id="empty"),
        pytest.param(b" \n", "The body is empty; it must be JSON.", id="blank"),
        pytest.param(b'{"a": "\xff"}', "The JSON is not valid UTF-8 (byte 7).", id="invalid UTF-8"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', "The JSON is not valid UTF-8 (byte 7).", id="surrogate as UTF-8"),
        pytest.param(b"\xef\xbb\xbf{}", "The JSON starts with a byte order mark; send it without.", id="BOM"),
        pytest.param("\ufeff{}", "The JSON starts with a byte order mark; send it without.", id="BOM in text"),
        pytest.param(b'{"a": 1', "The JSON cannot be read: Expecting ',' delimiter at line 1, column 8.", id="truncated object"),
        pytest.param(b'{"a": "b', "The JSON cannot be read: Unterminated string starting at line 1, column 7.", id="truncated string"),
        pytest.param(b"{} {}", "The JSON cannot be read: Extra data at line 1, column 4.", id="two values"),
        pytest.param(
            b"{'a': 1}", "The JSON cannot be read: Expecting property name enclosed in double quotes at line 1, column 2.", id="single quotes"
        ),
        pytest.param(b'["a\x00b"]', "The JSON cannot be read: Invalid control character at line 1, column 4.", id="raw NUL"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, TOO_DEEP, id="arrays 100,000 deep"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, TOO_DEEP, id="objects 100,000 deep"),
        pytest.param(b"[" * 4_000_000, TOO_DEEP, id="4 MB of opening brackets"),
    ],
)
def test_text_that_cannot_be_read_is_refused_as_a_whole(body: bytes | str, message: str) -> None:
    assert refusal_of(body) == [Problem("", message)]


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        pytest.param('{"a": [NaN]}', [Problem("a[0]", "NaN is not a finite number.")], id="NaN"),
        pytest.param('{"a": -Infinity}', [Problem("a", "-Infinity is not a finite number.")], id="Infinity"),
        pytest.param('{"a": 1e999}', [Problem("a", "1e999 is not a finite number.")], id="1e999"),
        pytest.param('{"a": -1E+999}', [Problem("a", "-1E+999 is not a finite number.")], id="-1E+999"),
        pytest.param('{"a": %s}' % ("1" * 5000), [Problem("a", "The integer has more than 4300 digits.")], id="5,000 digits"),
        pytest.param('{"a": -%s}' % ("1" * 4301), [Problem("a", "The integer has more than 4300 digits.")], id="4,301 digits"),
        pytest.param('{"a": {"b": 1, "b": 1}}', [Problem("a.b", REPEATED)], id="duplicate key"),
        pytest.param('{"a": 1, "\\u0061": 1}', [Problem("a", REPEATED)], id="duplicate key, one escaped"),
        pytest.param('{"a": "x\\u0000"}', [Problem("a", "The string contains the character \\u0000.")], id="NUL in a value"),
        pytest.param('{"x\\u0000": 1}', [Problem("x\\u0000", "The key contains the character \\u0000.")], id="NUL in a key"),
        pytest.param('{"a": "\\ud83d"}', [Problem("a", "The string contains the lone surrogate \\ud83d.")], id="lone surrogate in a value"),
        pytest.param('{"a": "\\uDE00\\uD83D"}', [Problem("a", "The string contains the lone surrogate \\ude00.")], id="pair the wrong way round"),
        pytest.param('{"\\ud83d": 1}', [Problem("\\ud83d", "The key contains the lone surrogate \\ud83d.")], id="lone surrogate in a key"),
        pytest.param('["\ud83d"]', [Problem("[0]", "The string contains the lone surrogate \\ud83d.")], id="lone surrogate in text"),
        pytest.param('{"%s": 1}' % ("k" * 513), [Problem("k" * 63 + "…", "The key is longer than 512 characters.")], id="key of 513"),
        pytest.param("[" * 33 + "]" * 33, [Problem("[0]" * 32, TOO_DEEP)], id="arrays 33 deep"),
        pytest.param('{"a":' * 33 + "1" + "}" * 33, [Problem(".".join("a" * 32), TOO_DEEP)], id="objects 33 deep"),
        pytest.param("[" * 900 + "]" * 900, [Problem("[0]" * 32, TOO_DEEP)], id="deeper than the limit, not than the stack"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_path(body: str, problems: list[Problem]) -> None:
    assert refusal_of(body) == problems


def test_all_problems_are_listed_in_reading_order() -> None:
    body = '{"a": NaN, "b": [{"c": 1, "c": 2}, "\\u0000"], "d": {"\\ud800": 1e400}}'

    assert refusal_of(body) == [
        Problem("a", "NaN is not a finite number."),
        Problem("b[0].c", REPEATED),
        Problem("b[1]", "The string contains the character \\u0000."),
        Problem("d.\\ud800", "The key contains the lone surrogate \\ud800."),
        Problem("d.\\ud800", "1e400 is not a finite number."),
    ]


def test_a_million_problems_are_a_list_of_one_hundred() -> None:
    assert len(refusal_of(b"[" + b"NaN," * 1_000_000 + b"1]")) == 100


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("null", id="null"),
        pytest.param('{"b":1,"a":2,"0":3}', id="key order"),
        pytest.param("[1.50,1.5,-0,-0.0,1E5,1e+05,0.1e-7]", id="spelling of numbers"),
        pytest.param("[9007199254740993,123456789012345678901234567890]", id="large integers"),
        pytest.param("[" + "1" * 4300 + "]", id="4,300 digits"),
        pytest.param('{"__proto__":{},"constructor":1,"":2,"a.b":3,"a/b":4,"a[0]":5,"data":6}', id="odd keys"),
        pytest.param('["",null,true,false,[],{}]', id="empty values"),
        pytest.param('["é","日本語","😀","\u2028","\x7f"]', id="beyond ASCII"),
        pytest.param(r'["\n\t\"\\u0000"]', id="escaped backslash before u0000"),
        pytest.param('{"%s":1}' % ("k" * 512), id="key of 512"),
        pytest.param("[" * 32 + "]" * 32, id="32 deep"),
        pytest.param('["<script>","{{7*7}}","=cmd()"]', id="markup and formulas"),
    ],
)
def test_json_comes_back_as_it_was_sent(text: str) -> None:
    assert dump(parse(text.encode())) == text
    assert dump(parse(text)) == text


def test_an_escaped_surrogate_pair_is_one_character() -> None:
    assert parse(rb'["\ud83d\ude00"]') == ["😀"]


def test_numbers_keep_their_spelling_and_know_their_value() -> None:
    value = parse(b"[1.50, 2, true, 1e2]")

    assert value == [Number("1.50"), Number("2"), True, Number("1e2")]
    assert [number.to_python() for number in (Number("1.50"), Number("-2"), Number("1e2"))] == [1.5, -2, 100.0]


def test_two_spellings_of_a_number_are_two_values() -> None:
    assert parse("1.5") != parse("1.50")


def test_dump_writes_plain_numbers_of_any_size() -> None:
    assert dump({"a": 2**70, "b": [-(2**63), -(2**63) - 1, 2**64 - 1, 1.5, Number("1.50")], "c": True}) == (
        '{"a":1180591620717411303424,"b":[-9223372036854775808,-9223372036854775809,18446744073709551615,1.5,1.50],"c":true}'
    )


def test_dump_refuses_what_is_not_json() -> None:
    with pytest.raises(TypeError, match="not JSON serializable: object"):
        dump({"a": object()})
    with pytest.raises(TypeError):
        dump("\ud800")


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("data", "lessons", 0, "title"), "data.lessons[0].title"), ((3,), "[3]"), (("a", 1, 2), "a[1][2]")],
)
def test_paths_read_like_javascript(path: tuple[str | int, ...], text: str) -> None:
    assert format_path(path) == text


def test_the_largest_body_is_read_in_half_a_second() -> None:
    body = json.dumps({"data": {f"key{index}": "x" * 195 for index in range(20_000)}}).encode()
    started_at = time.perf_counter()

    parse(body)

    assert len(body) > 4_000_000
    assert time.perf_counter() - started_at < 0.5
