"""`POST /process/estimate`: what a translation would cost, from numbers of characters alone (contract §6)."""

from typing import Any

import pytest
from pytest_django import Settings

from engines.models import Engine
from organizations.models import Organization
from tests.api import Api, invalid, refusal
from tests.factories import make_engine

pytestmark = pytest.mark.django_db

PATH = "/process/estimate"


@pytest.fixture
def priced_engine(organization: Organization, settings: Settings) -> Engine:
    """1 USD per million tokens in, 10 out."""
    settings.MODEL_PRICES = {"openai:*": {"input": 1, "output": 10}}
    return make_engine(organization, provider="openai")


def ask(api: Api, *items: tuple[Any, Any]) -> Any:
    return api.post(PATH, {"items": [{"targetLocale": locale, "sourceChars": characters} for locale, characters in items]})


def test_totals_and_locales_add_up(api: Api, priced_engine: Engine) -> None:
    answer = ask(api, ("de", 10_000), ("ja", 10_000))

    assert answer.shown == (
        200,
        {
            "approximate": True,
            "totals": {
                "sourceChars": 20_000,
                "estimatedOutputTokens": 6_900,
                "estimatedLlmCostUsd": 0.077,
                "estimatedLocalizationCostUsd": 0.0,
                "estimatedTotalCostUsd": 0.077,
            },
            "byLocale": [
                {"targetLocale": "de", "sourceChars": 10_000, "estimatedOutputTokens": 3_100, "estimatedCostUsd": 0.035},
                {"targetLocale": "ja", "sourceChars": 10_000, "estimatedOutputTokens": 3_800, "estimatedCostUsd": 0.042},
            ],
        },
    )


def test_repeated_locales_are_summed(api: Api, priced_engine: Engine) -> None:
    answer = ask(api, ("pt-BR", 1_000), ("de", 0), ("PT_br", 500))

    rows = [(row["targetLocale"], row["sourceChars"], row["estimatedOutputTokens"]) for row in answer.body["byLocale"]]
    assert rows == [("pt-BR", 1_500, 465), ("de", 0, 0)]
    assert answer.body["totals"]["sourceChars"] == 1_500


@pytest.mark.parametrize(
    ("locale", "tokens"), [("sr-Latn", 310), ("sr", 520), ("ar", 400), ("he", 360), ("zh-TW", 240), ("ko", 340), ("th", 750), ("und", 310)]
)
def test_scripts_differ_in_tokens(api: Api, priced_engine: Engine, locale: str, tokens: int) -> None:
    assert ask(api, (locale, 1_000)).body["totals"]["estimatedOutputTokens"] == tokens


def test_what_needs_no_account_is_free(api: Api, pseudo_engine: Engine) -> None:
    assert ask(api, ("de", 1_000)).body["totals"]["estimatedTotalCostUsd"] == 0


def test_model_without_a_known_price_is_reckoned_as_one_of_the_middle(api: Api, organization: Organization) -> None:
    make_engine(organization, provider="openai")

    assert ask(api, ("de", 1_000_000)).body["totals"]["estimatedTotalCostUsd"] == 0.82


def test_organization_without_an_engine_gets_the_installations_price(api: Api) -> None:
    assert ask(api, ("de", 1_000)).status == 200


def item(**members: Any) -> dict[str, Any]:
    return {"items": [{"targetLocale": "de", "sourceChars": 1, **members}]}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("items", "This field is required.")),
        ({"items": None}, ("items", "Must not be null.")),
        ({"items": {}}, ("items", "Must be an array.")),
        ({"items": []}, ("items", "Must not be empty.")),
        ({"items": ["de"]}, ("items[0]", "Must be an object.")),
        ({"items": [{"targetLocale": "de", "sourceChars": 1}] * 1001}, ("items", "Must have at most 1000 items, not 1001.")),
        ({"items": [{"targetLocale": "de"}]}, ("items[0].sourceChars", "This field is required.")),
        ({"items": [{"sourceChars": 1}]}, ("items[0].targetLocale", "This field is required.")),
        (item(targetLocale="qx"), ("items[0].targetLocale", "Unknown language subtag 'qx'.")),
        (item(targetLocale=None), ("items[0].targetLocale", "Must not be null.")),
        (item(sourceChars="1"), ("items[0].sourceChars", "Must be a whole number.")),
        (item(sourceChars=1.5), ("items[0].sourceChars", "Must be a whole number.")),
        (item(sourceChars=True), ("items[0].sourceChars", "Must be a whole number.")),
        (item(sourceChars=-1), ("items[0].sourceChars", "Must be at least 0.")),
        (item(sourceChars=10**12 + 1), ("items[0].sourceChars", "Must be at most 1000000000000.")),
    ],
)
def test_bad_body_is_refused(api: Api, body: Any, problem: tuple[str, str]) -> None:
    assert api.post(PATH, body).shown == invalid(problem)


def test_call_without_a_key_is_refused() -> None:
    assert ask(Api(None), ("de", 1)).shown == refusal(401, "UnauthorizedError", "invalid_api_key", "Invalid API key")
