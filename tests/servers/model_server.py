"""A model server on loopback that speaks OpenAI's chat completions, answers deterministically, counts, and plays scripts.

It translates (`model_prompts`), edits and judges (`model_edits`: the words and marks that tests agree on), well or badly (`model_faults`).

Run `python -m tests.servers.model_server --delay-ms 1000`, or `start_model_server()` from a test. Calls are counted by
their `X-Client-Request-Id` (job.stage.attempt). The hot path stays small: it shares processors with what it measures.
Protocol: https://platform.openai.com/docs/api-reference/chat (without streaming, tools and several choices).
"""

import asyncio
import time
from collections import Counter, deque
from typing import Any

import orjson

from tests.servers.http_loop import Changes, Connection, Request, Response, json_response, run_server, server_arguments
from tests.servers.model_faults import CONTENT_KINDS, Completion, complete
from tests.servers.model_prompts import message_text, read_prompt
from tests.servers.script import Action, Script, ScriptError
from tests.servers.server_process import ServerProcess
from tests.servers.wire_faults import WIRE_KINDS, Gate, faulty_response, send_as_told, wait_as_told

BYTES_PER_TOKEN = 4
KEPT_REQUESTS = 1_000
MODELS = ("test-small", "test-large")
MATCH_FIELDS = ("request", "model", "text", "nth")


class ModelApp:
    """The server's state and its paths."""

    def __init__(self, delay_ms: float) -> None:
        self.delay_ms = delay_ms
        self.script = Script(fields=MATCH_FIELDS, kinds=WIRE_KINDS | CONTENT_KINDS)
        self.changes = Changes()
        self.gate = Gate()
        self.in_flight = 0
        self.forget()

    def forget(self) -> None:
        """Back to the first state; calls still in flight stay counted as in flight."""
        self.script.replace([])
        self.total = 0
        self.most_in_flight = self.in_flight
        self.by_request: Counter[str] = Counter()
        self.by_action: Counter[str] = Counter()
        self.answered_at: dict[str, float] = {}
        self.requests: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)
        self.gate.open()

    async def handle(self, request: Request, connection: Connection) -> Response | None:
        if request.path == "/v1/chat/completions" and request.method == "POST":
            return await self._complete_chat(request, connection)
        if request.path == "/v1/models":
            return json_response({"object": "list", "data": [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in MODELS]})
        if request.path.startswith("/control/"):
            return await self._control(request)
        return json_response({"error": {"message": f"unknown path {request.path}", "type": "invalid_request_error"}}, 404)

    async def _complete_chat(self, request: Request, connection: Connection) -> Response | None:
        try:
            body = request.json()
            messages = body["messages"]
        except (ValueError, KeyError, TypeError):
            return json_response({"error": {"message": "no JSON with messages", "type": "invalid_request_error"}}, 400)
        request_id = request.headers.get("x-client-request-id", "")
        self._count_arrival(request, request_id)
        try:
            return await self._answer_chat(body, messages, request_id, connection)
        finally:
            self.in_flight -= 1
            self.answered_at[request_id] = time.time()
            self.changes.announce()

    def _count_arrival(self, request: Request, request_id: str) -> None:
        self.total += 1
        self.by_request[request_id] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self.requests.append({
            "number": self.total,
            "requestId": request_id,
            "authorization": request.headers.get("authorization"),
            "body": orjson.Fragment(request.body),
        })  # fmt: skip
        self.changes.announce()

    async def _answer_chat(self, body: dict[str, Any], messages: list[dict[str, Any]], request_id: str, connection: Connection) -> Response | None:
        action = self._action_for(body, messages, request_id) if self.script.rules else None
        if action is not None:
            self.by_action[action["kind"]] += 1
            return await self._play(action, body, messages, connection)
        if self.delay_ms:
            await asyncio.sleep(self.delay_ms / 1000)
        return self._respond(body, messages, complete(read_prompt(messages), None))

    def _action_for(self, body: dict[str, Any], messages: list[dict[str, Any]], request_id: str) -> Action | None:
        text = "\n".join(message_text(message) for message in messages if message.get("role") == "user")
        return self.script.action_for({"request": request_id, "model": body.get("model", ""), "text": text, "nth": self.by_request[request_id]})

    async def _play(self, action: Action, body: dict[str, Any], messages: list[dict[str, Any]], connection: Connection) -> Response | None:
        await wait_as_told(action, self.gate, self.delay_ms)
        response = faulty_response(action) or self._respond(body, messages, complete(read_prompt(messages), action))
        return await send_as_told(response, action, connection)

    def _respond(self, body: dict[str, Any], messages: list[dict[str, Any]], completion: Completion) -> Response:
        prompt_tokens = sum(len(message_text(message).encode()) for message in messages) // BYTES_PER_TOKEN
        completion_tokens = len((completion.content or "").encode()) // BYTES_PER_TOKEN
        message = {"role": "assistant", "content": completion.content, "refusal": completion.refusal}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": completion.finish_reason}
        return json_response({
            "id": f"chatcmpl-{self.total}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": body.get("model"),
            "choices": [choice] if completion.choices else [],
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "total_tokens": prompt_tokens + completion_tokens,
            },
        })  # fmt: skip

    async def _control(self, request: Request) -> Response:
        query = request.query()
        match request.path:
            case "/control/counts":
                return await self._counts(query)
            case "/control/answers":
                return json_response(self.answered_at)
            case "/control/requests":
                since = int(query.get("since", 0))
                return json_response({"requests": [kept for kept in self.requests if kept["number"] > since], "last": self.total})
            case "/control/script":
                try:
                    self.script.replace(request.json())
                except ScriptError as error:
                    return json_response({"error": str(error)}, 400)
            case "/control/reset":
                self.forget()
            case "/control/release":
                self.gate.open()
            case _:
                return json_response({"error": f"unknown path {request.path}"}, 404)
        return json_response({})

    async def _counts(self, query: dict[str, str]) -> Response:
        total, in_flight = int(query.get("total", 0)), int(query.get("inFlight", 0))
        await self.changes.wait_until(lambda: self.total >= total and self.in_flight >= in_flight, float(query.get("wait", 0)))
        return json_response({
            "total": self.total,
            "byRequest": self.by_request,
            "byAction": self.by_action,
            "inFlight": self.in_flight,
            "maxInFlight": self.most_in_flight,
            "cpuSeconds": time.process_time(),
        })  # fmt: skip


class ModelServer(ServerProcess):
    """The handle; see ServerProcess for script, reset, release, stop."""

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as its base_url."""
        return f"{self.url}/v1"

    def counts(self) -> dict[str, Any]:
        """total, byRequest, byAction (scripted ones, by kind), inFlight, maxInFlight, cpuSeconds."""
        return self.control("GET", "counts")

    def answered_at(self) -> dict[str, float]:
        """When each request was answered last: request id → Unix seconds."""
        return self.control("GET", "answers")

    def wait_for_calls(self, *, total: int = 0, in_flight: int = 0, seconds: float = 10) -> dict[str, Any]:
        """The counts once that many calls have come and that many are in flight. Raises TimeoutError."""
        counts = self.control("GET", "counts", wait=seconds, total=total, inFlight=in_flight)
        if counts["total"] < total or counts["inFlight"] < in_flight:
            raise TimeoutError(f"wanted total={total} in_flight={in_flight} within {seconds} s, found {counts}")
        return counts

    def requests(self, since: int = 0) -> list[dict[str, Any]]:
        """The last 1,000 calls after number `since`: number, requestId, authorization, body (model, messages, …)."""
        return self.control("GET", "requests", since=since)["requests"]

    def cpu_seconds(self) -> float:
        """Processor time of the server's process since it began; `reset` does not touch it."""
        return self.counts()["cpuSeconds"]


def start_model_server(*, delay_ms: float = 0) -> ModelServer:
    return ModelServer("tests.servers.model_server", "--delay-ms", str(delay_ms))


def main() -> None:
    parser = server_arguments(__doc__.splitlines()[0])
    parser.add_argument("--delay-ms", type=float, default=0, help="how long each answer takes")
    options = parser.parse_args()
    run_server(ModelApp(options.delay_ms).handle, options)


if __name__ == "__main__":
    main()
