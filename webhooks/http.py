"""The one way out: every HTTP call to an address that a customer chose goes through `request` or `post` here.

A name is resolved once per call, by requests-hardened, which refuses internal addresses and pins the connection to the address it judged; the
connection judges that address again by `webhooks.addresses` before it opens. Nothing follows a redirect, reads the environment, keeps a cookie,
unpacks an answer, or outlives the call's total time, whatever the other side does.

DeliveryError classes: `address_refused` `scheme_refused` `port_refused` `url_refused` (no connection was tried), `name_not_found`,
`connect_timeout`, `connect_error`, `tls_error`, `read_timeout` (no byte of an answer in time), `too_slow` (an answer began but its head did not
end in time), `connection_lost`, `malformed_answer`.
"""

import contextlib
import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from django.conf import settings
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from webhooks.addresses import Rules, check_url, webhook_rules
from webhooks.connections import PlainPool, TLSPool, call, seconds_until, tls_context
from webhooks.errors import DeliveryError, RefusedURL

ANSWER_LIMIT = 1024  # bytes
KEPT_CONNECTIONS = 4  # per thread, one per address
HEADERS = {"User-Agent": "Interlinear", "Accept": "*/*", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for name, TCP and TLS together, and for the whole call."""

    connect: float = 5
    total: float = 15


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of any status. `answer` holds its first bytes as sent; `is_whole` says that there were no more."""

    status: int
    answer: bytes
    is_whole: bool
    retry_after: float | None  # seconds
    duration_ms: int

    @property
    def text(self) -> str:
        """The answer as text that every database can store: PostgreSQL has no NUL."""
        return self.answer.decode("utf-8", "replace").replace("\0", "\ufffd")


DEFAULT_TIMEOUTS = Timeouts()


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> Response:
    """POSTs and returns the answer with its first KiB, a 3xx as it is. Raises DeliveryError when there is none."""
    return request("POST", url, body=body, headers=headers, timeouts=timeouts)


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    answer_limit: int = ANSWER_LIMIT,
    rules: Rules | None = None,
    is_repeatable: bool = True,
) -> Response:
    """One call; `rules` default to those of webhooks. An answer whose body stalls is an answer with what came of its body in time.

    A connection kept from an earlier call may turn out to be closed by the other side; then a repeatable call is made once more, on a new one.
    """
    rules = rules or webhook_rules()
    call.begin(rules, connect=timeouts.connect, total=timeouts.total)
    try:
        check_url(url, rules)
        try:
            return _exchange(method, url, body, headers, answer_limit)
        except DeliveryError as exc:
            if exc.error != "connection_lost" or call.has_connected or not is_repeatable:
                raise
            return _exchange(method, url, body, headers, answer_limit)
    except RefusedURL as exc:
        raise DeliveryError(exc.error) from exc


def _exchange(method: str, url: str, body: bytes | None, headers: Mapping[str, str], answer_limit: int) -> Response:
    try:
        response = _session().request(method, url, data=body, headers=dict(headers), stream=True)
    except requests.RequestException as exc:
        raise DeliveryError(_error_class(exc)) from exc
    with contextlib.closing(response):  # keeps the connection when the answer was read to its end, else ends it
        answer, is_whole = _read(response.raw, answer_limit)
        return Response(response.status_code, answer, is_whole, _retry_after(response.headers), call.milliseconds())


def _read(raw: Any, limit: int) -> tuple[bytes, bool]:
    """Up to `limit` bytes of a body, as sent, and whether that is all of it."""
    read = bytearray()
    try:
        while len(read) <= limit and (chunk := raw.read1(limit + 1 - len(read), decode_content=False)):
            read += chunk
    except (urllib3.exceptions.HTTPError, OSError):
        return bytes(read[:limit]), False
    return bytes(read[:limit]), len(read) <= limit


def _error_class(exc: requests.RequestException) -> str:
    if isinstance(exc, InvalidIPAddress):
        return "address_refused"
    if isinstance(exc, requests.exceptions.SSLError):
        return "tls_error"
    cause = _cause(exc)
    if isinstance(exc, requests.Timeout) or isinstance(cause, TimeoutError):
        return "too_slow" if call.has_heard else "read_timeout"
    if isinstance(cause, socket.gaierror):
        return "name_not_found"
    if isinstance(exc, requests.ConnectionError):
        return "connection_lost" if isinstance(cause, OSError) else "malformed_answer"
    return "url_refused"


def _cause(exc: requests.RequestException) -> object:
    """What urllib3's ProtocolError or the name filter wrapped."""
    wrapped = exc.args[0] if exc.args else None
    if isinstance(wrapped, urllib3.exceptions.ProtocolError) and len(wrapped.args) > 1:
        return wrapped.args[1]
    return exc.__cause__


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from now (RFC 9110 §10.2.3); a date counts from the answer's own `Date`, so that no two clocks are compared."""
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(wait, timedelta()).total_seconds()


class _Adapter(IPFilterAdapter):  # type: ignore[misc]  # the package has no types
    """requests-hardened's filter over our connections, with the lookup bounded in time and one TLS context for the process."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(KEPT_CONNECTIONS, 1, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TLSPool}

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> tuple[Any, Any]:
        self._allow_loopback = call.rules.allow_loopback
        judge = super().build_connection_pool_key_attributes
        # An address is its own answer: nothing is looked up, and nothing can take long.
        is_address = _is_address(urlsplit(request.url).hostname or "")
        host, tls = judge(request, verify, cert) if is_address else _within(call.connect_by, lambda: judge(request, verify, cert))
        if self._is_https_proto:
            # The context holds the authorities, and OpenSSL itself compares `server_hostname` with the certificate.
            context = tls_context(settings.WEBHOOK_CA_BUNDLE or DEFAULT_CA_BUNDLE_PATH)
            tls = {"server_hostname": tls["server_hostname"], "ssl_context": context}
        return host, tls

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: requests would load the authorities anew into every connection."""


class _Session(HTTPSession):  # type: ignore[misc]  # the package has no types
    """One thread's session. It sees no redirects: requests would read the whole body of one, even where it does not follow it."""

    def get_redirect_target(self, resp: Any) -> None:
        return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class _Lookups(threading.local):
    """Where this thread's name lookups run: one thread of its own, kept from call to call, since starting one costs more than most lookups."""

    pool: ThreadPoolExecutor | None = None


_lookups = _Lookups()


def _within(moment: float, look_up: Callable[[], tuple[Any, Any]]) -> tuple[Any, Any]:
    """Runs a name lookup, which takes no timeout, on a thread that is left behind when it takes too long."""
    pool = _lookups.pool = _lookups.pool or ThreadPoolExecutor(1, thread_name_prefix="name-lookup")
    try:
        return pool.submit(look_up).result(seconds_until(moment))
    except TimeoutError as exc:
        pool.shutdown(wait=False)
        _lookups.pool = None
        raise DeliveryError("connect_timeout") from exc
    except UnicodeError as exc:
        raise DeliveryError("name_not_found") from exc


_sessions = threading.local()


def _session() -> _Session:
    """This thread's session: requests' sessions are not for sharing."""
    if not hasattr(_sessions, "session"):
        _sessions.session = _new_session()
    session: _Session = _sessions.session
    return session


def _new_session() -> _Session:
    session = _Session(Config(ip_filter_enable=False, ip_filter_allow_loopback_ips=False, never_redirect=True, default_timeout=(15, 15)))
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.clear()
    session.headers.update(HEADERS)
    session.mount("http://", _Adapter(is_https_proto=False))
    session.mount("https://", _Adapter(is_https_proto=True))
    return session
