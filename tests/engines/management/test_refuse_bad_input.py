"""What engine management refuses: each answer exact, and nothing written."""

from typing import Any

import pytest

from engines.models import Engine
from organizations.models import Organization
from tests.api import Api, invalid, not_found, refusal
from tests.engines.management.calls import BRAND_VOICES, ENGINES, GLOSSARY, INSTRUCTIONS, LAYERS, MODELS, Layer, nothing_written

STRING, EMPTY, REQUIRED, UNKNOWN = "Must be a string.", "Must not be empty.", "This field is required.", "Unknown field."
PROVIDERS = "Must be one of: openai, anthropic, google, apertium, pseudo."


def too_long(length: int) -> str:
    return f"Must have at most {length:,} characters.".replace(",", "")


ENGINE_PROBLEMS: list[tuple[dict[str, Any], str, str]] = [
    ({"name": 1}, "name", STRING),
    ({"name": None}, "name", "Must not be null."),
    ({"name": "  "}, "name", EMPTY),
    ({"name": "x" * 201}, "name", too_long(200)),
    ({"description": "x" * 10_001}, "description", too_long(10_000)),
    ({"sourceLocales": "en"}, "sourceLocales", "Must be an array."),
    ({"sourceLocales": ["en", "EN"]}, "sourceLocales[1]", "Repeats item 0: en."),
    ({"targetLocales": ["de", "english"]}, "targetLocales[1]", "Unknown language subtag 'english'."),
    ({"targetLocales": ["*"]}, "targetLocales[0]", "Unknown language subtag '*'."),
    ({"targetLocales": ["de"] * 201}, "targetLocales", "Must have at most 200 items, not 201."),
    ({"enabled": "yes"}, "enabled", "Must be true or false."),
    ({"isDefault": 1}, "isDefault", "Must be true or false."),
    ({"usesMemory": None}, "usesMemory", "Must not be null."),
    ({"onUnverified": "skip"}, "onUnverified", "Must be one of: keep, fail."),
    ({"ownerOrganizationId": 5}, "ownerOrganizationId", STRING),
    ({"owner": "x"}, "owner", UNKNOWN),
    ({"source_locales": []}, "source_locales", UNKNOWN),
    ({"pipelineConfig": []}, "pipelineConfig", "Must be an object."),
    ({"pipelineConfig": {"humanEdit": {"hours": 5}}}, "pipelineConfig.humanEdit.hours", UNKNOWN),
    ({"pipelineConfig": {"preEdit": {"enabled": 1}}}, "pipelineConfig.preEdit.enabled", "Must be true or false."),
]
LAYER_PROBLEMS: list[tuple[Layer, dict[str, Any], str, str]] = [
    (MODELS, {"provider": "acme"}, "provider", PROVIDERS),
    (MODELS, {"provider": 1}, "provider", PROVIDERS),
    (MODELS, {"model": ""}, "model", EMPTY),
    (MODELS, {"model": "x" * 201}, "model", too_long(200)),
    (MODELS, {"rank": 0}, "rank", "Must be at least 1."),
    (MODELS, {"rank": 1001}, "rank", "Must be at most 1000."),
    (MODELS, {"rank": "1"}, "rank", "Must be a whole number."),
    (MODELS, {"rank": 1.5}, "rank", "Must be a whole number."),
    (MODELS, {"sourceLocale": "xx-"}, "sourceLocale", "'xx-' is not a well-formed BCP-47 locale."),
    (MODELS, {"targetLocale": None}, "targetLocale", "Must not be null."),
    (MODELS, {"temperature": 1}, "temperature", UNKNOWN),
    (GLOSSARY, {"sourceText": " "}, "sourceText", EMPTY),
    (GLOSSARY, {"sourceText": "x" * 501}, "sourceText", too_long(500)),
    (GLOSSARY, {"sourceText": "a\x01b"}, "sourceText", "Must not have control characters."),
    (GLOSSARY, {"targetText": 5}, "targetText", STRING),
    (GLOSSARY, {"targetText": "x" * 501}, "targetText", too_long(500)),
    (GLOSSARY, {"targetText": ""}, "targetText", "A custom_translation needs one."),
    (GLOSSARY, {"type": "non_translatable"}, "targetText", "A non_translatable term has none."),
    (GLOSSARY, {"type": "synonym"}, "type", "Must be one of: custom_translation, non_translatable."),
    (GLOSSARY, {"hint": "x" * 501}, "hint", too_long(500)),
    (GLOSSARY, {"targetLocale": ["de"]}, "targetLocale", STRING),
    (GLOSSARY, {"note": ""}, "note", UNKNOWN),
    (INSTRUCTIONS, {"name": ""}, "name", EMPTY),
    (INSTRUCTIONS, {"name": "x" * 201}, "name", too_long(200)),
    (INSTRUCTIONS, {"text": "x" * 10_001}, "text", too_long(10_000)),
    (INSTRUCTIONS, {"text": None}, "text", "Must not be null."),
    (INSTRUCTIONS, {"sourceLocale": "en"}, "sourceLocale", UNKNOWN),
    (BRAND_VOICES, {"locale": "*"}, "locale", "Unknown language subtag '*'."),
    (BRAND_VOICES, {"locale": 5}, "locale", STRING),
    (BRAND_VOICES, {"text": "\n"}, "text", EMPTY),
    (BRAND_VOICES, {"text": "x" * 10_001}, "text", too_long(10_000)),
    (BRAND_VOICES, {"name": "x"}, "name", UNKNOWN),
]


@pytest.mark.parametrize(("members", "path", "message"), ENGINE_PROBLEMS)
def test_engine_with_a_wrong_member_is_refused(api: Api, engine: Engine, members: dict[str, Any], path: str, message: str) -> None:
    tag = api.get(f"{ENGINES}/{engine.pk}").tag

    with nothing_written():
        created = api.post(ENGINES, {"ownerOrganizationId": engine.organization_id, "name": "Shop", **members})
        changed = api.put(f"{ENGINES}/{engine.pk}", members, if_match=tag)

    assert created.shown == changed.shown == invalid((path, message))


@pytest.mark.parametrize(("layer", "members", "path", "message"), LAYER_PROBLEMS, ids=lambda value: getattr(value, "noun", None))
def test_item_with_a_wrong_member_is_refused(api: Api, engine: Engine, layer: Layer, members: dict[str, Any], path: str, message: str) -> None:
    added = layer.add(api, engine)

    with nothing_written():
        created = api.post(layer.path(engine), {**layer.new, **members})
        changed = api.put(layer.path(engine, added.body["id"]), members, if_match=added.tag)

    assert created.shown == changed.shown == invalid((path, message))


def test_all_that_is_wrong_is_said_at_once(api: Api, engine: Engine) -> None:
    with nothing_written():
        answer = api.post(MODELS.path(engine), {"provider": "acme", "rank": 0, "colour": "red"})

    assert [problem["path"] for problem in answer.body["errors"]] == ["provider", "model", "rank", "colour"]


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        (ENGINES, ["ownerOrganizationId", "name"]),
        ("models", ["provider", "model"]),
        ("glossary", ["sourceText"]),
        ("instructions", ["name", "text"]),
        ("brand-voices", ["locale", "text"]),
    ],
)
def test_empty_body_lacks_what_is_required(api: Api, engine: Engine, path: str, missing: list[str]) -> None:
    address = path if path == ENGINES else f"{ENGINES}/{engine.pk}/{path}"

    with nothing_written():
        answers = [api.post(address, body) for body in (b"", {})]

    assert [answer.shown for answer in answers] == [invalid(*((name, REQUIRED) for name in missing))] * 2


@pytest.mark.parametrize("body", ["[]", '"text"', "null", "5"])
def test_body_that_is_no_object_is_refused(api: Api, engine: Engine, body: str) -> None:
    item = BRAND_VOICES.add(api, engine)
    single = BRAND_VOICES.path(engine, item.body["id"])

    with nothing_written():
        answers = [api.post(ENGINES, body), api.post(BRAND_VOICES.path(engine), body), api.put(single, body, if_match=item.tag)]

    assert [answer.shown for answer in answers] == [invalid(("", "The body must be a JSON object."))] * 3


def test_engine_of_another_organization_cannot_be_made_or_given_away(api: Api, engine: Engine, stranger: Any) -> None:
    foreign = stranger.memberships.get().organization.pk
    tag = api.get(f"{ENGINES}/{engine.pk}").tag

    for owner in (foreign, "org_" + "0" * 19, "x"):
        with nothing_written():
            created = api.post(ENGINES, {"ownerOrganizationId": owner, "name": "Shop"})
            changed = api.put(f"{ENGINES}/{engine.pk}", {"ownerOrganizationId": owner}, if_match=tag)
        assert created.shown == changed.shown == not_found("organization", "organization", owner)


@pytest.mark.parametrize(
    ("query", "path", "message"),
    [
        ({"limit": "0"}, "limit", "Must be at least 1."),
        ({"limit": "-1"}, "limit", "Must be at least 1."),
        ({"limit": "101"}, "limit", "Must be at most 100."),
        ({"limit": "abc"}, "limit", "Must be a whole number."),
    ],
)
def test_list_with_a_wrong_limit_is_refused(api: Api, engine: Engine, query: dict[str, str], path: str, message: str) -> None:
    answers = [api.get(address, **query) for address in (ENGINES, *(layer.path(engine) for layer in LAYERS))]

    assert [answer.shown for answer in answers] == [invalid((path, message))] * 5


@pytest.mark.parametrize("cursor", ["x", "a.b", "", "🦆"])
def test_list_with_a_malformed_cursor_is_refused(api: Api, engine: Engine, cursor: str) -> None:
    answers = [api.get(address, cursor=cursor) for address in (ENGINES, *(layer.path(engine) for layer in LAYERS))]

    assert [(answer.status, answer.body["errors"][0]["path"]) for answer in answers] == [(400, "cursor")] * 5


@pytest.mark.parametrize("path", ["", "/pipeline", "/glossary", "/glossary/export", "/glossary/import", "/memory/export", "/memory/import"])
def test_other_methods_are_refused(api: Api, engine: Engine, path: str) -> None:
    with nothing_written():
        answer = api.call("PATCH", f"{ENGINES}/{engine.pk}{path}")

    assert answer.shown == refusal(405, "MethodNotAllowedError", "method_not_allowed", "This path does not take that method.")


@pytest.mark.parametrize("path", ["reviewers", "suggestions", "suggestions/from-text", "colours"])
def test_routes_that_come_later_are_absent(api: Api, organization: Organization, engine: Engine, path: str) -> None:
    address = f"{ENGINES}/{engine.pk}/{path}"

    assert [api.get(address).shown, api.post(address, {}).shown] == [not_found("path", "path", address)] * 2
