"""The fixtures under test, and a plain client for the model's chat path."""

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.servers.fixtures import model_server, model_server_process, webhook_receiver, webhook_receiver_process
from tests.servers.model_server import ModelServer

__all__ = ["model_server", "model_server_process", "webhook_receiver", "webhook_receiver_process"]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> str:
        return json.loads(self.body)["choices"][0]["message"]["content"]

    @property
    def texts(self) -> dict[str, Any]:
        return json.loads(self.content)["texts"]


@pytest.fixture
def ask(model_server: ModelServer) -> Callable[..., Answer]:
    """Sends one prompt over a connection of its own; raises what `http.client` raises."""

    def send(texts, *, target="de", request_id="ljb_1.localize.1", model="test-small", timeout=10.0, **members) -> Answer:
        prompt = json.dumps({"source": "en", "target": target, **members, "texts": texts}, ensure_ascii=False)
        body = json.dumps({"model": model, "messages": [{"role": "system", "content": "Translate."}, {"role": "user", "content": prompt}]})
        connection = http.client.HTTPConnection("127.0.0.1", model_server.port, timeout=timeout)
        try:
            connection.request("POST", "/v1/chat/completions", body=body, headers={"X-Client-Request-Id": request_id, "Authorization": "Bearer k"})
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read())
        finally:
            connection.close()

    return send
