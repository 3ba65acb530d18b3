"""The handle on a test server: starts its process, reads the port it took, talks to its /control paths, ends it.

The process also ends by itself when its parent dies, so that a killed test run leaves nothing behind.
"""

import http.client
import json
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_STOP = 10
SECONDS_TO_ANSWER = 10


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """Paths of PEM files: what a client must trust, what the server shows, the server's private key."""

    authority: Path
    certificate: Path
    key: Path


class ControlError(Exception):
    """The server did not take a control request: a misspelt script, or an unknown path."""


class ServerProcess:
    """Context manager; `stop` may be called twice."""

    def __init__(self, module: str, *arguments: str, certificate: ServerCertificate | None = None) -> None:
        self.certificate = certificate
        tls = ["--tls-cert", str(certificate.certificate), "--tls-key", str(certificate.key)] if certificate else []
        command = [sys.executable, "-m", module, "--port", "0", "--until-stdin-closes", *tls, *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"{module} ended with status {self.process.returncode} before it was ready")
        self.port: int = json.loads(line)["port"]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}"

    def control(self, method: str, path: str, body: object = None, *, wait: float = 0, **query: object) -> Any:
        """One request to /control/`path`; `wait` is how long (s) the server may hold it. Raises ControlError."""
        asked = {name: value for name, value in (query | {"wait": wait or None}).items() if value is not None}
        target = f"/control/{path}?{urlencode(asked)}"
        connection = self._connect(SECONDS_TO_ANSWER + wait)
        try:
            connection.request(method, target, body=None if body is None else json.dumps(body), headers={"Connection": "close"})
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise ControlError(answer)
        return answer

    def reset(self) -> None:
        """Forgets counts, records and the script; lets held requests go."""
        self.control("POST", "reset")

    def script(self, *rules: dict[str, Any]) -> None:
        """Replaces the script; without rules, ends it. Build rules with `tests.servers.script.rule`."""
        self.control("POST", "script", list(rules))

    def release(self) -> None:
        """Lets the requests go that a `hold` keeps now."""
        self.control("POST", "release")

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        if self.certificate is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        context = ssl.create_default_context(cafile=str(self.certificate.authority))
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=context)
