"""Strict fields: what each takes, and the sentence for what it refuses."""

import time
from typing import Any

import pytest
from django.test import Client
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field

from foundation import fields
from foundation.api_errors import flatten
from foundation.customer_json import JSONValue, Number, Problem, parse

LIMIT_50 = "Must have at most 50000 characters."


def problems_of(field: Field[Any, Any, Any, Any], value: Any) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        field.run_validation(value)
    return list(flatten(caught.value.detail))


STRING = fields.StrictString(min_length=2, max_length=4)
INTEGER = fields.StrictInteger(min_value=1, max_value=720)
NUMBER = fields.StrictNumber(min_value=0, max_value=1)
LOCALES = fields.StrictList(child=fields.LocaleField(), min_items=1, max_items=3, is_distinct=True)
PATTERNS = fields.StringList(max_items=2, max_length=5)
HINTS = fields.StrictMap(child=fields.StringList(max_items=2, max_length=5), max_items=2)
QUERY = fields.QueryInteger(min_value=1, max_value=100)
CHOICE = fields.StrictChoice(choices=["approve", "edit"])


@pytest.mark.parametrize(
    ("field", "sent", "taken"),
    [
        (STRING, '" a\\n"', " a\n"),
        (fields.StrictString(allow_blank=True), '""', ""),
        (fields.StrictString(trim_whitespace=True), '" a "', "a"),
        (fields.StrictString(allow_null=True), "null", None),
        (fields.StrictBoolean(), "true", True),
        (fields.StrictBoolean(), "false", False),
        (INTEGER, "720", 720),
        (fields.StrictInteger(), "-12345678901234567890", -12345678901234567890),
        (NUMBER, "0.50", 0.5),
        (NUMBER, "1", 1.0),
        (CHOICE, '"edit"', "edit"),
        (fields.LocaleField(), '"sr_Latn-RS"', "sr-Latn-RS"),
        (fields.LocaleField(allow_any=True), '"*"', "*"),
        (LOCALES, '["EN","de","en_US"]', ["en", "de", "en-US"]),
        (PATTERNS, "[]", []),
        (PATTERNS, '["a","a"]', ["a", "a"]),
        (HINTS, '{"a.b":["x"],"":[]}', {"a.b": ["x"], "": []}),
        (fields.CustomerJSONField(), "[1.50,null]", [Number("1.50"), None]),
        (fields.TranslatableObject(), '{"":{"a":["x",1]}}', {"": {"a": ["x", Number("1")]}}),
    ],
)
def test_a_field_takes_its_type(field: Field[Any, Any, Any, Any], sent: str, taken: Any) -> None:
    assert field.run_validation(parse(sent)) == taken


@pytest.mark.parametrize(
    ("field", "sent", "problems"),
    [
        (STRING, "12", [Problem("", "Must be a string.")]),
        (STRING, "true", [Problem("", "Must be a string.")]),
        (STRING, '["a"]', [Problem("", "Must be a string.")]),
        (STRING, "null", [Problem("", "Must not be null.")]),
        (STRING, '""', [Problem("", "Must not be empty.")]),
        (STRING, '"a"', [Problem("", "Must have at least 2 characters.")]),
        (STRING, '"abcde"', [Problem("", "Must have at most 4 characters.")]),
        (fields.StrictString(trim_whitespace=True), '" "', [Problem("", "Must not be empty.")]),
        (fields.StrictBoolean(), '"yes"', [Problem("", "Must be true or false.")]),
        (fields.StrictBoolean(), '"true"', [Problem("", "Must be true or false.")]),
        (fields.StrictBoolean(), "1", [Problem("", "Must be true or false.")]),
        (fields.StrictBoolean(), "{}", [Problem("", "Must be true or false.")]),
        (fields.StrictBoolean(), "null", [Problem("", "Must not be null.")]),
        (INTEGER, '"5"', [Problem("", "Must be a whole number.")]),
        (INTEGER, "5.0", [Problem("", "Must be a whole number.")]),
        (INTEGER, "true", [Problem("", "Must be a whole number.")]),
        (INTEGER, "0", [Problem("", "Must be at least 1.")]),
        (INTEGER, "721", [Problem("", "Must be at most 720.")]),
        (NUMBER, '"0.5"', [Problem("", "Must be a number.")]),
        (NUMBER, "true", [Problem("", "Must be a number.")]),
        (NUMBER, "1" * 400, [Problem("", "Must be a number.")]),
        (NUMBER, "1.01", [Problem("", "Must be at most 1.")]),
        (NUMBER, "-0.01", [Problem("", "Must be at least 0.")]),
        (CHOICE, '"reject"', [Problem("", "Must be one of: approve, edit.")]),
        (CHOICE, "1", [Problem("", "Must be one of: approve, edit.")]),
        (CHOICE, "[]", [Problem("", "Must be one of: approve, edit.")]),
        (CHOICE, '""', [Problem("", "Must be one of: approve, edit.")]),
        (fields.LocaleField(), "1", [Problem("", "Must be a string.")]),
        (fields.LocaleField(), "null", [Problem("", "Must not be null.")]),
        (fields.LocaleField(), '"*"', [Problem("", "Unknown language subtag '*'.")]),
        (fields.LocaleField(), '"{0}"', [Problem("", "Unknown language subtag '{0}'.")]),
        (LOCALES, '"en"', [Problem("", "Must be an array.")]),
        (LOCALES, '{"0":"en"}', [Problem("", "Must be an array.")]),
        (LOCALES, "[]", [Problem("", "Must not be empty.")]),
        (LOCALES, '["en","de","fr","it"]', [Problem("", "Must have at most 3 items, not 4.")]),
        (LOCALES, '["de","fr","DE"]', [Problem("[2]", "Repeats item 0: de.")]),
        (LOCALES, '["e","fr",1]', [Problem("[0]", "Unknown language subtag 'e'."), Problem("[2]", "Must be a string.")]),
        (PATTERNS, '["","abcdef"]', [Problem("[0]", "Must not be empty."), Problem("[1]", "Must have at most 5 characters.")]),
        (HINTS, "[]", [Problem("", "Must be an object.")]),
        (HINTS, '{"a":[],"b":[],"c":[]}', [Problem("", "Must have at most 2 members.")]),
        (HINTS, '{"a":["x"],"b":[1]}', [Problem("b[0]", "Must be a string.")]),
        (fields.TranslatableObject(), "[]", [Problem("", "Must be an object.")]),
        (fields.TranslatableObject(), '"text"', [Problem("", "Must be an object.")]),
        (fields.TranslatableObject(), "null", [Problem("", "Must not be null.")]),
    ],
)
def test_a_field_refuses_the_rest_in_a_sentence(field: Field[Any, Any, Any, Any], sent: str, problems: list[Problem]) -> None:
    assert problems_of(field, parse(sent)) == problems


@pytest.mark.parametrize(
    ("sent", "problem"),
    [("0", "Must be at least 1."), ("-1", "Must be at least 1."), ("101", "Must be at most 100."), ("abc", "Must be a whole number.")],
)
def test_a_query_number_is_checked_like_others(sent: str, problem: str) -> None:
    assert QUERY.run_validation("100") == 100
    assert problems_of(QUERY, sent) == [Problem("", problem)]
    assert problems_of(QUERY, "1" * 5000) == [Problem("", "Must be a whole number.")]


def test_a_string_over_the_limit_is_named_by_its_path() -> None:
    data: JSONValue = {"ok": "x" * 50_000, "lessons": [{"title": "x" * 50_001}], "a.b": "x" * 50_001}

    assert problems_of(fields.TranslatableObject(), data) == [Problem("lessons[0].title", LIMIT_50), Problem("a.b", LIMIT_50)]


def test_a_value_that_is_one_long_string_has_the_fields_own_path() -> None:
    assert problems_of(fields.CustomerJSONField(), "x" * 50_001) == [Problem("", LIMIT_50)]


def test_twenty_thousand_strings_are_taken_and_one_more_is_not() -> None:
    data: JSONValue = {"list": ["x"] * 20_000, "numbers": [Number("1")] * 30_000}

    assert fields.TranslatableObject().run_validation(data) is data
    assert problems_of(fields.TranslatableObject(), {"list": ["x"] * 20_001}) == [Problem("", "Has more than 20000 strings.")]


def test_a_million_items_are_refused_before_one_is_read() -> None:
    items: JSONValue = [""] * 1_000_000
    started_at = time.perf_counter()

    assert problems_of(LOCALES, items) == [Problem("", "Must have at most 3 items, not 1000000.")]
    assert time.perf_counter() - started_at < 0.1


def test_a_refusal_lists_every_problem_with_its_path(client: Client) -> None:
    body = '{"targetLocales":["de","english"],"data":[],"pipelineConfig":{"humanEdit":{"timeoutHours":"1","timeout":2},"postEdits":{}}}'

    answer = client.post("/orders", body, content_type="application/json")

    assert (answer.status_code, answer.json()) == (
        400,
        {
            "_tag": "BadRequestError",
            "message": "targetLocales[1]: Unknown language subtag 'english'. data: Must be an object. "
            "pipelineConfig.humanEdit.timeoutHours: Must be a whole number. And 2 more.",
            "code": "validation_failed",
            "requestId": "req-1",
            "errors": [
                {"path": "targetLocales[1]", "message": "Unknown language subtag 'english'."},
                {"path": "data", "message": "Must be an object."},
                {"path": "pipelineConfig.humanEdit.timeoutHours", "message": "Must be a whole number."},
                {"path": "pipelineConfig.humanEdit.timeout", "message": "Unknown field."},
                {"path": "pipelineConfig.postEdits", "message": "Unknown field."},
            ],
        },
    )


def test_an_unknown_member_alone_is_refused_where_typos_cost_money(client: Client) -> None:
    answer = client.post("/orders", '{"targetLocales":["en"],"data":{},"pipelineConfig":{"postEdits":{}}}', content_type="application/json")

    assert (answer.status_code, answer.json()["errors"]) == (400, [{"path": "pipelineConfig.postEdits", "message": "Unknown field."}])


def test_unknown_members_are_ignored_where_nobody_refuses_them(client: Client) -> None:
    body = '{"targetLocales":["EN"],"data":{"b":1.50,"a":"x"},"orgId":"org_1","status":"completed"}'

    answer = client.post("/orders", body, content_type="application/json")

    assert (answer.status_code, answer.content) == (200, b'{"targetLocales":["en"],"data":{"b":1.50,"a":"x"}}')


@pytest.mark.parametrize(("config", "message"), [("[]", "Must be an object."), ("1", "Must be an object."), ("null", "Must not be null.")])
def test_a_nested_object_must_be_one(client: Client, config: str, message: str) -> None:
    answer = client.post("/orders", f'{{"targetLocales":["en"],"data":{{}},"pipelineConfig":{config}}}', content_type="application/json")

    assert (answer.status_code, answer.json()["errors"]) == (400, [{"path": "pipelineConfig", "message": message}])
