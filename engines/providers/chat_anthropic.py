"""Anthropic's Claude models."""

from anthropic import AsyncAnthropic
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.profiles.anthropic import AnthropicModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider

from engines.providers.chat import ChatProvider, Connection, PreparedModel, make_http_client
from engines.providers.pools import Account


def make_provider(account: Account, key: str, base_url: str) -> ChatProvider:
    return ChatProvider(account, lambda: _connect(key, base_url))


def _connect(key: str, base_url: str) -> Connection:
    http_client = make_http_client()
    client = AsyncAnthropic(api_key=key, base_url=base_url or None, http_client=http_client, max_retries=0)  # type: ignore[arg-type, unused-ignore]
    provider = AnthropicProvider(anthropic_client=client)
    return Connection(http_client, lambda name: _prepare(AnthropicModel(name, provider=provider)))


def _prepare(model: AnthropicModel) -> PreparedModel:
    profile = AnthropicModelProfile(**model.profile)
    return PreparedModel.of(model, allows_temperature=not profile.get("anthropic_disallows_sampling_settings"))
