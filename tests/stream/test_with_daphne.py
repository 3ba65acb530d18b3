"""The stream through the real server, with the client that integrations use and a worker that does the work."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from organizations.keys import digest_of
from tests.localization.calls import HUNDRED_LOCALES
from tests.servers.deployment import Deployment
from tests.stream.sockets import group_path

SECONDS = 30
BODY = {"sourceLocale": "en", "targetLocales": ["de", "fr", "es"], "data": {"title": "Hello"}}


@pytest.fixture(scope="module")
def product() -> Iterator[Deployment]:
    """A web process; no worker yet."""
    with Deployment("sqlite") as product:
        product.start_web()
        yield product


def open_stream(product: Deployment, path: str, *, key: str = "", **options: Any) -> ClientConnection:
    headers = {"X-API-Key": key or product.demo["apiKey"]}
    stream: ClientConnection = connect(product.stream_url + path, additional_headers=headers, max_size=None, proxy=None, **options)
    return stream


def read_to_the_end(stream: ClientConnection) -> tuple[list[dict[str, Any]], int]:
    """The remaining messages and the code of the close, 1006 where the server just hung up."""
    messages = []
    try:
        while True:
            messages.append(json.loads(stream.recv(timeout=SECONDS)))
    except ConnectionClosed as closed:
        return messages, closed.rcvd.code if closed.rcvd else 1006


def test_snapshot_of_a_hundred_jobs_reaches_the_client(product: Deployment) -> None:
    group = product.submit({**BODY, "targetLocales": HUNDRED_LOCALES})

    with open_stream(product, group_path(group["groupId"])) as stream:
        message = json.loads(stream.recv(timeout=SECONDS))

    assert (message["type"], len(message["snapshot"]["jobs"])) == ("snapshot", 100)


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/nothing", {}),
        ("/jobs/localization/groups/ljg_0000000000000000000/ws", {}),
        ("{}?after=x", {}),
        ("{}", {"origin": "https://evil.example"}),
        ("{}", {"origin": "null"}),
    ],
)
def test_refused_handshake_is_a_403_without_an_exception_in_the_log(product: Deployment, path: str, options: dict[str, Any]) -> None:
    group = product.submit(BODY)

    with pytest.raises(InvalidStatus) as refused, open_stream(product, path.format(group_path(group["groupId"])), **options):
        pass

    assert refused.value.response.status_code == 403
    assert "Traceback" not in product.log_path("web").read_text()


def test_revoked_key_closes_its_open_sockets_with_a_code_that_says_so(product: Deployment) -> None:
    key = json.loads(product.manage("demo", "--json", "--new-key"))["apiKey"]
    group = product.submit(BODY)

    with open_stream(product, group_path(group["groupId"]), key=key) as stream:
        stream.recv(timeout=SECONDS)
        with closing(sqlite3.connect(product.folder / "interlinear.sqlite3")) as database, database:
            changed = database.execute("UPDATE organizations_apikey SET revoked_at = created_at WHERE digest = ?", [digest_of(key)])
        _, code = read_to_the_end(stream)

    assert (changed.rowcount, code) == (1, 1008)


def test_oversized_frame_ends_its_own_socket_and_the_others_follow_their_group_to_its_end(product: Deployment) -> None:
    group = product.submit(BODY)
    path = group_path(group["groupId"])

    with open_stream(product, path) as stream, open_stream(product, path) as shouting:
        shouting.recv(timeout=SECONDS)
        shouting.send("x" * 2**21)
        _, refused = read_to_the_end(shouting)
        first = json.loads(stream.recv(timeout=SECONDS))
        product.start_worker()
        messages, code = read_to_the_end(stream)

    assert refused == 1006  # daphne takes 1 MiB
    assert (first["type"], first["snapshot"]["completedJobs"]) == ("snapshot", 0)
    assert sorted(message["locale"] for message in messages[:-1]) == ["de", "es", "fr"]
    assert [message["type"] for message in messages] == ["job.completed"] * 3 + ["group.completed"]
    numbers = [message["seq"] for message in (first, *messages)]
    assert numbers == sorted(set(numbers))
    final = product.get(f"/jobs/localization/groups/{group['groupId']}")
    assert messages[-1]["snapshot"]["jobs"] == {job["id"]: {"locale": job["targetLocale"], "status": "completed"} for job in final["jobs"]}
    assert code == 1000
    assert "Traceback" not in product.log_path("web").read_text()
