"""A webhook receiver on loopback: verifies every hit with the unmodified `standardwebhooks` package, records it, plays scripts.

Run `python -m tests.servers.receiver --secret whsec_…`, or `start_receiver()` from a test. Any path outside /control/
takes hooks. Each hit is recorded when it has arrived whole, whatever the answer to it then is.
"""

import hashlib
import time
from collections import Counter
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.servers.http_loop import Changes, Connection, Request, Response, json_response, run_server, server_arguments
from tests.servers.script import Action, Script, ScriptError
from tests.servers.server_process import ServerCertificate, ServerProcess
from tests.servers.wire_faults import WIRE_KINDS, Gate, faulty_response, send_as_told, wait_as_told

DEFAULT_MEGABYTES = 10
MATCH_FIELDS = ("id", "path", "text", "nth")
EVERY_PATH = ""


class ReceiverApp:
    """The server's state and its paths."""

    def __init__(self, secret: str | None) -> None:
        self.script = Script(fields=MATCH_FIELDS, kinds=WIRE_KINDS)
        self.changes = Changes()
        self.gate = Gate()
        self._first_secrets = {EVERY_PATH: secret} if secret else {}
        self.forget()

    def forget(self) -> None:
        """Back to the first state: no hits, no script, the secret it was started with."""
        self.secrets = dict(self._first_secrets)
        self.script.replace([])
        self.hits: list[dict[str, Any]] = []
        self.by_id: Counter[str] = Counter()
        self.gate.open()

    async def handle(self, request: Request, connection: Connection) -> Response | None:
        if request.path.startswith("/control/"):
            return await self._control(request)
        action = self._record(request)
        if action is None:
            return json_response({"received": True})
        await wait_as_told(action, self.gate, 0)
        return await send_as_told(faulty_response(action) or _ordinary_response(action), action, connection)

    def _record(self, request: Request) -> Action | None:
        """Writes the hit down; returns what the script wants done with it."""
        webhook_id = request.headers.get("webhook-id", "")
        self.by_id[webhook_id] += 1
        text = request.body.decode("utf-8", "replace")
        action = self.script.action_for({"id": webhook_id, "path": request.path, "text": text, "nth": self.by_id[webhook_id]})
        problem = self._verify(request)
        self.hits.append({
            "number": len(self.hits) + 1,
            "receivedAt": time.time(),
            "method": request.method,
            "path": request.path,
            "id": webhook_id,
            "headers": request.headers,
            "verified": problem is None,
            "problem": problem,
            "sha256": hashlib.sha256(request.body).hexdigest(),
            "text": text,
            "body": _parsed(request),
            "action": action["kind"] if action else None,
        })  # fmt: skip
        self.changes.announce()
        return action

    def _verify(self, request: Request) -> str | None:
        """What is wrong with the signature, or None."""
        secret = self.secrets.get(request.path) or self.secrets.get(EVERY_PATH)
        if not secret:
            return "the receiver has no secret"
        try:
            Webhook(secret).verify(request.body, request.headers)
        except (WebhookVerificationError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
        return None

    async def _control(self, request: Request) -> Response:
        match request.path:
            case "/control/hits":
                return await self._hits(request.query())
            case "/control/script":
                try:
                    self.script.replace(request.json())
                except ScriptError as error:
                    return json_response({"error": str(error)}, 400)
            case "/control/secret":
                given = request.json()
                self.secrets[given.get("path") or EVERY_PATH] = given["secret"]
            case "/control/reset":
                self.forget()
            case "/control/release":
                self.gate.open()
            case _:
                return json_response({"error": f"unknown path {request.path}"}, 404)
        return json_response({})

    async def _hits(self, query: dict[str, str]) -> Response:
        since, count = int(query.get("since", 0)), int(query.get("count", 0))
        await self.changes.wait_until(lambda: len(self.hits) >= since + count, float(query.get("wait", 0)))
        return json_response({"hits": self.hits[since:], "last": len(self.hits)})


def _parsed(request: Request) -> object:
    try:
        return request.json()
    except ValueError:
        return None


def _ordinary_response(action: Action) -> Response:
    if action["kind"] == "huge":
        return Response(body=b"x" * int(action.get("megabytes", DEFAULT_MEGABYTES) * 1_000_000), content_type="text/plain")
    return json_response({"received": True})


class Receiver(ServerProcess):
    """The handle; see ServerProcess for script, reset, release, stop."""

    def hook_url(self, path: str = "/hook") -> str:
        return f"{self.url}{path}"

    def hits(self, since: int = 0) -> list[dict[str, Any]]:
        """Hits after number `since`: number, receivedAt (Unix seconds), method, path, id, headers, verified, problem, sha256, text, body, action."""
        return self.control("GET", "hits", since=since)["hits"]

    def wait_for_hits(self, count: int, *, since: int = 0, seconds: float = 10) -> list[dict[str, Any]]:
        """The hits after number `since` once they are `count`. Raises TimeoutError."""
        hits = self.control("GET", "hits", wait=seconds, since=since, count=count)["hits"]
        if len(hits) < count:
            raise TimeoutError(f"wanted {count} hits within {seconds} s, found {len(hits)}")
        return hits

    def set_secret(self, secret: str, *, path: str | None = None) -> None:
        """The secret of one path, or of all that have none of their own."""
        self.control("POST", "secret", {"secret": secret, "path": path})


def start_receiver(*, secret: str | None = None, certificate: ServerCertificate | None = None) -> Receiver:
    """With a certificate (`tests.servers.certificates.make_certificate`) it speaks https."""
    return Receiver("tests.servers.receiver", *(["--secret", secret] if secret else []), certificate=certificate)


def main() -> None:
    parser = server_arguments(__doc__.splitlines()[0])
    parser.add_argument("--secret", help="whsec_… of every path; /control/secret changes it")
    options = parser.parse_args()
    run_server(ReceiverApp(options.secret).handle, options)


if __name__ == "__main__":
    main()
