"""An engine's layers: read for many at once, then asked for one locale pair."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from engines.layers import Brief, Credential, Layers, ModelChoice, Rule, Stamp, StoredModel, Term, Voice, load_layers, load_stamps
from engines.models import BrandVoice, Engine, GlossaryItem, Instruction, ModelConfig, OnUnverified, ProviderCredential
from organizations.models import Organization


@pytest.fixture
def engine(db: None) -> Engine:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    organization = Organization.objects.create(name="Acme", created_at=now)
    return Engine.objects.create(organization=organization, name="Shop", created_at=now, layers_version=7)


def test_layers_of_many_engines_take_six_queries(engine: Engine, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    other = Engine.objects.create(organization=engine.organization, name="Docs", created_at=engine.created_at)
    ModelConfig.objects.create(engine=engine, source_locale="en", target_locale="de", provider="openai", model="gpt-5-mini", rank=2)
    GlossaryItem.objects.create(engine=engine, target_locale="de", source_text="Cart", target_text="Warenkorb", hint="noun")
    GlossaryItem.objects.create(engine=other, source_text="Acme", type=GlossaryItem.Type.NON_TRANSLATABLE)
    Instruction.objects.create(engine=engine, name="Form", target_locale="de", text="Say du.")
    BrandVoice.objects.create(engine=engine, locale="de", text="Calm.")
    Engine.objects.filter(pk=other.pk).update(uses_memory=False, on_unverified=OnUnverified.FAIL)

    with django_assert_num_queries(6):
        layers = load_layers([engine.pk, other.pk, "eng_0000000000000000000"])

    assert layers == {
        engine.pk: Layers(
            version=7,
            models=(StoredModel("en", "de", ModelChoice("openai", "gpt-5-mini"), 2),),
            glossary=(Term("*", "de", "Cart", "Warenkorb", "noun"),),
            instructions=(Rule("de", "Say du."),),
            voices=(Voice("de", "Calm."),),
            engine_id=engine.pk,
            uses_memory=True,
            stamp=Stamp(7),
        ),
        other.pk: Layers(version=1, glossary=(Term("*", "*", "Acme", None),), engine_id=other.pk, on_unverified=OnUnverified.FAIL, stamp=Stamp(1)),
    }


def test_credentials_are_clear_in_memory_only_and_one_that_cannot_be_read_hides_no_other(engine: Engine) -> None:
    now = engine.created_at
    for provider in ("openai", "google"):
        ProviderCredential.objects.create(
            organization=engine.organization, provider=provider, key="sk-secret", hint="cret", created_at=now, updated_at=now
        )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE engines_providercredential SET key = 'gAAAAA' WHERE provider = 'google'")

    layers = load_layers([engine.pk])[engine.pk]

    assert layers.credential("openai") == Credential("openai", engine.organization_id, "sk-secret")
    assert layers.credential("google") == Credential("google", engine.organization_id, None)
    assert layers.credential("anthropic") is None
    assert "secret" not in repr(layers)


def test_a_stamp_changes_with_the_layers_and_with_the_credentials(engine: Engine, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first = load_layers([engine.pk])[engine.pk].stamp
    assert load_stamps([engine.pk]) == {engine.pk: first}

    credential = ProviderCredential.objects.create(
        organization=engine.organization, provider="openai", key="k", hint="k", created_at=engine.created_at, updated_at=engine.created_at
    )
    with django_assert_num_queries(1):
        second = load_stamps([engine.pk])[engine.pk]
    ProviderCredential.objects.filter(pk=credential.pk).update(updated_at=engine.created_at + timedelta(seconds=1))
    third = load_stamps([engine.pk])[engine.pk]
    credential.delete()
    Engine.objects.filter(pk=engine.pk).update(layers_version=8)

    assert len({first, second, third, load_stamps([engine.pk])[engine.pk]}) == 4


def test_a_specific_pair_is_asked_before_a_wildcard_and_a_lower_rank_before_a_higher() -> None:
    def stored(source: str, target: str, model: str, rank: int) -> StoredModel:
        return StoredModel(source, target, ModelChoice("openai", model), rank)

    layers = Layers(
        version=1,
        models=(
            stored("*", "*", "anywhere", 1),
            stored("*", "de-AT", "into-austrian", 1),
            stored("en", "de", "second", 2),
            stored("en", "de", "first", 1),
            stored("en", "de-AT", "austrian", 3),
            stored("en", "fr", "french", 1),
            stored("*", "*", "first", 2),
        ),
    )

    assert [choice.model for choice in layers.chain("en-US", "de-AT")] == ["austrian", "first", "second", "into-austrian", "anywhere"]
    assert [choice.model for choice in layers.chain("en", "ja")] == ["anywhere", "first"]
    assert Layers(version=1).chain("en", "de") == ()


def test_a_brief_holds_what_applies_and_only_terms_that_occur() -> None:
    cart, checkout = Term("en", "de", "Cart", "Warenkorb"), Term("en", "de", "Checkout", "Kasse")
    layers = Layers(
        version=1,
        glossary=(cart, checkout, Term("en", "fr", "cart", "panier"), Term("*", "*", "cart", None)),
        instructions=(Rule("*", "Be brief."), Rule("de", "Say du."), Rule("fr", "Say tu.")),
        voices=(Voice("de-AT", "Viennese."), Voice("de", "Calm."), Voice("fr", "Vif.")),
    )

    assert layers.brief("en", "de", ["Add to cart", "Save"]) == Brief(glossary=(cart,), instructions=("Say du.", "Be brief."), voice="Calm.")
    assert layers.brief("en", "ja", ["Save"]) == Brief(instructions=("Be brief.",))


def test_a_glossary_never_crosses_scripts() -> None:
    layers = Layers(version=1, glossary=(Term("en", "sr", "Cart", "Корпа"),))

    assert layers.brief("en", "sr-Cyrl", ["Cart"]).glossary
    assert not layers.brief("en", "sr-Latn", ["Cart"]).glossary
