"""Fixtures of the test servers. A conftest imports all four names, or says `pytest_plugins = ["tests.servers.fixtures"]`.

The processes live as long as the test session; each test finds them with empty counts, records and scripts.
"""

from collections.abc import Iterator

import pytest

from tests.servers.model_server import ModelServer, start_model_server
from tests.servers.receiver import Receiver, start_receiver


@pytest.fixture(scope="session")
def model_server_process() -> Iterator[ModelServer]:
    with start_model_server() as server:
        yield server


@pytest.fixture
def model_server(model_server_process: ModelServer) -> ModelServer:
    """A model that answers at once."""
    model_server_process.reset()
    return model_server_process


@pytest.fixture(scope="session")
def webhook_receiver_process() -> Iterator[Receiver]:
    with start_receiver() as server:
        yield server


@pytest.fixture
def webhook_receiver(webhook_receiver_process: Receiver) -> Receiver:
    """A receiver that has no secret until `set_secret`."""
    webhook_receiver_process.reset()
    return webhook_receiver_process
