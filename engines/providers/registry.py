"""Which providers are configured, by name. A provider's module, and with it a heavy SDK, is imported only where it is configured.

`import_configured` is called before a fork, so that workers share what an SDK takes in memory.
"""

import hashlib
from functools import lru_cache
from importlib import import_module
from typing import cast

from django.conf import settings

from engines.layers import Credential
from engines.providers import apertium
from engines.providers.base import Provider, Refused
from engines.providers.pools import Account
from engines.providers.pseudo import PseudoProvider

CHAT_MODULES = {
    "openai": "engines.providers.chat_openai",
    "anthropic": "engines.providers.chat_anthropic",
    "google": "engines.providers.chat_google",
}


def provider_names() -> tuple[str, ...]:
    """Every provider there is, configured or not."""
    return (*CHAT_MODULES, "apertium", "pseudo")


def find_provider(name: str, credential: Credential | None = None) -> Provider | None:
    """The provider, or None where it is unknown or not configured. An organization's own `credential` for it goes before the environment's.

    Raises Refused for a credential that cannot be used.
    """
    if name == "pseudo":
        return PseudoProvider()
    if name == "apertium":
        return apertium.ApertiumProvider() if apertium.available_pairs() else None
    if name not in CHAT_MODULES:
        return None
    if credential:
        return _make_chat_provider(name, credential.owner, *_usable(credential))
    return _make_chat_provider(name, "", *_credential(name)) if is_configured(name) else None


def is_configured(name: str) -> bool:
    """Whether the environment has what a provider with an account needs. An OpenAI-compatible server of one's own may need no key."""
    key, base_url = _credential(name)
    return bool(key or base_url)


def _usable(credential: Credential) -> tuple[str, str]:
    """Key and base URL. An address that the operator does not list (any more) is not called: it could be one of the inner network."""
    if credential.key is None:
        raise Refused(f"The organization's key for {credential.provider} cannot be read any more; set it again.")
    if credential.base_url and credential.base_url.rstrip("/") not in {host.rstrip("/") for host in settings.MODEL_HOSTS}:
        raise Refused(f"The organization's base URL for {credential.provider} is not among those allowed here.")
    return credential.key, credential.base_url


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
def _make_chat_provider(name: str, owner: str, key: str, base_url: str) -> Provider:
    fingerprint = hashlib.sha256(f"{key}\x1f{base_url}".encode()).hexdigest()
    return cast(Provider, import_module(CHAT_MODULES[name]).make_provider(Account(name, owner, fingerprint), key, base_url))
