"""What a new engine translates with, from what the environment has."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from engines.defaults import default_models, describe_default
from engines.providers import apertium


@pytest.fixture(autouse=True)
def bare(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No account, and no program on the path."""
    settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = settings.ANTHROPIC_API_KEY = settings.GEMINI_API_KEY = settings.DEFAULT_MODEL = ""
    monkeypatch.setenv("PATH", "")
    apertium.available_pairs.cache_clear()
    yield
    apertium.available_pairs.cache_clear()


def test_without_anything_new_engines_pseudo_localize() -> None:
    assert default_models() == [("*", "*", "pseudo", "pseudo")]
    assert describe_default() == "New engines pseudo-localize: the environment has no account for a model, and Apertium is not installed."


def test_apertium_translates_the_pairs_that_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "apertium"
    program.write_text("#!/bin/sh\necho '  eng-spa\n  spa-eng_US\n  oci@aran-cat\n'")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")

    assert default_models() == [("en", "es", "apertium", "eng-spa"), ("es", "en-US", "apertium", "spa-eng_US"), ("*", "*", "pseudo", "pseudo")]
    assert describe_default() == (
        "New engines translate en to es, es to en-US with Apertium and pseudo-localize the rest: the environment has no account for a model."
    )


def test_the_first_account_translates_and_the_second_stands_by(settings: Settings) -> None:
    settings.ANTHROPIC_API_KEY = settings.GEMINI_API_KEY = "key"

    assert default_models() == [("*", "*", "anthropic", "claude-haiku-4-5"), ("*", "*", "google", "gemini-2.5-flash")]
    assert describe_default() == (
        "New engines translate with anthropic:claude-haiku-4-5, because the environment has an account for anthropic, "
        "and with google:gemini-2.5-flash when that fails."
    )


def test_a_third_account_is_not_used(settings: Settings) -> None:
    settings.OPENAI_API_KEY = settings.ANTHROPIC_API_KEY = settings.GEMINI_API_KEY = "key"

    assert default_models() == [("*", "*", "openai", "gpt-5-mini"), ("*", "*", "anthropic", "claude-haiku-4-5")]


def test_a_default_model_of_the_operators_comes_first(settings: Settings) -> None:
    settings.OPENAI_BASE_URL = "http://127.0.0.1:11434/v1"
    settings.DEFAULT_MODEL = "openai:qwen3:8b"

    assert default_models() == [("*", "*", "openai", "qwen3:8b")]
    assert describe_default() == "New engines translate with openai:qwen3:8b, as DEFAULT_MODEL says."


@pytest.mark.parametrize("text", ["gpt-5-mini", "nobody:model", "openai:", ":model"])
def test_a_default_model_that_cannot_be_is_refused(settings: Settings, text: str) -> None:
    settings.DEFAULT_MODEL = text

    with pytest.raises(ImproperlyConfigured, match="DEFAULT_MODEL must be provider:model"):
        default_models()
