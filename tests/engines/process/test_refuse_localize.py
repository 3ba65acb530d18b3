"""What `POST /process/localize` refuses, and how it fails: always the one error shape, never a 200 that says an error."""

import json
from typing import Any

import pytest

from engines.models import Engine, ModelConfig
from engines.process import localize as process
from organizations.models import Organization, User
from tests.api import Answer, Api, invalid, not_found, refusal
from tests.factories import make_engine, make_key
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

pytestmark = pytest.mark.django_db

PATH = "/process/localize"
REQUIRED = "This field is required."


def localize(api: Api, **members: Any) -> Answer:
    body = {"sourceLocale": "en", "targetLocale": "de", "data": {"text": "Hello"}, **members}
    return api.post(PATH, {name: value for name, value in body.items() if value is not ...})


BAD_MEMBERS = [
    ({"targetLocale": ...}, ("targetLocale", REQUIRED)),
    ({"targetLocale": None}, ("targetLocale", "Must not be null.")),
    ({"targetLocale": 5}, ("targetLocale", "Must be a string.")),
    ({"targetLocale": ["de"]}, ("targetLocale", "Must be a string.")),
    ({"targetLocale": ""}, ("targetLocale", "The locale is empty.")),
    ({"targetLocale": "qx"}, ("targetLocale", "Unknown language subtag 'qx'.")),
    ({"targetLocale": "de-DEUTSCHLAND"}, ("targetLocale", "'de-DEUTSCHLAND' is not a well-formed BCP-47 locale.")),
    ({"sourceLocale": True}, ("sourceLocale", "Must be a string.")),
    ({"sourceLocale": "qx-YY"}, ("sourceLocale", "Unknown language subtag 'qx' in 'qx-YY'.")),
    ({"data": ...}, ("data", REQUIRED)),
    ({"data": None}, ("data", "Must not be null.")),
    ({"data": ["Hello"]}, ("data", "Must be an object.")),
    ({"data": "Hello"}, ("data", "Must be an object.")),
    ({"data": {"a": ["x" * 50_001]}}, ("data.a[0]", "Must have at most 50000 characters.")),
    ({"data": {"a": ["x"] * 20_001}}, ("data", "Has more than 20000 strings.")),
    ({"engineId": 5}, ("engineId", "Must be a string.")),
    ({"hints": ["Menu"]}, ("hints", "Must be an object.")),
    ({"hints": {"text": "Menu"}}, ("hints.text", "Must be an array.")),
    ({"hints": {"text": ["Menu", 5]}}, ("hints.text[1]", "Must be a string.")),
    ({"hints": {"text": ["x"] * 51}}, ("hints.text", "Must have at most 50 items, not 51.")),
    ({"hints": {"text": ["x" * 501]}}, ("hints.text[0]", "Must have at most 500 characters.")),
    ({"context": {"a": 1}}, ("context", "Must be a string.")),
    ({"context": "x" * 10_001}, ("context", "Must have at most 10000 characters.")),
    ({"lockedKeys": "id"}, ("lockedKeys", "Must be an array.")),
    ({"lockedKeys": ["id", 7]}, ("lockedKeys[1]", "Must be a string.")),
    ({"lockedKeys": ["id"] * 201}, ("lockedKeys", "Must have at most 200 items, not 201.")),
]


@pytest.mark.parametrize(
    ("members", "problem"), BAD_MEMBERS, ids=[f"{next(iter(members))}-{index}" for index, (members, _) in enumerate(BAD_MEMBERS)]
)
def test_bad_member_is_named(api: Api, pseudo_engine: Engine, members: dict[str, Any], problem: tuple[str, str]) -> None:
    assert localize(api, **members).shown == invalid(problem)


def test_all_problems_are_listed_at_once(api: Api, pseudo_engine: Engine) -> None:
    answer = localize(api, sourceLocale=1, targetLocale=2, data=3)

    expected = invalid(("sourceLocale", "Must be a string."), ("targetLocale", "Must be a string."), ("data", "Must be an object."))
    assert answer.shown == expected


@pytest.mark.parametrize("reference", [5, "x", [], {"de": 5}, {"qq": {"a": "b"}}, {"": {}}, {"de": None}], ids=str)
def test_reference_is_never_an_error(api: Api, pseudo_engine: Engine, reference: Any) -> None:
    assert localize(api, reference=reference).status == 200


def test_no_body_lacks_all_fields(api: Api) -> None:
    assert api.post(PATH).shown == invalid(("targetLocale", REQUIRED), ("data", REQUIRED))


def test_call_without_a_key_is_refused() -> None:
    for key in (None, "ilk_nonsense"):
        assert localize(Api(key)).shown == refusal(401, "UnauthorizedError", "invalid_api_key", "Invalid API key")


def test_bearer_token_is_no_key_here(organization: Organization, owner: User) -> None:
    key = make_key(organization, user=owner)[1]

    assert Api(None).post(PATH, {}, headers={"Authorization": f"Bearer {key}"}).status == 401


def test_strangers_engine_does_not_exist(api: Api, pseudo_engine: Engine, stranger: User) -> None:
    foreign = make_engine(stranger.memberships.get().organization)

    for engine_id in (foreign.id, "eng_0000000000000000000", "Default"):
        assert localize(api, engineId=engine_id).shown == not_found("engine", "engine", engine_id)


def test_disabled_engine_refuses(api: Api, pseudo_engine: Engine) -> None:
    Engine.objects.update(enabled=False)

    assert localize(api).shown == refusal(403, "ForbiddenError", "engine_disabled", "This engine is disabled.")


def test_organization_without_a_default_must_name_an_engine(api: Api, organization: Organization) -> None:
    other = make_engine(organization, is_default=False)

    assert localize(api).shown == invalid(("engineId", "The organization has no default engine: name one."))
    assert localize(api, engineId=other.id).status == 200


def test_key_limited_to_an_engine_reaches_no_other(organization: Organization, pseudo_engine: Engine) -> None:
    allowed = make_engine(organization, name="Allowed", is_default=False)
    api = Api(make_key(organization, engines=[allowed])[1])

    assert localize(api, engineId=allowed.id).status == 200
    assert localize(api, engineId=pseudo_engine.id).shown == not_found("engine", "engine", pseudo_engine.id)


def test_engine_without_a_model_for_the_pair_is_the_callers_to_change(api: Api, pseudo_engine: Engine) -> None:
    ModelConfig.objects.update(target_locale="fr")

    assert localize(api).shown == invalid(("targetLocale", "The engine has no model for en to de."), code="no_model")


def test_engine_whose_models_all_refuse_is_a_500_in_the_error_shape(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    model_server.script(rule("status", status=401))

    answer = localize(api)

    assert (answer.status, answer.body["_tag"], answer.body["code"]) == (500, "InternalServerError", "translation_failed")
    assert answer.body["message"].startswith("openai:openai")


def test_deadline_reached_is_a_500(api: Api, chat_engine: Engine, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "SECONDS", 0.3)
    model_server.script(rule("hold"))

    answer = localize(api)

    model_server.release()
    assert (answer.status, answer.body["code"]) == (500, "translation_failed")
    assert "data" not in answer.body


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(api: Api, method: str) -> None:
    assert api.call(method, PATH).shown == refusal(405, "MethodNotAllowedError", "method_not_allowed", "This path does not take that method.")


def test_no_text_verified_is_a_500(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    model_server.script(rule("invented_placeholder"))

    answer = localize(api)

    assert (answer.status, answer.body["_tag"], answer.body["code"]) == (500, "InternalServerError", "translation_failed")
    assert set(answer.body) == {"_tag", "message", "code"}


def test_engine_that_must_not_keep_sources_fails_for_one_text(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    Engine.objects.update(on_unverified="fail")
    model_server.script(rule("invented_placeholder", only="Stubborn"))

    assert localize(api, data={"a": "Hello", "b": "Stubborn"}).body["code"] == "translation_failed"


def test_what_was_verified_before_a_failure_is_not_paid_for_again(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    Engine.objects.update(on_unverified="fail")
    model_server.script(rule("invented_placeholder", only="Stubborn"))
    localize(api, data={"a": "Hello", "b": "Stubborn"})
    model_server.reset()

    answer = localize(api, data={"a": "Hello", "b": "Stubborn"})

    (call,) = model_server.requests()
    assert answer.body["data"] == {"a": "[de] Hello", "b": "[de] Stubborn"}
    assert json.loads(call["body"]["messages"][-1]["content"])["texts"] == {"1": "Stubborn"}
