"""Test buttons: one call as a translation makes it, within limits and budget, and nothing leaks."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from engines.models import BrandVoice, Engine, MemoryEntry, ModelConfig, Spending
from engines.process.trial import TRIALS_A_MINUTE, Trial
from organizations.models import Organization
from tests.factories import make_engine
from tests.localization.pages.people import HOSTILE
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine(organization: Organization) -> Engine:
    """It asks the model server, and pseudo-localizes when that fails."""
    engine = make_engine(organization, provider="openai")
    ModelConfig.objects.create(engine=engine, provider="pseudo", model="pseudo", rank=2)
    return engine


@pytest.fixture
def model(chat_model: ModelServer, engine: Engine) -> ModelConfig:
    return engine.model_configs.get(provider="openai")


def attempt(client: Client, address: str, model: ModelConfig, **fields: str) -> Any:
    return client.post(f"{address}/models/{model.pk}/try", {"text": "Hello {name}", "source": "", "target": "", **fields})


def trial_of(answer: Any, model: ModelConfig) -> Trial:
    assert answer.status_code == 200
    rows = {row.item.pk: row for view in answer.context["chains"] for row in view.rows}
    assert [key for key, row in rows.items() if row.shown_trial] == [model.pk]
    trial: Trial = rows[model.pk].shown_trial.trial
    return trial


def test_answer_comes_with_time_tokens_and_cost(
    as_owner: Client, address: str, engine: Engine, model: ModelConfig, chat_model: ModelServer, settings: Settings
) -> None:
    settings.MODEL_PRICES = {"openai:openai": {"input": 1, "output": 2}}
    BrandVoice.objects.create(engine=engine, locale="de", text="Speak like a captain.")

    answer = attempt(as_owner, address, model)

    trial = trial_of(answer, model)
    assert (trial.answer, trial.error, trial.usage.calls) == ("[de] Hello {name}", "", 1)
    assert trial.usage.cost_usd == (trial.usage.input_tokens + 2 * trial.usage.output_tokens) / Decimal(1_000_000)
    (call,) = chat_model.requests()
    assert "Speak like a captain." in str(call["body"]["messages"])
    assert str(call["requestId"]).startswith("trial.")
    assert "tokens in" in answer.content.decode()


def test_cost_is_charged_and_nothing_is_remembered(as_owner: Client, address: str, engine: Engine, model: ModelConfig) -> None:
    trial = trial_of(attempt(as_owner, address, model), model)

    spent = Spending.objects.get(organization=engine.organization)
    assert (spent.input_tokens, spent.output_tokens) == (trial.usage.input_tokens, trial.usage.output_tokens)
    assert not MemoryEntry.objects.exists()


def test_failure_is_a_sentence_and_no_other_model_steps_in(
    as_owner: Client, address: str, model: ModelConfig, chat_model: ModelServer, settings: Settings
) -> None:
    chat_model.script(rule("status", status=401))

    answer = attempt(as_owner, address, model)

    trial = trial_of(answer, model)
    assert trial.answer is None
    assert trial.error
    assert settings.OPENAI_API_KEY not in answer.content.decode()


def test_model_that_failed_is_shown_in_doubt(as_owner: Client, address: str, model: ModelConfig, chat_model: ModelServer) -> None:
    chat_model.script(rule("status", status=500))

    answer = attempt(as_owner, address, model)

    (view,) = answer.context["chains"]
    assert trial_of(answer, model).error
    assert [row.standing is not None for row in view.rows] == [True, False]
    assert "In doubt after a failure" in answer.content.decode()


def test_provider_without_an_account_is_said_to_be_none(as_owner: Client, address: str, engine: Engine) -> None:
    model = ModelConfig.objects.create(engine=engine, provider="anthropic", model="claude", rank=3)

    assert trial_of(attempt(as_owner, address, model), model).error == "anthropic is not configured here."
    assert not Spending.objects.exists()


def test_limit_of_money_holds_for_trials(
    as_owner: Client, address: str, organization: Organization, model: ModelConfig, chat_model: ModelServer
) -> None:
    Organization.objects.filter(pk=organization.pk).update(credit_limit_usd=0)

    answer = attempt(as_owner, address, model)

    assert answer.status_code == 402
    assert "credit limit" in answer.content.decode()
    assert chat_model.counts()["total"] == 0


def test_trials_are_limited_in_a_minute(as_owner: Client, address: str, engine: Engine) -> None:
    pseudo = engine.model_configs.get(provider="pseudo")

    statuses = [attempt(as_owner, address, pseudo).status_code for _ in range(TRIALS_A_MINUTE + 2)]

    assert statuses[:TRIALS_A_MINUTE] == [200] * TRIALS_A_MINUTE
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("fields", "name", "message"),
    [
        ({"text": " "}, "text", "Must not be empty."),
        ({"text": "x" * 501}, "text", "Must have at most 500 characters."),
        ({"target": "german"}, "target", "Unknown language subtag 'german'."),
        ({"source": "de", "target": "de"}, "target", "Must differ from the source locale."),
    ],
)
def test_bad_sample_is_not_sent(as_owner: Client, address: str, engine: Engine, fields: dict[str, str], name: str, message: str) -> None:
    answer = attempt(as_owner, address, engine.model_configs.get(provider="pseudo"), **fields)

    assert answer.status_code == 400
    assert message in answer.context["trial_form"].errors[name]


@pytest.mark.parametrize(
    ("pair", "locales", "expected"),
    [
        (("*", "*"), ([], []), ("en", "de")),
        (("*", "*"), (["de"], ["de"]), ("de", "en")),
        (("*", "*"), (["fr"], ["fr", "it"]), ("fr", "it")),
        (("es", "ca"), (["fr"], ["it"]), ("es", "ca")),
    ],
)
def test_locales_left_empty_are_the_models_or_the_engines(
    as_owner: Client, address: str, engine: Engine, pair: tuple[str, str], locales: tuple[list[str], list[str]], expected: tuple[str, str]
) -> None:
    Engine.objects.update(source_locales=locales[0], target_locales=locales[1])
    ModelConfig.objects.filter(provider="pseudo").update(source_locale=pair[0], target_locale=pair[1])
    model = engine.model_configs.get(provider="pseudo")

    trial = trial_of(attempt(as_owner, address, model), model)

    assert (trial.source_locale, trial.target_locale) == expected


def test_answer_of_a_model_is_escaped(as_owner: Client, address: str, engine: Engine) -> None:
    answer = attempt(as_owner, address, engine.model_configs.get(provider="pseudo"), text=f"Hi {HOSTILE}")

    assert HOSTILE not in answer.content.decode()
