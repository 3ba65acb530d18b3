"""The playground: a text through several models at once, charged as any call, leaving nothing behind."""

from decimal import Decimal

import pytest
import structlog
from django.test import Client
from pytest_django import Settings

from engines.models import Engine, Instruction, MemoryEntry, ModelConfig, Spending
from engines.providers.pseudo import pseudolocalize
from organizations.models import Organization
from tests.engines.pages.knowledge import HUMAN, address_of, make_entry, make_term
from tests.localization.pages.people import HOSTILE, page_of
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

SMALL, LARGE, PSEUDO = "openai:test-small", "openai:test-large", "pseudo:pseudo"


@pytest.fixture
def engine(engine: Engine, chat_model: ModelServer, settings: Settings) -> Engine:
    """Two models that chat, then pseudo-localization."""
    settings.MODEL_PRICES = {"openai:*": {"input": 1000, "output": 1000}}
    engine.model_configs.update(rank=9)
    for rank, model in enumerate(("test-small", "test-large"), start=1):
        ModelConfig.objects.create(engine=engine, provider="openai", model=model, rank=rank)
    return engine


@pytest.fixture
def address(engine: Engine) -> str:
    return address_of(engine, "playground")


def form_of(*models: str, **fields: str) -> dict[str, object]:
    sent = {"content": "Hello {name}", "format": "text", "source_locale": "en", "target_locale": "de", "models": models or (SMALL, LARGE)}
    return {**sent, **fields}


def test_first_two_of_the_chain_are_chosen(as_owner: Client, address: str, engine: Engine) -> None:
    Engine.objects.update(source_locales=["en"], target_locales=["es"])
    ModelConfig.objects.create(engine=engine, provider="apertium", model="eng-spa", source_locale="en", target_locale="es", rank=3)

    models = as_owner.get(address).context["models"]

    assert [(str(model.choice), model.is_chosen) for model in models] == [
        (SMALL, True),
        (LARGE, False),
        ("apertium:eng-spa", True),
        (PSEUDO, False),
    ]


def test_each_model_translates_and_shows_what_it_took(as_owner: Client, address: str, engine: Engine, model_server: ModelServer) -> None:
    Instruction.objects.create(engine=engine, name="Tone", text="Never shout.")

    answer = as_owner.post(address, form_of(SMALL, PSEUDO))

    small, pseudo = (shown.outcome for shown in answer.context["outcomes"])
    assert [text.translation for text in (*small.texts, *pseudo.texts)] == ["[de] Hello {name}", pseudolocalize("Hello {name}", "de")]
    assert (small.usage.model, small.usage.calls, small.usage.cost_usd > 0) == (SMALL, 1, True)
    assert (pseudo.usage.calls, pseudo.usage.cost_usd, pseudo.prompts) == (1, Decimal(0), ())
    (call,) = model_server.requests()
    assert [(prompt.system, prompt.user) for prompt in small.prompts] == [tuple(message["content"] for message in call["body"]["messages"])]
    assert "Never shout." in small.prompts[0].system
    page = answer.content.decode()
    assert '<div class="il-text" lang="de" dir="ltr">[de] Hello {name}</div>' in page
    assert f"<ins>{pseudolocalize('Hello', 'de').split()[1]}</ins>" in page


def test_models_are_asked_at_the_same_time(as_owner: Client, address: str, model_server: ModelServer) -> None:
    model_server.script(rule("delay", ms=300))

    answer = as_owner.post(address, form_of())

    assert model_server.counts()["maxInFlight"] == 2
    assert answer.context["outcomes"][1].texts[0].is_same


def test_everything_is_charged_once(as_owner: Client, address: str, organization: Organization) -> None:
    outcomes = [shown.outcome for shown in as_owner.post(address, form_of()).context["outcomes"]]

    row = Spending.objects.get()
    assert row.organization_id == organization.pk
    assert row.input_tokens == sum(outcome.usage.input_tokens for outcome in outcomes) > 0
    assert row.cost_usd == sum(outcome.usage.cost_usd for outcome in outcomes) > 0


def test_memory_is_neither_read_nor_written(as_owner: Client, address: str, engine: Engine) -> None:
    make_entry(engine, "Hello {name}", "Hallo {name}", origin=HUMAN)

    (shown,) = as_owner.post(address, form_of(SMALL)).context["outcomes"]

    assert (shown.outcome.texts[0].translation, shown.outcome.from_memory) == ("[de] Hello {name}", 0)
    assert MemoryEntry.objects.count() == 1


def test_memory_is_used_where_that_is_ticked(as_owner: Client, address: str, engine: Engine, model_server: ModelServer) -> None:
    make_entry(engine, "Hello", "Hallo", origin=HUMAN)
    form = form_of(PSEUDO, SMALL, content='{"a": "Hello", "b": "Bye"}', format="json", uses_memory="on")

    outcomes = [shown.outcome for shown in as_owner.post(address, form).context["outcomes"]]

    assert [[text.translation for text in outcome.texts] for outcome in outcomes] == [["Hallo", "[de] Bye"], ["Hallo", pseudolocalize("Bye", "de")]]
    assert [outcome.from_memory for outcome in outcomes] == [1, 1]
    assert list(MemoryEntry.objects.filter(source_text="Bye").values_list("target_text", "made_by")) == [("[de] Bye", SMALL)]


def test_model_that_fails_leaves_the_others(as_owner: Client, address: str, model_server: ModelServer) -> None:
    model_server.script(rule("invented_placeholder", match={"model": "test-small"}))

    small, large = (shown.outcome for shown in as_owner.post(address, form_of()).context["outcomes"])

    assert small.error.startswith("openai:test-small gave no usable translation")
    assert (small.usage.calls, len(small.prompts), small.texts) == (3, 3, ())
    assert '"problems"' in small.prompts[1].user
    assert large.texts[0].translation == "[de] Hello {name}"


def test_text_that_no_model_translates_says_why_beside_those_that_are(as_owner: Client, address: str, model_server: ModelServer) -> None:
    model_server.script(rule("invented_placeholder", only="Bye"))

    answer = as_owner.post(address, form_of(SMALL, content='{"a": "Hello", "b": {"c": ["Bye"]}, "n": 1.50}', format="json"))

    (shown,) = answer.context["outcomes"]
    assert [(one.text.path, one.text.translation) for one in shown.texts] == [("a", "[de] Hello"), ("b.c[0]", None)]
    assert [finding.code for finding in shown.texts[1].text.findings] == ["untranslated"]
    assert '"n": 1.50' in shown.json


def test_findings_of_the_checks_stand_at_their_text(as_owner: Client, address: str, engine: Engine, model_server: ModelServer) -> None:
    make_term(engine, "Hello", "Hallo")
    model_server.script(rule("changed_numbers", match={"model": "test-small"}))

    answer = as_owner.post(address, form_of(content='{"a": "Hello", "b": "5 apples"}', format="json"))

    small, large = answer.context["outcomes"]
    assert [[finding.code for finding in text.findings] for text in small.outcome.texts] == [[], ["number"]]
    assert [text.translation for text in large.outcome.texts] == ["[de] Hallo", "[de] 5 apples"]
    assert not large.has_findings
    assert '"glossary":[{"source":"Hello","target":"Hallo"}]' in large.outcome.prompts[0].user
    assert "The checks found nothing." in answer.content.decode()


@pytest.mark.parametrize(
    ("limit", "status", "sentence"),
    [
        ({"credit_limit_usd": 0}, 402, "The organization has reached its credit limit of 0.00 USD."),
        ({"daily_token_limit": 11}, 429, "The organization&#x27;s quota of 11 tokens a day is spent."),
    ],
)
def test_spent_budget_refuses_before_any_call(
    as_owner: Client, address: str, model_server: ModelServer, limit: dict[str, int], status: int, sentence: str
) -> None:
    Organization.objects.update(**limit)

    answer = as_owner.post(address, form_of())

    assert (answer.status_code, model_server.counts()["total"]) == (status, 0)
    assert sentence in answer.content.decode()


def test_quota_counts_every_model(as_owner: Client, address: str) -> None:
    Organization.objects.update(daily_token_limit=7)  # one translation is expected to take 6

    assert [as_owner.post(address, form_of(*models)).status_code for models in ((SMALL, LARGE), (SMALL,))] == [429, 200]


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"content": "x" * 10_001}, {"content": ["It has 10,001 characters; at most 10,000 can be tried at once."]}),
        ({"content": " \r\n"}, {"content": ["There is no text in it to translate."]}),
        ({"content": "[1]", "format": "json"}, {"content": ["Must be an object."]}),
        ({"content": '{"a": ', "format": "json"}, {"content": ["The JSON cannot be read: Expecting value at line 1, column 7."]}),
        ({"target_locale": ""}, {"target_locale": ["The locale is empty."]}),
        ({"target_locale": "english", "source_locale": "xx-YY"}, None),
        ({"target_locale": "EN"}, {"target_locale": ["The text is in en already: it would be copied, and no model asked."]}),
        ({"models": ()}, {"models": ["Choose one to 4 models."]}),
        ({"models": ("openai:gpt-9",)}, {"models": ["openai:gpt-9 is not a model of this engine any more."]}),
    ],
)
def test_what_cannot_be_tried_is_said_at_its_field(
    as_owner: Client, address: str, model_server: ModelServer, fields: dict[str, str], errors: dict[str, list[str]] | None
) -> None:
    answer = as_owner.post(address, form_of(**fields))

    said = {name: list(messages) for name, messages in answer.context["form"].errors.items()}
    assert answer.status_code == 400
    assert said == errors if errors else list(said) == ["source_locale", "target_locale"]
    assert model_server.counts()["total"] == 0


def test_at_most_four_models_are_asked(as_owner: Client, address: str, engine: Engine, model_server: ModelServer) -> None:
    models = [f"m{number}" for number in range(5)]
    for model in models:
        ModelConfig.objects.create(engine=engine, provider="openai", model=model)

    answer = as_owner.post(address, form_of(*(f"openai:{model}" for model in models)))

    assert answer.context["form"].errors == {"models": ["Choose one to 4 models."]}
    assert model_server.counts()["total"] == 0


def test_source_is_found_out(as_owner: Client, address: str) -> None:
    answer = as_owner.post(address, form_of(SMALL, content="Guten Morgen, wie geht es dir heute?", source_locale="", target_locale="es"))

    assert answer.context["tried"].source_locale == "de"


def test_disabled_engine_asks_nobody(as_owner: Client, address: str, model_server: ModelServer) -> None:
    Engine.objects.update(enabled=False)

    answer = as_owner.post(address, form_of())

    assert "This engine is disabled." in answer.content.decode()
    assert model_server.counts()["total"] == 0


def test_engine_without_models_says_so(as_owner: Client, address: str) -> None:
    ModelConfig.objects.all().delete()

    assert "This engine has no model" in page_of(as_owner, address)


def test_names_of_a_conversation_stay(as_owner: Client, address: str) -> None:
    answer = as_owner.post(address, form_of(SMALL, content='{"chat": [{"name": "Alice", "text": "Hello"}]}', format="json"))

    assert [one.text.path for one in answer.context["outcomes"][0].texts] == ["chat[0].text"]


def test_nothing_of_the_text_is_logged(as_owner: Client, address: str, model_server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    model_server.script(rule("invented_placeholder", match={"model": "test-small"}), rule("status", status=500, match={"model": "test-large"}))

    with structlog.testing.capture_logs() as logged:
        as_owner.post(address, form_of(content="Xylophone secret"))

    assert logged
    assert "ylophone" not in f"{logged}{caplog.text}"


def test_what_was_typed_and_what_came_back_is_inert(as_owner: Client, address: str, engine: Engine) -> None:
    hostile = f"Say {HOSTILE} </textarea>{HOSTILE}"

    for fields in ({"content": hostile}, {"content": hostile, "target_locale": HOSTILE}):
        assert HOSTILE not in as_owner.post(address, form_of(SMALL, PSEUDO, **fields)).content.decode()


def test_page_with_results_takes_few_queries(as_owner: Client, address: str, django_assert_max_num_queries) -> None:
    as_owner.post(address, form_of())

    with django_assert_max_num_queries(15):
        as_owner.post(address, form_of())
