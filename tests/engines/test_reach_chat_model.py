"""A chat model that is busy, away, slow or unwilling: what is waited for, what goes to the next model, and what the caller is told."""

import socket
from typing import Any

import pytest
from pytest_django import Settings

from engines import model_loop
from engines.errors import ModelUnavailable, ProviderRefused, Usage
from engines.translation.translate import translate
from foundation.customer_json import dump
from tests.engines.factories import make_layers, make_request
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

TRANSLATED = '{"a":"[de] Save"}'
SMALL, LARGE = "openai:test-small", "openai:test-large"


def run(*models: str, data: Any = '{"a":"Save"}', seconds: float = 20) -> Any:
    return translate(make_request(data, layers=make_layers(*models or (SMALL,)), seconds=seconds))


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wait_that_the_provider_asks_for_stays_inside_the_call(chat_model: ModelServer, status: int) -> None:
    chat_model.script(rule("status", status=status, headers={"retry-after-ms": "20"}, times=2))

    result = run()

    assert dump(result.data) == TRANSLATED
    assert result.usage.calls == 3


def test_a_long_wait_is_the_callers(chat_model: ModelServer) -> None:
    chat_model.script(rule("status", status=429, retry_after=30))

    with pytest.raises(ModelUnavailable, match=r"^openai:test-small answered 429 \(429\)\.$|^openai:test-small answered 429\.$") as caught:
        run()

    assert caught.value.retry_after == 30
    assert caught.value.usage.calls == 1


def test_of_two_waits_the_shorter_is_told(chat_model: ModelServer) -> None:
    chat_model.script(
        rule("status", match={"model": "test-small"}, status=429, retry_after=60),
        rule("status", match={"model": "test-large"}, status=503, retry_after=30),
    )

    with pytest.raises(ModelUnavailable) as caught:
        run(SMALL, LARGE)

    assert caught.value.retry_after == 30


@pytest.mark.parametrize(
    "action",
    [
        rule("status", status=500),
        rule("status", status=529),
        rule("status", status=429, retry_after=30),
        rule("status", status=401),
        rule("status", status=404),
        rule("cut", after=20),
        rule("cut", after=0, reset=True),
        rule("not_json_http"),
        rule("no_choices"),
    ],
    ids=lambda action: "-".join(str(part) for part in action["action"].values()),
)
def test_a_model_that_fails_gives_way_to_the_next(chat_model: ModelServer, action: dict[str, Any]) -> None:
    chat_model.script(action | {"match": {"model": "test-small"}})

    result = run(SMALL, LARGE)

    assert dump(result.data) == TRANSLATED
    assert result.usage.model == LARGE
    assert result.usage.calls == 2


@pytest.mark.parametrize(
    "action",
    [rule("status", status=500), rule("cut", after=20), rule("not_json_http"), rule("no_choices")],
    ids=lambda action: action["action"]["kind"],
)
def test_a_failure_that_passes_by_itself_is_worth_another_attempt(chat_model: ModelServer, action: dict[str, Any]) -> None:
    chat_model.script(action)

    with pytest.raises(ModelUnavailable, match=r"^openai:test-small "):
        run()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_provider_that_refuses_is_not_asked_again(chat_model: ModelServer, status: int) -> None:
    chat_model.script(rule("status", status=status))

    with pytest.raises(ProviderRefused, match=f"^openai:test-small answered {status}") as caught:
        run()

    assert caught.value.usage.calls == 1


def test_a_refusal_tells_neither_the_providers_words_nor_the_key(chat_model: ModelServer) -> None:
    body = {"error": {"message": "Incorrect key sk-test for text Save", "type": "invalid_request_error", "code": "invalid_api_key"}}
    chat_model.script(rule("status", status=401, body=body))

    with pytest.raises(ProviderRefused) as caught:
        run()

    assert str(caught.value) == "openai:test-small answered 401 (invalid_api_key)."


def test_one_model_that_may_come_back_makes_a_refusal_worth_another_attempt(chat_model: ModelServer) -> None:
    chat_model.script(rule("status", match={"model": "test-small"}, status=500), rule("status", match={"model": "test-large"}, status=401))

    with pytest.raises(ModelUnavailable):
        run(SMALL, LARGE)


def test_a_model_that_hangs_leaves_the_next_one_time(chat_model: ModelServer) -> None:
    chat_model.script(rule("hang", match={"model": "test-small"}))

    result = run(SMALL, LARGE, seconds=1)

    assert result.usage.model == LARGE


def test_an_answer_that_drips_is_cut_off_at_the_deadline(chat_model: ModelServer) -> None:
    chat_model.script(rule("drip", bytes=1, pause_ms=20))

    with pytest.raises(ModelUnavailable) as caught:
        run(seconds=0.3)

    assert caught.value.usage.calls == 1


def test_a_server_that_is_not_there_is_unavailable(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.OPENAI_BASE_URL = f"http://127.0.0.1:{free.getsockname()[1]}/v1"

        with pytest.raises(ModelUnavailable, match=r"openai:test-small could not be reached\."):
            run()
    model_loop.shutdown()


def test_a_chunk_that_fails_loses_nothing_of_the_others(chat_model: ModelServer) -> None:
    data = {f"key{number}": f"Text {number}" for number in range(150)}
    chat_model.script(rule("status", match={"text": "Text 149"}, status=500))

    with pytest.raises(ModelUnavailable) as caught:
        run(data=data)

    assert caught.value.verified == {f"Text {number}": f"[de] Text {number}" for number in range(100)}
    assert caught.value.usage.calls == 2


def test_what_was_verified_before_the_deadline_is_kept(chat_model: ModelServer) -> None:
    data = {f"key{number}": f"Text {number}" for number in range(150)}
    chat_model.script(rule("hang", match={"text": "Text 149"}))

    with pytest.raises(ModelUnavailable) as caught:
        run(data=data, seconds=1)

    assert len(caught.value.verified) == 100
    used = caught.value.usage
    assert used == Usage(SMALL, used.input_tokens, used.output_tokens, calls=2, cost_usd=None, unpriced_calls=1)


def test_chunks_of_a_payload_are_called_at_once(chat_model: ModelServer) -> None:
    chat_model.script(rule("delay", ms=200))

    run(data={f"key{number}": f"Text {number}" for number in range(500)})

    assert chat_model.counts()["maxInFlight"] == 5


def test_a_process_makes_no_more_calls_at_once_than_its_slots(chat_model: ModelServer, settings: Settings) -> None:
    model_loop.shutdown()
    settings.DRAIN_SLOTS = 2
    chat_model.script(rule("delay", ms=20))

    run(data={f"key{number}": f"Text {number}" for number in range(500)})

    assert chat_model.counts()["maxInFlight"] == 2
