"""A model and a receiver on loopback, and drains that do not linger."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from engines.models import Engine
from organizations.models import Organization
from pipeline import deliveries, drain
from tests.engines.conftest import chat_model
from tests.factories import NOW, make_engine
from tests.servers.fixtures import model_server, model_server_process, webhook_receiver, webhook_receiver_process
from tests.servers.receiver import Receiver
from webhooks.signing import current_secret

__all__ = ["chat_model", "model_server", "model_server_process", "webhook_receiver", "webhook_receiver_process"]


@pytest.fixture(autouse=True)
def compressed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a drain waits for, in hundredths of the usual seconds."""
    monkeypatch.setattr(drain, "TURN_SECONDS", 0.01)
    monkeypatch.setattr(drain, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(drain, "TROUBLE_SECONDS", 0.01)
    monkeypatch.setattr(drain, "GRACE_SECONDS", 1)
    monkeypatch.setattr(deliveries, "LATER", timedelta(seconds=0.01))


@pytest.fixture
def chat_engine(organization: Organization, chat_model: object) -> Engine:
    """The organization's default engine, which asks the model server."""
    return make_engine(organization, provider="openai")


@pytest.fixture
def receiver(organization: Organization, webhook_receiver: Receiver, settings: Settings) -> Iterator[Receiver]:
    """Takes the organization's webhooks and verifies them."""
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = True
    webhook_receiver.set_secret(current_secret(organization, NOW))
    yield webhook_receiver
    webhook_receiver.script()
    webhook_receiver.release()
