"""What a synchronous call costs, and when it is refused for it (contract §1.1: 402, 429)."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from engines.models import Engine, Spending
from organizations.models import Organization
from tests.api import Api, refusal
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

pytestmark = pytest.mark.django_db

PATH = "/process/localize"
BODY = {"sourceLocale": "en", "targetLocale": "de", "data": {"text": "Hello"}}


@pytest.fixture
def priced(settings: Settings) -> None:
    settings.MODEL_PRICES = {"openai:*": {"input": 1000, "output": 1000}}


def test_call_is_charged(api: Api, chat_engine: Engine, organization: Organization, priced: None) -> None:
    usage = api.post(PATH, BODY).body["usage"]

    row = Spending.objects.get()
    assert (row.organization_id, row.input_tokens, row.output_tokens) == (organization.pk, usage["inputTokens"], usage["outputTokens"])
    assert row.cost_usd == Decimal(str(usage["llmCost"])) > 0


def test_failed_call_is_charged_too(api: Api, chat_engine: Engine, model_server: ModelServer) -> None:
    model_server.script(rule("invented_placeholder"))

    assert api.post(PATH, BODY).status == 500

    assert Spending.objects.get().input_tokens > 0


def test_organization_at_its_credit_limit_is_refused_before_any_call(
    api: Api, chat_engine: Engine, organization: Organization, model_server: ModelServer, priced: None
) -> None:
    Organization.objects.update(credit_limit_usd=Decimal("0.01"))
    api.post(PATH, BODY)
    model_server.reset()

    answer = api.post(PATH, BODY | {"data": {"text": "Something else"}})

    message = "The organization has reached its credit limit of 0.01 USD."
    assert answer.shown == refusal(402, "CreditLimitError", "credit_limit_reached", message)
    assert model_server.counts()["total"] == 0


def test_organization_whose_quota_is_spent_is_refused_until_midnight(
    api: Api, chat_engine: Engine, organization: Organization, model_server: ModelServer
) -> None:
    Organization.objects.update(daily_token_limit=1)

    answer = api.post(PATH, BODY)

    message = "The organization's quota of 1 tokens a day is spent."
    assert answer.shown == refusal(429, "TooManyRequestsError", "quota_spent", message)
    assert 0 < int(answer.headers["Retry-After"]) <= 86_400
    assert model_server.counts()["total"] == 0


def test_what_needs_no_model_is_never_refused(api: Api, chat_engine: Engine) -> None:
    Organization.objects.update(daily_token_limit=1)

    assert api.post(PATH, BODY | {"targetLocale": "en"}).status == 200
    assert api.post(PATH, BODY | {"data": {"n": 1}}).status == 200
