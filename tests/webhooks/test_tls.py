"""HTTPS: the certificate must be signed by an authority we trust, for the name in the URL."""

import socket
import ssl
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.servers.certificates import make_certificate
from tests.servers.receiver import start_receiver
from tests.servers.script import rule
from tests.webhooks.wire import RawServer
from webhooks.errors import DeliveryError
from webhooks.http import Timeouts, post

pytestmark = pytest.mark.usefixtures("loopback")


def error_of(url: str, timeouts: Timeouts = Timeouts()) -> str:  # noqa: B008 (frozen)
    with pytest.raises(DeliveryError) as failed:
        post(url, b"{}", {}, timeouts=timeouts)
    return failed.value.error


@pytest.fixture
def every_name_is_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, port, *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))])


@pytest.mark.usefixtures("every_name_is_loopback")
def test_certificate_is_verified_against_the_bundle_and_the_name(tmp_path: Path, settings: Settings) -> None:
    certificate = make_certificate(tmp_path, names=("127.0.0.1", "hooks.example"))
    with start_receiver(certificate=certificate) as receiver:
        right = f"https://hooks.example:{receiver.port}/right"
        wrong = f"https://other.example:{receiver.port}/wrong"

        assert error_of(right) == "tls_error"  # no public authority has signed it
        settings.WEBHOOK_CA_BUNDLE = str(certificate.authority)
        assert error_of(wrong) == "tls_error"
        assert post(right, b"{}", {}).status == 200
        assert error_of(wrong) == "tls_error"  # nor over a connection that is kept to the same address
        [hit] = receiver.hits()
        assert (hit["path"], hit["headers"]["host"]) == ("/right", f"hooks.example:{receiver.port}")


def test_plain_text_behind_https_is_a_tls_error(raw_server: RawServer) -> None:
    raw_server.read_request = lambda connection: connection.recv(65536)  # type: ignore[method-assign]
    raw_server.say(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))

    assert error_of(raw_server.url.replace("http:", "https:")) == "tls_error"


def test_handshake_that_hangs_ends_with_the_connect_time(raw_server: RawServer) -> None:
    raw_server.read_request = lambda connection: connection.recv(65536)  # type: ignore[method-assign]
    raw_server.say(lambda connection: raw_server.over.wait(5))

    began = time.monotonic()

    assert error_of(raw_server.url.replace("http:", "https:"), Timeouts(connect=0.2, total=5)) == "connect_timeout"
    assert time.monotonic() - began < 1


def test_answer_that_drips_behind_tls_ends_at_the_deadline(tmp_path: Path, settings: Settings) -> None:
    certificate = make_certificate(tmp_path)
    settings.WEBHOOK_CA_BUNDLE = str(certificate.authority)
    with start_receiver(certificate=certificate) as receiver:
        receiver.script(rule(kind="drip", pause_ms=100))
        began = time.monotonic()

        response = post(receiver.hook_url(), b"{}", {}, timeouts=Timeouts(total=0.4))

        assert time.monotonic() - began < 1
        assert (response.status, response.is_whole) == (200, False)


def test_answer_that_hangs_behind_tls_ends_at_the_deadline(tmp_path: Path, settings: Settings) -> None:
    certificate = make_certificate(tmp_path)
    settings.WEBHOOK_CA_BUNDLE = str(certificate.authority)
    with start_receiver(certificate=certificate) as receiver:
        receiver.script(rule(kind="hang"))

        assert error_of(receiver.hook_url(), Timeouts(connect=2, total=0.3)) == "read_timeout"


def test_receiver_behind_tls_that_reads_nothing_ends_at_the_deadline(tmp_path: Path, settings: Settings, raw_server: RawServer) -> None:
    certificate = make_certificate(tmp_path)
    settings.WEBHOOK_CA_BUNDLE = str(certificate.authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)

    def shake_hands_only(connection: socket.socket) -> bytes:
        with context.wrap_socket(connection, server_side=True):
            raw_server.over.wait(5)
        return b""

    raw_server.read_request = shake_hands_only  # type: ignore[method-assign]
    began = time.monotonic()

    with pytest.raises(DeliveryError) as failed:
        post(raw_server.url.replace("http:", "https:"), b"x" * 20_000_000, {}, timeouts=Timeouts(total=0.4))

    assert (failed.value.error, time.monotonic() - began < 1) == ("read_timeout", True)
