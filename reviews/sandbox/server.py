"""The sandbox as an HTTP server on loopback: the protocol under `/v2/`, the translator's page at `/`, and its counters at `/counts`.

A development tool: it has no log-in, keeps nothing, and `manage.py review_sandbox` refuses to start where it could be taken for the real thing.
"""

import json
import threading
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from reviews.sandbox.automatic import Automatic
from reviews.sandbox.book import Account, Book, Job, ProtocolError
from reviews.sandbox.callbacks import Caller
from reviews.sandbox.page import show_page
from reviews.sandbox.protocol import answer

PREFIX = "/v2/"
MOST = 100 * 1024 * 1024  # bytes of a body


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls of a kind instead of, or after, what they ask for.

    `busy` (error 2800), `error` (500) and `limit` (429) do nothing. `error_after`, `cut_after` and `garbage_after` do what is asked, and then answer
    500, nothing at all, or what nobody can read.
    """

    call: str  # how it begins, such as `POST translate/jobs`
    kind: str
    times: int = 1


class Sandbox:
    """`with Sandbox() as sandbox:` serves on a free port until the end of the block."""

    def __init__(self, port: int = 0, *, account: Account | None = None, callbacks: str = "normal", automatic: str = "", seconds: float = 0) -> None:
        self.caller = Caller(callbacks)
        self.book = Book(account, self._tell)
        self.automatic = Automatic(self.book, automatic, seconds)
        self.faults: list[Fault] = []
        self._faults = threading.Lock()
        self._server = _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"sandbox": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sandbox", daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    def counts(self) -> dict[str, Any]:
        """Orders by reference (without its signature), calls by kind, jobs by status, callbacks by the status of their answer."""
        orders = Counter(order.reference.rpartition(":")[0] for order in list(self.book.orders.values()))
        jobs = Counter(job.status for job in list(self.book.jobs.values()))
        return {"orders": dict(orders), "calls": dict(self.book.calls), "jobs": dict(jobs), "callbacks": dict(self.caller.sent)}

    def fail(self, call: str, kind: str, times: int = 1) -> None:
        with self._faults:
            self.faults.append(Fault(call, kind, times))

    def next_fault(self, call: str) -> str:
        with self._faults:
            for fault in self.faults:
                if call.startswith(fault.call) and fault.times > 0:
                    fault.times -= 1
                    return fault.kind
        return ""

    def start(self) -> Self:
        self._thread.start()
        return self

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.automatic.close()
        self.caller.close()

    def _tell(self, job: Job) -> None:
        self.caller.tell(job)
        self.automatic.see(job)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that died in the middle of a call is what some tests want."""


class _Handler(BaseHTTPRequestHandler):
    sandbox: Sandbox
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith(PREFIX):
            self._answer_call("GET")
        elif path == "/counts":
            self._send(200, json.dumps(self.sandbox.counts()).encode())
        elif path == "/":
            self._send(200, show_page(list(self.sandbox.book.jobs.values())), "text/html; charset=utf-8")
        else:
            self._send(404, b"{}")

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/jobs/"):
            self._play(path.removeprefix("/jobs/"))
        else:
            self._answer_call("POST")

    def do_PUT(self) -> None:
        self._answer_call("PUT")

    def do_DELETE(self) -> None:
        self._answer_call("DELETE")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the page shows what there is."""

    def _answer_call(self, method: str) -> None:
        url = urlsplit(self.path)
        form = self._read_form()
        path = url.path.removeprefix(PREFIX)
        fault = self.sandbox.next_fault(f"{method} {path}")
        if fault in _INSTEAD:
            self._send(*_INSTEAD[fault])
            return
        envelope = answer(self.sandbox.book, method, path, dict(parse_qsl(url.query)), form)
        if fault == "cut_after":
            self.close_connection = True
        elif fault:
            self._send(*_AFTER[fault])
        else:
            self._send(200, json.dumps(envelope).encode())

    def _play(self, job_id: str) -> None:
        """A button of the page."""
        form, book = self._read_form(), self.sandbox.book
        text = form.get("text", "").replace("\r\n", "\n")
        acts = {
            "take": lambda: book.take(job_id),
            "submit": lambda: book.submit(job_id, text),
            "reject": lambda: book.put_back(job_id, "rejected"),
            "cancel": lambda: book.put_back(job_id, "canceled"),
        }
        try:
            acts.get(form.get("act", ""), lambda: None)()
        except ProtocolError as exc:
            self._send(409, show_page(list(book.jobs.values()), exc.message), "text/html; charset=utf-8")
            return
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _read_form(self) -> dict[str, str]:
        length = min(int(self.headers.get("Content-Length") or 0), MOST)
        return dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))

    def _send(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


_INSTEAD = {
    "busy": (200, b'{"opstat": "error", "err": {"code": 2800, "msg": "temporarily unavailable"}}'),
    "error": (500, b"Internal error"),
    "limit": (429, b"{}"),
}
_AFTER = {"error_after": (500, b"Internal error"), "garbage_after": (200, b"<html>")}
