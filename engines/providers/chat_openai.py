"""OpenAI, and every server that speaks its chat completions: OpenRouter, Ollama, vLLM and others, named by `OPENAI_BASE_URL`."""

from typing import Any

from openai import AsyncOpenAI, not_given
from openai._types import NotGiven, Omit  # as the SDK's own methods mark what was left out
from openai.types.chat import ChatCompletion
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles import ModelProfile, merge_profile
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers import Provider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from engines.providers.chat import ChatProvider, Connection, PreparedModel, make_http_client
from engines.providers.pools import Account


def make_provider(account: Account, key: str, base_url: str) -> ChatProvider:
    """`base_url` empty: OpenAI itself. A server of one's own may need no key."""
    return ChatProvider(account, lambda: _connect(key, base_url))


def _connect(key: str, base_url: str) -> Connection:
    http_client = make_http_client()
    # The SDK types its parameter for the older httpx; it takes both.
    client = AsyncOpenAI(api_key=key or "none", base_url=base_url or None, http_client=http_client, max_retries=0)  # type: ignore[arg-type, unused-ignore]
    client.chat.completions.create = _Create(client)  # type: ignore[method-assign, assignment]
    provider: Provider[AsyncOpenAI] = OpenAIProvider(openai_client=client)
    if base_url:
        provider = OpenAICompatibleProvider("openai-compatible", openai_client=client, profile=_compatible_profile)
    return Connection(http_client, lambda name: _prepare(OpenAIChatModel(name, provider=provider)))


class _Create:
    """`chat.completions.create` without its walk through every message for values that are spelt otherwise on the wire.

    A text message has none, and the walk takes a sixth of what a call costs. What goes out is the same.
    """

    def __init__(self, client: AsyncOpenAI) -> None:
        self._client = client

    async def __call__(self, *, extra_headers: Any = None, extra_body: Any = None, timeout: Any = not_given, **members: Any) -> ChatCompletion:
        return await self._client.post(
            "/chat/completions",
            body={name: value for name, value in members.items() if not isinstance(value, Omit | NotGiven)},
            options={"headers": extra_headers or {}, "extra_json": extra_body, "timeout": timeout},
            cast_to=ChatCompletion,
        )


def _compatible_profile(model: str) -> ModelProfile | None:
    """Other servers know `max_tokens`; OpenAI's reasoning models, reached through a proxy, only its successor."""
    profile = OpenAICompatibleProvider.model_profile(model) or ModelProfile()
    return merge_profile(profile, OpenAIModelProfile(openai_chat_supports_max_completion_tokens=bool(profile.get("openai_supports_reasoning"))))


def _prepare(model: OpenAIChatModel) -> PreparedModel:
    return PreparedModel.of(model, allows_temperature=not model.profile.get("openai_supports_reasoning"))
