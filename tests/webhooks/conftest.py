"""Receivers on loopback for the tests of webhooks, and the settings that let deliveries reach them."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.servers.fixtures import webhook_receiver, webhook_receiver_process
from tests.webhooks.wire import FakeNetwork, RawServer

__all__ = ["webhook_receiver", "webhook_receiver_process"]


@pytest.fixture(autouse=True)
def strict_rules(settings: Settings) -> None:
    """As in production, whatever the environment of the test run says."""
    settings.WEBHOOK_ALLOW_HTTP = False
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    settings.WEBHOOK_CA_BUNDLE = ""


@pytest.fixture
def loopback(strict_rules: None, settings: Settings) -> None:
    """As in development: plain HTTP, and receivers on this machine."""
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_ALLOW_LOOPBACK = True


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """In place of name lookups and connecting: nothing leaves this process."""
    return FakeNetwork(monkeypatch)


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    with RawServer() as server:
        yield server
