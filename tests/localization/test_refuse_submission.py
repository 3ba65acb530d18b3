"""reliability.md, "Create": each wrong field of a submission is named, and nothing is written."""

from typing import Any

import pytest

from tests.localization.calls import HUNDRED_LOCALES, JOBS, Api, invalid, make_body, nothing_written, refusal

REQUIRED = "This field is required."
NULL = "Must not be null."
STRING = "Must be a string."
EMPTY = "Must not be empty."
ARRAY = "Must be an array."
OBJECT = "Must be an object."
BOOLEAN = "Must be true or false."
NUMBER = "Must be a number."
ENGINE_404 = refusal(404, "NotFoundError", "engine_not_found", "Engine not found.", entityType="engine")

# (members of the body, problems)
WRONG: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    # sourceLocale
    ({"sourceLocale": ...}, [("sourceLocale", REQUIRED)]),
    ({"sourceLocale": None}, [("sourceLocale", NULL)]),
    ({"sourceLocale": 1}, [("sourceLocale", STRING)]),
    ({"sourceLocale": ["en"]}, [("sourceLocale", STRING)]),
    ({"sourceLocale": {}}, [("sourceLocale", STRING)]),
    ({"sourceLocale": True}, [("sourceLocale", STRING)]),
    ({"sourceLocale": ""}, [("sourceLocale", "The locale is empty.")]),
    ({"sourceLocale": "*"}, [("sourceLocale", "Unknown language subtag '*'.")]),
    ({"sourceLocale": " en"}, [("sourceLocale", "Unknown language subtag ' en'.")]),
    ({"sourceLocale": "e"}, [("sourceLocale", "Unknown language subtag 'e'.")]),
    ({"sourceLocale": "qq"}, [("sourceLocale", "Unknown language subtag 'qq'.")]),
    ({"sourceLocale": "e" * 300}, [("sourceLocale", "A locale has at most 35 characters, not 300.")]),
    # targetLocales
    ({"targetLocales": ...}, [("targetLocales", REQUIRED)]),
    ({"targetLocales": None}, [("targetLocales", NULL)]),
    ({"targetLocales": "de"}, [("targetLocales", ARRAY)]),
    ({"targetLocales": {"0": "de"}}, [("targetLocales", ARRAY)]),
    ({"targetLocales": 1}, [("targetLocales", ARRAY)]),
    ({"targetLocales": []}, [("targetLocales", EMPTY)]),
    ({"targetLocales": [*HUNDRED_LOCALES, "en"]}, [("targetLocales", "Must have at most 100 items, not 101.")]),
    ({"targetLocales": ["x"] * 5000}, [("targetLocales", "Must have at most 100 items, not 5000.")]),
    ({"targetLocales": ["de", "DE"]}, [("targetLocales[1]", "Repeats item 0: de.")]),
    ({"targetLocales": ["zh-cn", "fr", "zh_CN"]}, [("targetLocales[2]", "Repeats item 0: zh-CN.")]),
    ({"targetLocales": ["de", "e"]}, [("targetLocales[1]", "Unknown language subtag 'e'.")]),
    ({"targetLocales": ["english"]}, [("targetLocales[0]", "Unknown language subtag 'english'.")]),
    ({"targetLocales": ["🦆"]}, [("targetLocales[0]", "Unknown language subtag '🦆'.")]),
    ({"targetLocales": ["de-🦆"]}, [("targetLocales[0]", "'de-🦆' is not a well-formed BCP-47 locale.")]),
    ({"targetLocales": ["de-OO"]}, [("targetLocales[0]", "Unknown region subtag 'OO' in 'de-OO'.")]),
    ({"targetLocales": ["d" * 300]}, [("targetLocales[0]", "A locale has at most 35 characters, not 300.")]),
    ({"targetLocales": [""]}, [("targetLocales[0]", "The locale is empty.")]),
    ({"targetLocales": [None, 5, []]}, [("targetLocales[0]", NULL), ("targetLocales[1]", STRING), ("targetLocales[2]", STRING)]),
    # data
    ({"data": ...}, [("data", REQUIRED)]),
    ({"data": None}, [("data", NULL)]),
    ({"data": []}, [("data", OBJECT)]),
    ({"data": [{"a": "b"}]}, [("data", OBJECT)]),
    ({"data": "Hello"}, [("data", OBJECT)]),
    ({"data": 1}, [("data", OBJECT)]),
    ({"data": {"a": [{"b": "x" * 50_001}]}}, [("data.a[0].b", "Must have at most 50000 characters.")]),
    ({"data": {"a": ["x"] * 20_001}}, [("data", "Has more than 20000 strings.")]),
    # context
    ({"context": 1}, [("context", STRING)]),
    ({"context": ["a"]}, [("context", STRING)]),
    ({"context": False}, [("context", STRING)]),
    ({"context": "c" * 10_001}, [("context", "Must have at most 10000 characters.")]),
    # hints
    ({"hints": []}, [("hints", OBJECT)]),
    ({"hints": "a"}, [("hints", OBJECT)]),
    ({"hints": {"title": "a"}}, [("hints.title", ARRAY)]),
    ({"hints": {"title": None}}, [("hints.title", NULL)]),
    ({"hints": {"a.b": ["x", 1, None]}}, [("hints.a.b[1]", STRING), ("hints.a.b[2]", NULL)]),
    ({"hints": {"title": ["h"] * 51}}, [("hints.title", "Must have at most 50 items, not 51.")]),
    ({"hints": {"title": ["h" * 501]}}, [("hints.title[0]", "Must have at most 500 characters.")]),
    ({"hints": {f"k{number}": [] for number in range(20_001)}}, [("hints", "Must have at most 20000 members.")]),
    # lockedKeys
    ({"lockedKeys": "id"}, [("lockedKeys", ARRAY)]),
    ({"lockedKeys": {"id": True}}, [("lockedKeys", ARRAY)]),
    ({"lockedKeys": ["id", 1, None]}, [("lockedKeys[1]", STRING), ("lockedKeys[2]", NULL)]),
    ({"lockedKeys": [""]}, [("lockedKeys[0]", EMPTY)]),
    ({"lockedKeys": ["k" * 513]}, [("lockedKeys[0]", "Must have at most 512 characters.")]),
    ({"lockedKeys": ["k"] * 201}, [("lockedKeys", "Must have at most 200 items, not 201.")]),
    # callbackUrl: its addresses have a test of their own
    ({"callbackUrl": 1}, [("callbackUrl", STRING)]),
    ({"callbackUrl": ["https://hooks.example/"]}, [("callbackUrl", STRING)]),
    ({"callbackUrl": ""}, [("callbackUrl", EMPTY)]),
    # idempotencyKey
    ({"idempotencyKey": 1}, [("idempotencyKey", STRING)]),
    ({"idempotencyKey": {}}, [("idempotencyKey", STRING)]),
    ({"idempotencyKey": ""}, [("idempotencyKey", EMPTY)]),
    ({"idempotencyKey": "k" * 256}, [("idempotencyKey", "Must have at most 255 characters.")]),
    # engineId: what is a string is looked for
    ({"engineId": 1}, [("engineId", STRING)]),
    ({"engineId": ["eng_0000000000000000000"]}, [("engineId", STRING)]),
    ({"engineId": ""}, [("engineId", EMPTY)]),
    # pipelineConfig
    ({"pipelineConfig": []}, [("pipelineConfig", OBJECT)]),
    ({"pipelineConfig": "all"}, [("pipelineConfig", OBJECT)]),
    ({"pipelineConfig": {"preedit": {"enabled": True}}}, [("pipelineConfig.preedit", "Unknown field.")]),
    ({"pipelineConfig": {"localize": {"enabled": False}}}, [("pipelineConfig.localize", "Unknown field.")]),
    ({"pipelineConfig": {"preEdit": True}}, [("pipelineConfig.preEdit", OBJECT)]),
    ({"pipelineConfig": {"preEdit": None}}, [("pipelineConfig.preEdit", NULL)]),
    ({"pipelineConfig": {"preEdit": {"enabled": "yes"}}}, [("pipelineConfig.preEdit.enabled", BOOLEAN)]),
    ({"pipelineConfig": {"preEdit": {"enabled": 1}}}, [("pipelineConfig.preEdit.enabled", BOOLEAN)]),
    ({"pipelineConfig": {"preEdit": {"enabled": None}}}, [("pipelineConfig.preEdit.enabled", NULL)]),
    ({"pipelineConfig": {"preEdit": {"mode": "internal"}}}, [("pipelineConfig.preEdit.mode", "Unknown field.")]),
    ({"pipelineConfig": {"humanEdit": {"mode": "Internal"}}}, [("pipelineConfig.humanEdit.mode", "Must be one of: internal, external.")]),
    ({"pipelineConfig": {"humanEdit": {"tier": "gold"}}}, [("pipelineConfig.humanEdit.tier", "Must be one of: standard, pro.")]),
    ({"pipelineConfig": {"humanEdit": {"timeoutHours": 0}}}, [("pipelineConfig.humanEdit.timeoutHours", "Must be greater than 0.")]),
    ({"pipelineConfig": {"humanEdit": {"timeoutHours": -1}}}, [("pipelineConfig.humanEdit.timeoutHours", "Must be greater than 0.")]),
    ({"pipelineConfig": {"humanEdit": {"timeoutHours": 720.5}}}, [("pipelineConfig.humanEdit.timeoutHours", "Must be at most 720.")]),
    ({"pipelineConfig": {"humanEdit": {"timeoutHours": "48"}}}, [("pipelineConfig.humanEdit.timeoutHours", NUMBER)]),
    ({"pipelineConfig": {"humanEdit": {"timeoutHours": None}}}, [("pipelineConfig.humanEdit.timeoutHours", NULL)]),
    ({"pipelineConfig": {"humanEdit": {"maxCostUsd": -0.01}}}, [("pipelineConfig.humanEdit.maxCostUsd", "Must be at least 0.")]),
    ({"pipelineConfig": {"humanEdit": {"maxCostUsd": "1"}}}, [("pipelineConfig.humanEdit.maxCostUsd", NUMBER)]),
]


def name_of(value: Any) -> str:
    return ascii(value)[:60] if isinstance(value, dict) else ""


@pytest.mark.parametrize(("members", "problems"), WRONG, ids=name_of)
def test_wrong_field_is_refused_by_its_path(api: Api, members: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    with nothing_written():
        answer = api.submit(**members)

    assert answer.shown == invalid(*problems)


def test_all_problems_are_listed_at_once(api: Api) -> None:
    body = {"targetLocales": ["de", "e"], "context": 1, "pipelineConfig": {"preEdit": {"on": True}}, "callbackUrl": "http://a.example"}

    with nothing_written():
        answer = api.post(JOBS, body)

    problems = [
        ("sourceLocale", REQUIRED),
        ("targetLocales[1]", "Unknown language subtag 'e'."),
        ("data", REQUIRED),
        ("context", STRING),
        ("callbackUrl", "The URL must start with https://."),
        ("pipelineConfig.preEdit.on", "Unknown field."),
    ]
    status, expected = invalid(*problems)
    sentences = [f"{path}: {message}" for path, message in problems[:3]]
    assert answer.shown == (status, expected | {"message": f"{' '.join(sentences)} And 3 more."})


def test_a_refusal_lists_a_hundred_problems_at_most(api: Api) -> None:
    with nothing_written():
        answer = api.submit(hints={f"k{number}": 1 for number in range(1000)})

    assert (answer.status, len(answer.body["errors"])) == (400, 100)


@pytest.mark.parametrize(
    "engine_id", ["x", "eng_", "eng_0000000000000000000", "ljg_0000000000000000000", "eng_000000000000000000u", " ", "🦆", "../x"]
)
def test_engine_that_does_not_exist_is_not_found(api: Api, engine_id: str) -> None:
    with nothing_written():
        answer = api.submit(engineId=engine_id)

    assert answer.shown == (ENGINE_404[0], {**ENGINE_404[1], "id": engine_id})


def test_invalid_body_is_told_before_a_missing_engine(api: Api) -> None:
    with nothing_written():
        answer = api.post(JOBS, make_body(engineId="eng_0000000000000000000", data=...))

    assert answer.shown == invalid(("data", REQUIRED))
