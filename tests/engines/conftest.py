"""The model server of `tests.servers`, for engines whose provider is `openai`."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from engines import model_loop
from tests.servers.fixtures import model_server, model_server_process
from tests.servers.model_server import ModelServer

__all__ = ["model_server", "model_server_process"]


@pytest.fixture
def chat_model(model_server: ModelServer, settings: Settings) -> Iterator[ModelServer]:
    """The installation's OpenAI-compatible server."""
    settings.OPENAI_BASE_URL = model_server.base_url
    settings.OPENAI_API_KEY = "sk-test"
    yield model_server
    model_loop.shutdown()
