"""Faults below the content: how an answer travels, or fails to. Used by both servers."""

import asyncio

import orjson

from tests.servers.http_loop import Connection, Response
from tests.servers.script import Action

# status: status, retryAfter (s), location, headers, body, contentType · delay: ms · hang · hold: until /control/release ·
# drip: pauseMs, bytes · cut: after (bytes of the body), reset
WIRE_KINDS = frozenset({"status", "delay", "hang", "hold", "drip", "cut", "huge", "not_json_http"})
PROSE_FOR_STATUS = {429: "Rate limit reached", 500: "The server had an error", 503: "The engine is currently overloaded"}


class Gate:
    """Where `hold` waits. Opening lets through those who wait now; later ones wait again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    async def wait(self) -> None:
        await self._event.wait()

    def open(self) -> None:
        self._event.set()
        self._event = asyncio.Event()


async def wait_as_told(action: Action, gate: Gate, usual_ms: float) -> None:
    """The time before the answer, in ms: `delayMs` of any action, else `ms` of `delay`, else the server's usual (none before a `status`)."""
    kind = action["kind"]
    if kind == "hang":
        await asyncio.get_running_loop().create_future()
    if kind == "hold":
        await gate.wait()
        return
    usual = action.get("ms", usual_ms) if kind == "delay" else 0 if kind == "status" else usual_ms
    milliseconds = action.get("delayMs", usual)
    if milliseconds:
        await asyncio.sleep(milliseconds / 1000)


async def send_as_told(response: Response, action: Action, connection: Connection) -> Response | None:
    """Returns the response to send in the ordinary way, or None after having sent it in a faulty one."""
    kind = action["kind"]
    if kind == "drip":
        await _drip(response, action, connection)
        return None
    if kind == "cut":
        connection.write(response.head() + response.body[: action.get("after", len(response.body) // 2)])
        if action.get("reset"):
            connection.reset()
        else:
            connection.close()
        return None
    return response


async def _drip(response: Response, action: Action, connection: Connection) -> None:
    connection.write(response.head())
    size = action.get("bytes", 1)
    for start in range(0, len(response.body), size):
        connection.write(response.body[start : start + size])
        await asyncio.sleep(action.get("pauseMs", 10) / 1000)


def faulty_response(action: Action) -> Response | None:
    """The answer of kinds that need no content; None for the others."""
    if action["kind"] == "not_json_http":
        return Response(body=b"<!doctype html><html><body><h1>Bad gateway</h1></body></html>", content_type="text/html")
    if action["kind"] != "status":
        return None
    status = action.get("status", 500)
    headers = dict(action.get("headers", {}))
    if "retryAfter" in action:
        headers["retry-after"] = str(action["retryAfter"])
    if "location" in action:
        headers["location"] = action["location"]
    default = {"error": {"message": PROSE_FOR_STATUS.get(status, "Scripted failure"), "type": "scripted", "param": None, "code": str(status)}}
    body = action.get("body", default)
    encoded = body.encode() if isinstance(body, str) else orjson.dumps(body)
    return Response(status=status, body=encoded, headers=headers, content_type=action.get("contentType", "application/json"))
