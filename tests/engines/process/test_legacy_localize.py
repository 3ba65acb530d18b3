"""`POST /i18n`, as older clients call it: a bearer token, both locales in one object, the payload alone in the answer (contract §6)."""

from typing import Any

import pytest

from engines.models import Engine
from organizations.models import Organization, User
from tests.api import Answer, Api, invalid, refusal
from tests.factories import make_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def bearer(organization: Organization, owner: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_key(organization, user=owner)[1]}"}


def call(bearer: dict[str, str], **members: Any) -> Answer:
    body = {"params": {"workflowId": "x", "fast": False}, "locale": {"source": "en", "target": "de"}, "data": {"text": "Hello"}, "reference": {}}
    return Api(None).post("/i18n", body | members, headers=bearer)


def test_answer_is_the_payload_alone(chat_engine: Engine, bearer: dict[str, str]) -> None:
    assert call(bearer).shown == (200, {"data": {"text": "[de] Hello"}})


def test_array_is_a_payload_too(chat_engine: Engine, bearer: dict[str, str]) -> None:
    assert call(bearer, data=["Hello", 5, {"a": "Bye"}]).shown == (200, {"data": ["[de] Hello", 5, {"a": "[de] Bye"}]})


def test_source_may_be_left_to_detection(chat_engine: Engine, bearer: dict[str, str]) -> None:
    data = {"text": "Guten Morgen, wie geht es dir heute?"}

    assert call(bearer, data=data, locale={"source": None, "target": "de"}).shown == (200, {"data": data})


def test_speakers_of_a_chat_keep_their_names(chat_engine: Engine, bearer: dict[str, str]) -> None:
    answer = call(bearer, data={"chat": [{"name": "Alice", "text": "Hello"}]})

    assert answer.body["data"] == {"chat": [{"name": "Alice", "text": "[de] Hello"}]}


def test_key_in_its_own_header_is_taken_too(chat_engine: Engine, api: Api) -> None:
    assert api.post("/i18n", {"locale": {"target": "de"}, "data": {"text": "Hello"}}).shown == (200, {"data": {"text": "[de] Hello"}})


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"locale": None}, ("locale", "Must not be null.")),
        ({"locale": "de"}, ("locale", "Must be an object.")),
        ({"locale": {}}, ("locale.target", "This field is required.")),
        ({"locale": {"target": "qx"}}, ("locale.target", "Unknown language subtag 'qx'.")),
        ({"locale": {"target": "de", "source": 5}}, ("locale.source", "Must be a string.")),
        ({"data": "Hello"}, ("data", "Must be an object or an array.")),
        ({"data": {"a": "x" * 50_001}}, ("data.a", "Must have at most 50000 characters.")),
        ({"hints": []}, ("hints", "Must be an object.")),
    ],
)
def test_bad_body_is_refused(pseudo_engine: Engine, bearer: dict[str, str], members: Any, problem: tuple[str, str]) -> None:
    assert call(bearer, **members).shown == invalid(problem)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}], ids=["none", "unknown", "basic"])
def test_call_without_a_key_is_refused(header: dict[str, str]) -> None:
    assert call(header).shown == refusal(401, "UnauthorizedError", "invalid_api_key", "Invalid API key")
