"""PyPI `lingodotdev`, unmodified, against the product as real processes: every method it has, and what it makes of refusals.

The model server answers `[de] Hello` for `Hello`.
"""

import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.deployment import Deployment
from tests.servers.model_server import ModelServer, start_model_server
from tests.servers.script import rule

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it declares its validators as pydantic 1 did
    from lingodotdev import LingoDotDevEngine

GERMAN = {"source_locale": "en", "target_locale": "de"}


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with start_model_server() as server:
        yield server


@pytest.fixture(scope="module")
def product(model: ModelServer) -> Iterator[Deployment]:
    settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": "openai:test-small"}
    with Deployment("sqlite", settings=settings) as product:
        product.start_web()
        yield product


@pytest.fixture
async def client(product: Deployment, model: ModelServer) -> AsyncIterator[LingoDotDevEngine]:
    model.reset()
    async with LingoDotDevEngine({"api_key": product.demo["apiKey"], "api_url": product.base_url}) as client:
        yield client


def test_it_is_the_published_client() -> None:
    assert Path(__import__("lingodotdev").__file__).is_relative_to(Path(__import__("httpx").__file__).parents[1])
    assert __import__("lingodotdev").__version__ == "1.5.0"


async def test_localize_text(client: LingoDotDevEngine) -> None:
    progress: list[int] = []

    assert await client.localize_text("Hello {name}", GERMAN, progress.append) == "[de] Hello {name}"
    assert progress == [100]


async def test_localize_text_detects_the_source(client: LingoDotDevEngine) -> None:
    text = "Guten Morgen, wie geht es dir heute?"

    assert await client.localize_text(text, {"target_locale": "fr", "fast": True}) == f"[fr] {text}"
    assert await client.localize_text(text, {"target_locale": "de"}) == text


async def test_localize_text_of_nothing(client: LingoDotDevEngine) -> None:
    assert await client.localize_text("", GERMAN) == ""


async def test_localize_object_keeps_what_is_no_text(client: LingoDotDevEngine) -> None:
    sent = {"z": "Hello", "a": {"count": 5, "price": 1.5, "on": True, "off": None, "list": ["Bye", 7]}, "empty": ""}

    answer = await client.localize_object(sent, GERMAN)

    assert answer == {"z": "[de] Hello", "a": {"count": 5, "price": 1.5, "on": True, "off": None, "list": ["[de] Bye", 7]}, "empty": ""}
    assert list(answer) == ["z", "a", "empty"]


async def test_localize_object_in_chunks(client: LingoDotDevEngine) -> None:
    sent = {f"key{number}": f"Text {number}" for number in range(60)}  # 25 to a request
    expected = {key: f"[de] {text}" for key, text in sent.items()}
    progress: list[int] = []

    one_by_one = await client.localize_object(sent, GERMAN, lambda percent, source, result: progress.append(percent))

    assert one_by_one == expected
    assert progress == [33, 67, 100]
    assert await client.localize_object(sent, GERMAN, concurrent=True) == expected


async def test_localize_object_with_reference(client: LingoDotDevEngine) -> None:
    reference = {"en": {"a": "Hello there"}, "de": {"a": "Hallo du"}, "zz-nonsense": {"b": 5}}

    assert await client.localize_object({"a": "Hello"}, {**GERMAN, "reference": reference}) == {"a": "[de] Hello"}


async def test_batch_localize_text(client: LingoDotDevEngine) -> None:
    answers = await client.batch_localize_text("Hello", {"source_locale": "en", "target_locales": ["de", "pt_BR", "fr"]})

    assert answers == ["[de] Hello", "[pt-BR] Hello", "[fr] Hello"]


async def test_batch_localize_objects(client: LingoDotDevEngine) -> None:
    assert await client.batch_localize_objects([{"a": "One"}, {"b": "Two"}], GERMAN) == [{"a": "[de] One"}, {"b": "[de] Two"}]


async def test_localize_chat_keeps_the_speakers(client: LingoDotDevEngine) -> None:
    chat = [{"name": "Alice Cooper", "text": "Hello"}, {"name": "Bob", "text": "Good day"}]
    progress: list[int] = []

    answer = await client.localize_chat(chat, GERMAN, progress.append)

    assert answer == [{"name": "Alice Cooper", "text": "[de] Hello"}, {"name": "Bob", "text": "[de] Good day"}]
    assert progress == [100]


@pytest.mark.parametrize(("text", "locale"), [("Bonjour le monde", "fr"), ("Wie geht es dir heute?", "de"), ("OK", "und")])
async def test_recognize_locale(client: LingoDotDevEngine, text: str, locale: str) -> None:
    assert await client.recognize_locale(text) == locale


async def test_whoami(client: LingoDotDevEngine, product: Deployment) -> None:
    found = await client.whoami()

    assert found == product.get("/users/me")
    assert found["email"] == "owner@demo.example"


@pytest.mark.parametrize(
    ("content", "expected"),
    [("Hello", "[de] Hello"), ({"a": "Hello", "b": {"c": "Bye"}}, {"a": "[de] Hello", "b": {"c": "[de] Bye"}})],
    ids=["text", "object"],
)
async def test_quick_translate(product: Deployment, content: Any, expected: Any) -> None:
    account = {"api_key": product.demo["apiKey"], "api_url": product.base_url, "engine_id": product.demo["engineId"]}

    assert await LingoDotDevEngine.quick_translate(content, target_locale="de", source_locale="en", **account) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [("Hello", ["[de] Hello", "[fr] Hello"]), ({"a": "Hello"}, [{"a": "[de] Hello"}, {"a": "[fr] Hello"}])],
    ids=["text", "object"],
)
async def test_quick_batch_translate(product: Deployment, content: Any, expected: Any) -> None:
    account = {"api_key": product.demo["apiKey"], "api_url": product.base_url}

    assert await LingoDotDevEngine.quick_batch_translate(content, target_locales=["de", "fr"], source_locale="en", **account) == expected


async def test_bad_request_is_the_callers_error(client: LingoDotDevEngine) -> None:
    with pytest.raises(ValueError, match=r"Invalid request \(400\).*Unknown language subtag 'qx'"):
        await client.localize_text("Hello", {"source_locale": "en", "target_locale": "qx"})


async def test_failed_translation_is_the_servers_error(client: LingoDotDevEngine, model: ModelServer) -> None:
    model.script(rule("status", status=401))

    with pytest.raises(RuntimeError, match=r"Server error \(500\).*translation_failed"):
        await client.localize_text("Something never said before", GERMAN)


async def test_unknown_key_and_unknown_engine(product: Deployment) -> None:
    async with LingoDotDevEngine({"api_key": "ilk_nonsense", "api_url": product.base_url}) as nobody:
        assert await nobody.whoami() is None
        with pytest.raises(RuntimeError, match=r"Request failed \(401\).*Invalid API key"):
            await nobody.localize_text("Hello", GERMAN)
    account = {"api_key": product.demo["apiKey"], "api_url": product.base_url, "engine_id": "eng_0000000000000000000"}
    async with LingoDotDevEngine(account) as stranger:
        with pytest.raises(RuntimeError, match=r"Request failed \(404\).*Engine not found"):
            await stranger.localize_text("Hello", GERMAN)
