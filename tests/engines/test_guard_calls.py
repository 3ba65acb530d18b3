"""What stands before a call: the breaker of each model, limits, an organization's own account; and how calls are cancelled."""

import asyncio
import threading
from dataclasses import replace
from typing import Any

import pytest
from pytest_django import Settings

from engines import model_loop
from engines.breaker import FAILURES
from engines.errors import ModelUnavailable, ProviderRefused, TranslationCancelled
from engines.layers import Credential
from engines.model_loop import Cancellation
from engines.providers import pools
from engines.providers.pools import Account, Pools
from engines.translation.translate import translate
from tests.engines.factories import make_layers, make_request
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

SMALL, LARGE = "openai:test-small", "openai:test-large"


def run(*models: str, data: Any = '{"a":"Save"}', seconds: float = 20, **members: Any) -> Any:
    return translate(make_request(data, layers=make_layers(*models or (SMALL,), **members), seconds=seconds))


def fail(times: int, *models: str) -> list[ModelUnavailable]:
    failures = []
    for _ in range(times):
        with pytest.raises(ModelUnavailable) as caught:
            run(*models)
        failures.append(caught.value)
    return failures


def calls_by_model(server: ModelServer) -> dict[str, int]:
    models = [call["body"]["model"] for call in server.requests()]
    return {model: models.count(model) for model in models}


def test_a_model_that_keeps_failing_is_not_asked_for_a_while(chat_model: ModelServer) -> None:
    chat_model.script(rule("status", status=503))

    failures = fail(FAILURES + 3, SMALL)

    assert chat_model.counts()["total"] == FAILURES
    assert str(failures[-1]).startswith("openai:test-small is not asked for a while after it failed: openai:test-small answered 503")
    assert failures[-1].usage.calls == 0
    assert failures[-1].retry_after == pytest.approx(5, abs=1)


def test_while_a_model_is_not_asked_the_next_one_is(chat_model: ModelServer) -> None:
    chat_model.script(rule("status", status=503, match={"model": "test-small"}))

    results = [run(SMALL, LARGE) for _ in range(20)]

    assert {result.usage.model for result in results} == {LARGE}
    assert calls_by_model(chat_model) == {"test-small": FAILURES, "test-large": 20}


def test_many_chunks_at_once_begin_few_calls_after_the_first_failure(chat_model: ModelServer, settings: Settings) -> None:
    model_loop.shutdown()
    settings.DRAIN_SLOTS = 4
    chat_model.script(rule("status", status=503))

    with pytest.raises(ModelUnavailable):
        run(data={f"key{number}": f"Text {number}" for number in range(5000)})

    assert chat_model.counts()["total"] <= 4 + FAILURES - 1


@pytest.mark.parametrize("status", [400, 401, 404, 429])
def test_a_provider_that_answers_is_not_down(chat_model: ModelServer, status: int) -> None:
    chat_model.script(rule("status", status=status, retry_after=30))

    for _ in range(FAILURES + 3):
        with pytest.raises((ModelUnavailable, ProviderRefused)):
            run()

    assert chat_model.counts()["total"] == FAILURES + 3


def test_limits_hold_calls_back(chat_model: ModelServer, settings: Settings) -> None:
    settings.MODEL_LIMITS = {"openai": {"concurrent": 2}}
    chat_model.script(rule("delay", ms=30))

    run(data={f"key{number}": f"Text {number}" for number in range(600)})

    assert chat_model.counts()["maxInFlight"] == 2


def test_who_would_wait_too_long_for_a_limit_is_sent_away_without_a_call(chat_model: ModelServer, settings: Settings) -> None:
    settings.MODEL_LIMITS = {SMALL: {"requestsPerMinute": 1}}
    run()

    with pytest.raises(ModelUnavailable, match="as often as its limits allow") as caught:
        run(seconds=0.2)

    assert (caught.value.usage.calls, caught.value.retry_after) == (0, pytest.approx(60, abs=2))
    assert chat_model.counts()["total"] == 1


def test_an_engine_has_limits_of_its_own(chat_model: ModelServer, settings: Settings) -> None:
    settings.MODEL_LIMITS = {"engine": {"requestsPerMinute": 1}}
    run(engine_id="eng_first")

    assert run(engine_id="eng_second").usage.calls == 1
    with pytest.raises(ModelUnavailable):
        run(engine_id="eng_first", seconds=0.2)


def test_an_organizations_own_account_goes_before_the_environments(chat_model: ModelServer, settings: Settings) -> None:
    settings.MODEL_HOSTS = [chat_model.base_url]
    own = Credential("openai", "org_acme", "sk-own", f"{chat_model.base_url}/")

    run(credentials=(own,))
    run()

    assert [call["authorization"] for call in chat_model.requests()] == ["Bearer sk-own", "Bearer sk-test"]


def test_a_base_url_that_the_operator_does_not_list_is_not_called(chat_model: ModelServer, settings: Settings) -> None:
    settings.MODEL_HOSTS = ["https://models.example/v1"]

    with pytest.raises(ProviderRefused, match="base URL for openai is not among those allowed"):
        run(credentials=(Credential("openai", "org_acme", "sk-own", chat_model.base_url),))

    assert chat_model.counts()["total"] == 0


def test_a_key_that_cannot_be_read_is_not_replaced_by_the_operators(chat_model: ModelServer) -> None:
    with pytest.raises(ProviderRefused, match="cannot be read any more"):
        run(credentials=(Credential("openai", "org_acme", None),))

    assert chat_model.counts()["total"] == 0


def test_a_trouble_of_one_account_is_not_anothers(chat_model: ModelServer, settings: Settings) -> None:
    settings.MODEL_HOSTS = [chat_model.base_url]
    chat_model.script(rule("status", status=503))
    fail(FAILURES, SMALL)
    chat_model.reset()

    assert run(credentials=(Credential("openai", "org_acme", "sk-own", chat_model.base_url),)).usage.calls == 1


def test_a_cancelled_translation_ends_its_calls(chat_model: ModelServer) -> None:
    chat_model.script(rule("hang"))
    cancellation = Cancellation()
    outcome: list[BaseException] = []

    def work() -> None:
        try:
            translate(make_request('{"a":"Save"}', layers=make_layers(SMALL)), cancellation)
        except TranslationCancelled as exc:
            outcome.append(exc)

    thread = threading.Thread(target=work)
    thread.start()
    chat_model.wait_for_calls(in_flight=1)
    cancellation.cancel()
    thread.join(5)

    assert [type(found) for found in outcome] == [TranslationCancelled]
    assert model_loop.run(_calls_in_flight(), 5) == 0


async def _calls_in_flight() -> int:
    await asyncio.sleep(0)
    return model_loop.calls_in_flight()


def test_what_was_cancelled_before_begins_no_call(chat_model: ModelServer) -> None:
    cancellation = Cancellation()
    cancellation.cancel()

    with pytest.raises(TranslationCancelled):
        translate(make_request('{"a":"Save"}', layers=make_layers(SMALL)), cancellation)


class Connection:
    def __init__(self) -> None:
        self.is_open = True

    async def aclose(self) -> None:
        self.is_open = False


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_a_connection_is_shared_until_nobody_used_it_for_ten_minutes() -> None:
    now = [0.0]
    connections = Pools(clock=lambda: now[0])
    account = Account("openai", "org_acme", "first")
    with connections.use(account, Connection) as first, connections.use(account, Connection) as again:
        assert first is again
    now[0] = pools.IDLE_SECONDS - 1
    connections.close_idle()
    assert first.is_open

    now[0] += 1
    connections.close_idle()
    await settle()

    assert not first.is_open
    with connections.use(account, Connection) as later:
        assert later is not first
    await connections.aclose()
    assert not later.is_open


async def test_another_key_closes_the_connection_of_the_old_one_when_its_last_call_ends() -> None:
    connections = Pools()
    own, operators = Account("openai", "org_acme", "new"), Account("openai", "", "x")
    with connections.use(replace(own, fingerprint="old"), Connection) as old, connections.use(own, Connection):
        await settle()
        assert old.is_open
    with connections.use(operators, Connection) as other:
        await settle()

    assert not old.is_open
    assert other.is_open
    await connections.aclose()
