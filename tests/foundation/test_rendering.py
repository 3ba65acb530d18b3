"""The encoder of answers."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.functional import lazystr

from foundation.customer_json import Number
from foundation.rendering import RawJSON, encode, wire_time


def test_stored_json_is_embedded_byte_for_byte() -> None:
    assert encode({"outputData": RawJSON('{"b":1.50,"a":"é"}'), "error": None}) == '{"outputData":{"b":1.50,"a":"é"},"error":null}'.encode()


def test_values_of_the_product_are_spelt_for_the_wire() -> None:
    moment = datetime(2026, 4, 17, 10, 0, 0, 123999, tzinfo=UTC)

    text = encode({"at": moment, "cost": Decimal("0.000010"), "n": Number("1e2"), "big": 2**70, "note": lazystr("later"), "pair": (1, True)})

    assert text == b'{"at":"2026-04-17T10:00:00.123Z","cost":0.000010,"n":1e2,"big":1180591620717411303424,"note":"later","pair":[1,true]}'


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError):
        encode({"a": object()})


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        pytest.param(datetime(2026, 4, 17, 10, 0, tzinfo=UTC), "2026-04-17T10:00:00.000Z", id="whole second"),
        pytest.param(datetime(2026, 4, 17, 10, 0, 0, 999_999, tzinfo=UTC), "2026-04-17T10:00:00.999Z", id="cut, not rounded"),
        pytest.param(datetime(2026, 4, 17, 1, 0, tzinfo=timezone(timedelta(hours=2))), "2026-04-16T23:00:00.000Z", id="another zone"),
    ],
)
def test_times_are_utc_with_milliseconds(moment: datetime, text: str) -> None:
    assert wire_time(moment) == text


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        wire_time(datetime(2026, 4, 17))  # noqa: DTZ001


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense", "image/png;q=1"])
def test_the_answer_is_json_whatever_accept_says(client: Client, accept: str) -> None:
    answer = client.post("/no-body", headers={"Accept": accept})

    assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (200, "application/json", b'{"raw":{"n": 1.50}}')
