"""Which providers are configured, by name. A provider's module, and with it a heavy SDK, is imported only where it is configured.

`import_configured` is called before a fork, so that workers share what an SDK takes in memory.
"""

from functools import lru_cache
from importlib import import_module
from typing import cast

from django.conf import settings

from engines.providers import apertium
from engines.providers.base import Provider
from engines.providers.pseudo import PseudoProvider

CHAT_MODULES = {
    "openai": "engines.providers.chat_openai",
    "anthropic": "engines.providers.chat_anthropic",
    "google": "engines.providers.chat_google",
}


def provider_names() -> tuple[str, ...]:
    """Every provider there is, configured or not."""
    return (*CHAT_MODULES, "apertium", "pseudo")


def find_provider(name: str) -> Provider | None:
    """The provider, or None where it is unknown or not configured in this installation."""
    if name == "pseudo":
        return PseudoProvider()
    if name == "apertium":
        return apertium.ApertiumProvider() if apertium.available_pairs() else None
    if not is_configured(name):
        return None
    return _make_chat_provider(name, *_credential(name))


def is_configured(name: str) -> bool:
    """Whether the environment has what a provider with an account needs. An OpenAI-compatible server of one's own may need no key."""
    key, base_url = _credential(name)
    return bool(key or base_url)


def import_configured() -> None:
    apertium.available_pairs()
    for name, module in CHAT_MODULES.items():
        if is_configured(name):
            import_module(module)


def _credential(name: str) -> tuple[str, str]:
    """Key and base URL, each empty where there is none."""
    return {
        "openai": (settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL),
        "anthropic": (settings.ANTHROPIC_API_KEY, ""),
        "google": (settings.GEMINI_API_KEY, ""),
    }.get(name, ("", ""))


@lru_cache(maxsize=64)
def _make_chat_provider(name: str, key: str, base_url: str) -> Provider:
    return cast(Provider, import_module(CHAT_MODULES[name]).make_provider(key, base_url))
