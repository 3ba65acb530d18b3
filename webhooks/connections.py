"""Connections that judge the address they open to, and sockets that never outlive the call they serve.

Used by `webhooks.http` alone. A thread makes one call at a time and keeps its limits in `call`; every socket operation of that thread takes its
timeout from there. So a kept connection obeys the call that uses it now, and a server that drips bytes cannot stretch it.
"""

import ipaddress
import socket
import ssl
import threading
import time
from functools import cache
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from webhooks.addresses import Rules, refusal
from webhooks.errors import DeliveryError


class Call(threading.local):
    """The call that this thread is making: its limits (seconds on the monotonic clock), and how far it came."""

    rules = Rules(allow_http=False, allow_loopback=False)
    has_connected = False  # a connection was opened for it, not kept from an earlier call
    has_heard = False  # a byte of the answer has come
    started = connect_by = finish_by = 0.0

    def begin(self, rules: Rules, *, connect: float, total: float) -> None:
        self.rules = rules
        self.has_connected = self.has_heard = False
        self.started = time.monotonic()
        self.finish_by = self.started + total
        self.connect_by = min(self.started + connect, self.finish_by)

    def milliseconds(self) -> int:
        return int((time.monotonic() - self.started) * 1000)


call = Call()


def seconds_until(moment: float) -> float:
    """Raises TimeoutError when the moment has passed: to a socket, 0 means "do not block"."""
    left = moment - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@cache
def tls_context(bundle: str) -> ssl.SSLContext:
    """TLS 1.2 or later, certificate and host name verified against the authorities in the file. One for the process: loading them takes long."""
    context = create_urllib3_context()
    context.load_verify_locations(bundle)
    context.sslsocket_class = _TLSSocket
    return context


class _PlainSocket(socket.socket):
    """A socket whose every operation gets what is left of the call's time. A timeout of its own would start anew with each byte."""

    def send(self, *args: Any) -> int:
        self.settimeout(seconds_until(call.finish_by))
        return super().send(*args)

    def sendall(self, *args: Any) -> None:
        self.settimeout(seconds_until(call.finish_by))
        super().sendall(*args)

    def recv_into(self, *args: Any) -> int:
        self.settimeout(seconds_until(call.finish_by))
        count = super().recv_into(*args)
        call.has_heard = call.has_heard or count > 0
        return count


class _TLSSocket(ssl.SSLSocket):
    """The same over TLS. Each operation of OpenSSL keeps its timeout as a whole, however many packets it takes."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            self.settimeout(seconds_until(call.connect_by))
            super().do_handshake(block)
        except TimeoutError as exc:
            self.close()
            raise DeliveryError("connect_timeout") from exc

    def send(self, data: Any, flags: int = 0) -> int:
        self.settimeout(seconds_until(call.finish_by))
        return super().send(data, flags)

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(seconds_until(call.finish_by))
        count = super().recv_into(buffer, nbytes, flags)
        call.has_heard = call.has_heard or count > 0
        return count


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self.host, self.port)


class _TLSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self.host, self.port)


class PlainPool(HTTPConnectionPool):
    """Connections to one address over HTTP."""

    ConnectionCls = _PlainConnection


class TLSPool(HTTPSConnectionPool):
    """Connections to one address over HTTPS."""

    ConnectionCls = _TLSConnection


def _connect(host: str, port: int) -> socket.socket:
    """Opens a connection to an address, which is judged here for the last time. A host that is no address is refused."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError as exc:
        raise DeliveryError("address_refused") from exc
    if refusal(address, allow_loopback=call.rules.allow_loopback):
        raise DeliveryError("address_refused")
    call.has_connected = True
    opened = _PlainSocket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.settimeout(seconds_until(call.connect_by))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.connect((str(address), port))
    except OSError as exc:
        opened.close()
        raise DeliveryError("connect_timeout" if isinstance(exc, TimeoutError) else "connect_error") from exc
    return opened
