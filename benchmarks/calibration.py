"""How fast this machine is just now: the model server's processor time per call, whose work never changes.

It stands beside every figure, because shared machines drift: figures of two runs compare only as far as their calibrations do.
"""

import requests

from tests.servers.model_server import start_model_server

CALLS = 300
BODY = {"model": "test-small", "messages": [{"role": "user", "content": '<segment n="1">Hello</segment>'}]}


def model_server_ms_per_call() -> float:
    """Milliseconds of processor time that the model server takes for one call, over 300 calls on one connection."""
    with start_model_server() as model, requests.Session() as session:
        before = model.cpu_seconds()
        for _ in range(CALLS):
            session.post(f"{model.base_url}/chat/completions", json=BODY, timeout=10).raise_for_status()
        return round((model.cpu_seconds() - before) / CALLS * 1000, 3)
