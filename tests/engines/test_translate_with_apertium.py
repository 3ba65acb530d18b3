"""Apertium, where it is installed with the pair English to Spanish. In CI it must be."""

import os
import select
from decimal import Decimal
from pathlib import Path

import pytest

from engines import model_loop
from engines.errors import ProviderRefused, Usage
from engines.layers import Layers, ModelChoice, StoredModel
from engines.providers import apertium
from engines.translation.translate import translate
from foundation.customer_json import dump
from tests.engines.factories import make_layers, make_request

SPANISH = Layers(version=1, models=(StoredModel("en", "es", ModelChoice("apertium", "eng-spa"), 1),))


@pytest.fixture(autouse=True)
def installed() -> None:
    if ("en", "es") in apertium.available_pairs():
        return
    if os.environ.get("CI") == "true":
        pytest.fail("CI tests with Apertium: apt-get install apertium apertium-eng-spa")
    pytest.skip("Apertium is not installed here: apt-get install apertium apertium-eng-spa")


def test_texts_are_translated_each_by_itself() -> None:
    data = '{"a":"The house is red","b":"Save the file","c":"items","d":"Hello {name}!","n":1.0}'

    result = translate(make_request(data, layers=SPANISH, target="es"))

    assert dump(result.data) == '{"a":"La casa es roja","b":"Salvar la lima","c":"Elementos","d":"Hola {name}!","n":1.0}'
    assert result.usage == Usage("apertium:eng-spa", calls=1, cost_usd=Decimal(0))


def test_a_pair_serves_its_regions() -> None:
    result = translate(make_request('{"a":"The house is red"}', layers=SPANISH, target="es-MX"))

    assert dump(result.data) == '{"a":"La casa es roja"}'


def test_lines_white_space_and_what_a_program_reads_survive() -> None:
    data = {"a": "  Hello %s.\n\n\tThe house is <b>red</b>, {minutes} minutes\r\nhttps://x.example/house  ", "b": "[a] ^b$ @c \\ d/e"}

    result = translate(make_request(data, layers=SPANISH, target="es"))

    assert isinstance(result.data, dict)
    assert result.data["a"] == "  Hola %s.\n\n\tLa casa es <b>roja</b>, {minutes} minutos\r\nhttps://x.example/house  "


def test_a_direction_that_apertium_does_not_list_is_refused() -> None:
    with pytest.raises(ProviderRefused, match="apertium has no direction --help here"):
        translate(make_request('{"a":"Save"}', layers=make_layers("apertium:--help")))


def test_a_run_past_its_time_ends_with_all_that_it_started() -> None:
    with pytest.raises(TimeoutError):
        model_loop.run(apertium._run("eng-spa", "The house is red. " * 100_000), 0.3)

    started = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _is_part_of_a_run(entry)]
    assert all(_ends(pid) for pid in started)


def _is_part_of_a_run(pid: str) -> bool:
    try:
        return b"/interlinear-apertium-" in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


def _ends(pid: int) -> bool:
    """Whether it is dead within five seconds: a killed process may take a moment."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    with os.fdopen(handle, "rb", buffering=0):
        return bool(select.select([handle], [], [], 5)[0])
