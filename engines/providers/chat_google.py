"""Google's Gemini models by the Gemini API."""

from google.genai.types import HttpRetryOptions
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.profiles.google import GoogleModelProfile
from pydantic_ai.providers.google import GoogleProvider

from engines.providers.chat import ChatProvider, Connection, PreparedModel, make_http_client
from engines.providers.pools import Account


def make_provider(account: Account, key: str, base_url: str) -> ChatProvider:
    return ChatProvider(account, lambda: _connect(key, base_url))


def _connect(key: str, base_url: str) -> Connection:
    http_client = make_http_client()
    provider = GoogleProvider(api_key=key, base_url=base_url or None, http_client=http_client, retry_options=HttpRetryOptions(attempts=1))
    return Connection(http_client, lambda name: _prepare(GoogleModel(name, provider=provider)))


def _prepare(model: GoogleModel) -> PreparedModel:
    """Google advises against another temperature than the default for Gemini 3 and later."""
    profile = GoogleModelProfile(**model.profile)
    return PreparedModel.of(model, allows_temperature=not profile.get("google_supports_thinking_level"))
