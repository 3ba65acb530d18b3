"""Which models a new engine gets, from what this installation has: an account in the environment, else what needs none.

Asked when an organization or an engine is made, and by the pages and commands that say what a fresh installation translates with.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from engines.locales import ANY_LOCALE
from engines.providers import apertium
from engines.providers.registry import is_configured, provider_names

DefaultModel = tuple[str, str, str, str]  # source locale, target locale, provider, model

# In order of preference; of the providers configured the first is the primary, the second the fallback.
CHAT_MODELS: Mapping[str, str] = {"openai": "gpt-5-mini", "anthropic": "claude-haiku-4-5", "google": "gemini-2.5-flash"}


@dataclass(frozen=True, slots=True)
class _Choice:
    models: tuple[DefaultModel, ...]
    sentence: str


def default_models() -> list[DefaultModel]:
    """In order of rank: of two that fit a pair, the one listed first is asked first.

    Raises ImproperlyConfigured for a DEFAULT_MODEL that names no provider or no model.
    """
    return list(_choose().models)


def offered_models(accounts: Collection[str]) -> dict[str, tuple[DefaultModel, ...]]:
    """What a new engine may be given instead, by name: a model of each provider in `accounts`, and of those that need no account."""
    offered = {f"{name}:{model}": _anywhere([(name, model)]) for name, model in CHAT_MODELS.items() if name in accounts}
    pairs = apertium.available_pairs()
    if pairs:
        offered["apertium"] = tuple((source, target, "apertium", mode) for (source, target), mode in pairs.items())
    return {**offered, "pseudo:pseudo": _anywhere([("pseudo", "pseudo")])}


def describe_default() -> str:
    """A sentence for the operator: what new engines translate with, and why."""
    return _choose().sentence


def _choose() -> _Choice:
    accounts = [(name, model) for name, model in CHAT_MODELS.items() if is_configured(name)]
    if settings.DEFAULT_MODEL:
        chosen = _read_default_model(settings.DEFAULT_MODEL)
        others = [account for account in accounts if account[0] != chosen[0]][:1]
        return _Choice(_anywhere([chosen, *others]), f"New engines translate with {chosen[0]}:{chosen[1]}, as DEFAULT_MODEL says{_then(others)}.")
    if accounts:
        primary, *others = accounts[:2]
        why = f"because the environment has an account for {primary[0]}"
        return _Choice(_anywhere([primary, *others]), f"New engines translate with {primary[0]}:{primary[1]}, {why}{_then(others)}.")
    return _choose_without_account()


def _choose_without_account() -> _Choice:
    pairs = apertium.available_pairs()
    models = (*((source, target, "apertium", mode) for (source, target), mode in pairs.items()), (ANY_LOCALE, ANY_LOCALE, "pseudo", "pseudo"))
    if not pairs:
        return _Choice(models, "New engines pseudo-localize: the environment has no account for a model, and Apertium is not installed.")
    listed = ", ".join(f"{source} to {target}" for source, target in pairs)
    return _Choice(models, f"New engines translate {listed} with Apertium and pseudo-localize the rest: the environment has no account for a model.")


def _read_default_model(text: str) -> tuple[str, str]:
    provider, _, model = text.partition(":")
    if provider not in provider_names() or not model:
        raise ImproperlyConfigured(f"DEFAULT_MODEL must be provider:model with a provider of {', '.join(provider_names())}, not {text!r}.")
    return provider, model


def _anywhere(choices: list[tuple[str, str]]) -> tuple[DefaultModel, ...]:
    return tuple((ANY_LOCALE, ANY_LOCALE, provider, model) for provider, model in choices)


def _then(others: list[tuple[str, str]]) -> str:
    return f", and with {others[0][0]}:{others[0][1]} when that fails" if others else ""
