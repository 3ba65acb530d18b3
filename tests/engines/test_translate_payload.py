"""`translate` from payload to payload, with the provider that needs no account."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from engines.errors import ModelUnavailable, NoModel, ProviderRefused, Usage
from engines.layers import Layers
from engines.translation.translate import translate
from foundation.customer_json import dump
from tests.engines.factories import make_layers, make_request


def test_texts_are_translated_and_everything_else_comes_back_as_sent() -> None:
    data = '{"b":"Save","a":{"id":"x-1","n":1.50,"none":null,"empty":"","list":["Hi {name}",true,-0.0,"42"]},"c":"Save"}'

    result = translate(make_request(data, locked_keys=["id"]))

    assert (
        dump(result.data)
        == '{"b":"[de] Šááṽéé","a":{"id":"x-1","n":1.50,"none":null,"empty":"","list":["[de] Ĥíí {name}",true,-0.0,"42"]},"c":"[de] Šááṽéé"}'
    )
    assert result.usage == Usage("pseudo:pseudo", calls=1, cost_usd=Decimal(0))
    assert result.report == {
        "segments": 3,
        "translated": 3,
        "fromMemory": 0,
        "fromKnown": 0,
        "repaired": 0,
        "failed": 0,
        "checks": {},
        "setAside": {"locked": 1, "empty": 1, "untranslatable": 1},
        "chunks": 1,
    }
    assert result.warnings == ()


@pytest.mark.parametrize("data", ["{}", '{"a":1,"b":"","c":"42","d":[]}'])
def test_a_payload_without_text_needs_no_model(data: str) -> None:
    result = translate(make_request(data, layers=Layers(version=1)))

    assert dump(result.data) == data
    assert result.usage == Usage(cost_usd=Decimal(0))


def test_text_without_a_model_is_refused() -> None:
    with pytest.raises(NoModel, match="no model for en to de"):
        translate(make_request('{"a":"Save"}', layers=Layers(version=1)))


def test_texts_known_from_an_earlier_attempt_are_not_sent_again() -> None:
    result = translate(make_request('{"a":"Save","b":"Open","c":"Save"}', known={"Save": "Sichern", "Gone": "Weg"}))

    assert dump(result.data) == '{"a":"Sichern","b":"[de] Óóþééñ","c":"Sichern"}'
    assert (result.report["segments"], result.report["translated"], result.report["fromKnown"]) == (3, 1, 2)


def test_when_all_is_known_no_model_is_called() -> None:
    result = translate(make_request('{"a":"Save"}', known={"Save": "Sichern"}))

    assert dump(result.data) == '{"a":"Sichern"}'
    assert result.usage.calls == 0


def test_a_known_text_that_would_not_pass_today_is_translated_anew() -> None:
    result = translate(make_request('{"a":"Hi {name}"}', known={"Hi {name}": "Hallo"}))

    assert dump(result.data) == '{"a":"[de] Ĥíí {name}"}'


def test_a_large_payload_is_divided_into_chunks() -> None:
    result = translate(make_request({f"key{number}": f"Text {number}" for number in range(250)}))

    assert result.report["chunks"] == 3
    assert result.usage.calls == 3
    assert result.report["translated"] == 250


def test_a_provider_that_is_not_configured_gives_way_to_the_next_model() -> None:
    result = translate(make_request('{"a":"Save"}', layers=make_layers("anthropic:claude", "pseudo:pseudo")))

    assert result.usage == Usage("pseudo:pseudo", calls=1, cost_usd=Decimal(0))


def test_when_no_provider_is_configured_the_error_names_them() -> None:
    with pytest.raises(ProviderRefused, match=r"anthropic is not configured here\. nobody is not configured here\."):
        translate(make_request('{"a":"Save"}', layers=make_layers("anthropic:claude", "nobody:model")))


def test_past_the_deadline_the_payload_may_be_tried_again(settings: Settings) -> None:
    settings.PSEUDO_DELAY_MS = 60_000

    with pytest.raises(ModelUnavailable) as caught:
        translate(make_request('{"a":"Save"}', seconds=0.05))

    assert caught.value.usage == Usage(calls=1, cost_usd=Decimal(0))
    assert caught.value.retry_after is None
