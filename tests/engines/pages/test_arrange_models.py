"""Chains of models: added to, reordered and cut by form."""

from typing import Any

import pytest
from django.test import Client

from engines.models import Engine, ModelConfig
from engines.pages.model_rows import ChainView
from organizations.models import AuditEvent, User
from tests.factories import make_engine
from tests.localization.pages.people import page_of


@pytest.fixture
def models(address: str) -> str:
    return f"{address}/models"


@pytest.fixture
def chain(engine: Engine) -> list[ModelConfig]:
    """Three models for any pair, ranked 1, 4 and 5 as the API may have done it."""
    others = (ModelConfig.objects.create(engine=engine, provider="pseudo", model=name, rank=rank) for name, rank in (("second", 4), ("third", 5)))
    return [engine.model_configs.get(), *others]


def shown(client: Client, models: str) -> list[ChainView]:
    chains: list[ChainView] = client.get(models).context["chains"]
    return chains


def names(engine: Engine) -> list[str]:
    return [item.model for item in engine.model_configs.all()]


def order(client: Client, models: str, view: ChainView, ids: list[str], move: str = "") -> Any:
    pair = {"source_locale": view.chain.source_locale, "target_locale": view.chain.target_locale}
    return client.post(f"{models}/order", {"order": ids, "move": move, "if_match": view.chain.tag, **pair}, follow=True)


def test_chains_are_shown_by_pair_the_specific_first(as_owner: Client, models: str, engine: Engine) -> None:
    for source, target, name, rank in [("en", "de", "c", 3), ("*", "ar", "b", 1), ("en", "de", "a", 2)]:
        ModelConfig.objects.create(engine=engine, source_locale=source, target_locale=target, provider="pseudo", model=name, rank=rank)

    assert [(view.title, [row.item.model for row in view.rows]) for view in shown(as_owner, models)] == [
        ("en → de", ["a", "c"]),
        ("any → ar", ["b"]),
        ("Any pair", ["pseudo"]),
    ]


def test_added_model_is_the_last_of_its_chain(as_owner: Client, models: str, engine: Engine, chain: list[ModelConfig]) -> None:
    as_owner.post(models, {"provider": "openai", "model": " gpt-x ", "source_locale": "", "target_locale": ""})
    as_owner.post(models, {"provider": "openai", "model": "gpt-y", "source_locale": "EN", "target_locale": "pt_BR"})

    added = list(engine.model_configs.filter(provider="openai").order_by("id").values_list("source_locale", "target_locale", "model", "rank"))
    assert added == [("*", "*", "gpt-x", 6), ("en", "pt-BR", "gpt-y", 1)]
    assert Engine.objects.get().layers_version == 3
    assert AuditEvent.objects.filter(action="model_config.added").count() == 2


@pytest.mark.parametrize(
    ("fields", "name", "message"),
    [
        ({"model": " "}, "model", "Must not be empty."),
        ({"provider": "elsewhere"}, "provider", "Select a valid choice."),
        ({"target_locale": "german"}, "target_locale", "Unknown language subtag 'german'."),
    ],
)
def test_bad_model_is_not_added(as_owner: Client, models: str, engine: Engine, fields: dict[str, str], name: str, message: str) -> None:
    answer = as_owner.post(models, {"provider": "pseudo", "model": "kept", "source_locale": "", "target_locale": "", **fields})

    assert answer.status_code == 400
    assert message in " ".join(answer.context["form"].errors[name])
    assert names(engine) == ["pseudo"]


def test_order_is_set_as_listed(as_owner: Client, models: str, engine: Engine, chain: list[ModelConfig]) -> None:
    (view,) = shown(as_owner, models)

    order(as_owner, models, view, [chain[2].pk, chain[0].pk, chain[1].pk])

    assert names(engine) == ["third", "pseudo", "second"]
    assert list(engine.model_configs.values_list("rank", flat=True)) == [1, 2, 3]
    assert Engine.objects.get().layers_version == 2
    assert AuditEvent.objects.get(action="model_config.ordered").target_id == engine.pk


@pytest.mark.parametrize(
    ("move", "after"),
    [
        ("up:1", ["second", "pseudo", "third"]),
        ("down:0", ["second", "pseudo", "third"]),
        ("down:1", ["pseudo", "third", "second"]),
        ("up:0", ["pseudo", "second", "third"]),
        ("down:2", ["pseudo", "second", "third"]),
        ("away:1", ["pseudo", "second", "third"]),
    ],
)
def test_buttons_move_one_model(as_owner: Client, models: str, engine: Engine, chain: list[ModelConfig], move: str, after: list[str]) -> None:
    (view,) = shown(as_owner, models)
    way, _, place = move.partition(":")

    order(as_owner, models, view, [item.pk for item in chain], f"{way}:{chain[int(place)].pk}")

    assert names(engine) == after
    assert Engine.objects.get().layers_version == 1 + (after != ["pseudo", "second", "third"])


def test_chain_that_somebody_else_reordered_keeps_their_order(as_owner: Client, models: str, engine: Engine, chain: list[ModelConfig]) -> None:
    (view,) = shown(as_owner, models)
    ModelConfig.objects.filter(pk=chain[0].pk).update(rank=9)

    answer = order(as_owner, models, view, [item.pk for item in reversed(chain)])

    assert "Not reordered: somebody changed these models" in answer.content.decode()
    assert names(engine) == ["second", "third", "pseudo"]


@pytest.mark.parametrize("ids", [[], ["mdl_0000000000000000000"], ["", ""]])
def test_order_of_other_models_is_refused(as_owner: Client, models: str, engine: Engine, chain: list[ModelConfig], ids: list[str]) -> None:
    (view,) = shown(as_owner, models)

    answer = order(as_owner, models, view, [*ids, *(item.pk for item in chain[:-1])])

    assert "Not reordered" in answer.content.decode()
    assert names(engine) == ["pseudo", "second", "third"]


def test_model_is_removed_unless_it_was_changed_meanwhile(as_owner: Client, models: str, engine: Engine, chain: list[ModelConfig]) -> None:
    (view,) = shown(as_owner, models)
    first, second, third = view.rows
    ModelConfig.objects.filter(pk=third.item.pk).update(model="theirs")
    ModelConfig.objects.filter(pk=second.item.pk).delete()

    said = [as_owner.post(f"{models}/{row.item.pk}/remove", {"if_match": row.tag}, follow=True).content.decode() for row in (first, second, third)]

    assert ["Not removed" in text for text in said] == [False, True, True]
    assert names(engine) == ["theirs"]


def test_acts_reach_no_other_engines_models(as_owner: Client, models: str, engine: Engine, stranger: User) -> None:
    foreign = make_engine(stranger.memberships.get().organization)
    item = foreign.model_configs.get()

    as_owner.post(f"{models}/{item.pk}/remove", {"if_match": "*"})
    tried = as_owner.post(f"{models}/{item.pk}/try", {"text": "Hello"})

    assert foreign.model_configs.count() == 1
    assert tried.status_code == 404


def test_chain_without_models_says_that_nothing_is_translated(as_owner: Client, models: str, address: str, engine: Engine) -> None:
    engine.model_configs.all().delete()

    assert "Without one this engine cannot translate." in page_of(as_owner, models)
    assert "cannot translate" in page_of(as_owner, address)
