"""What stands in for the network: a recorder of lookups and connections, and a TCP server that says what a test tells it, byte by byte."""

import socket
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import pytest

Talk = Callable[[socket.socket], None]


class FakeNetwork:
    """Names resolve to the answers given, in turn, the last one for ever; connecting is recorded and refused."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[Sequence[str]] = []
        self.lookups: list[str] = []
        self.connects: list[tuple[Any, ...]] = []
        monkeypatch.setattr(socket, "getaddrinfo", self._getaddrinfo)
        monkeypatch.setattr(socket.socket, "connect", lambda _, address: self._connect(address))
        monkeypatch.setattr(socket.socket, "connect_ex", lambda _, address: self._connect(address))

    def resolve_to(self, *answers: str | Sequence[str]) -> None:
        """Each answer is an address, or several."""
        self.answers = [[answer] if isinstance(answer, str) else answer for answer in answers]

    def _getaddrinfo(self, host: str, port: int, *args: Any, **options: Any) -> list[Any]:
        self.lookups.append(host)
        answer = self.answers[min(len(self.lookups), len(self.answers)) - 1]
        return [
            (socket.AF_INET6 if ":" in text else socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port, 0, 0) if ":" in text else (text, port))
            for text in answer
        ]

    def _connect(self, address: tuple[Any, ...]) -> None:
        self.connects.append(address)
        raise ConnectionRefusedError


class RawServer:
    """A server on loopback that hands each connection to the next of the given talks (the last one for ever), after reading the request."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._talks: list[Talk] = [say(b"")]
        self._threads: list[threading.Thread] = []
        self.over = threading.Event()
        self.has_request = threading.Event()
        self.requests: list[bytes] = []
        self.connections = 0
        self._acceptor = threading.Thread(target=self._accept)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/hook"

    def say(self, *talks: Talk) -> None:
        self._talks = list(talks)

    def read_request(self, connection: socket.socket) -> bytes:
        """One request with its body; empty when the client has closed."""
        text = b""
        while b"\r\n\r\n" not in text and (part := connection.recv(65536)):
            text += part
        head, _, body = text.partition(b"\r\n\r\n")
        lengths = [int(line.split(b":")[1]) for line in head.lower().splitlines() if line.startswith(b"content-length")]
        while lengths and len(body) < lengths[0] and (part := connection.recv(65536)):
            body += part
        if head:
            self.requests.append(head + b"\r\n\r\n" + body)
            self.has_request.set()
        return head

    def drip(self, text: bytes, every: float = 0.02) -> Talk:
        """Sends one byte at a time, until the test is over."""

        def talk(connection: socket.socket) -> None:
            for byte in text:
                connection.sendall(bytes([byte]))
                if self.over.wait(every):
                    return

        return talk

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.over.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in [self._acceptor, *self._threads]:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            talk = self._talks[min(self.connections, len(self._talks)) - 1]
            thread = threading.Thread(target=self._serve, args=(connection, talk))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, talk: Talk) -> None:
        with connection:
            try:
                if self.read_request(connection):
                    talk(connection)
            except OSError:
                return  # the client has gone, which is what some tests want


def say(text: bytes) -> Talk:
    """Sends the text and closes."""
    return lambda connection: connection.sendall(text)
