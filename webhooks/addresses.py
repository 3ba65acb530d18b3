"""Which URLs and addresses may be called: the rules, without any network.

`check_url` judges the text when somebody saves it and again before every call. It looks no name up: the answer of today says nothing about
tomorrow's. `refusal` judges the address that a connection is about to be made to; `webhooks.http` asks it at connecting, and its word is final.
"""

import contextlib
import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import idna
from django.conf import settings

from webhooks.errors import RefusedURL

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_BYTES = 2000  # so that PostgreSQL can index it
DEFAULT_PORTS = {"http": 80, "https": 443}

# Above 1023, where receivers may listen, these belong to databases, queues, caches and control planes.
SERVICE_PORTS = frozenset(
    {
        *(1080, 1433, 1434, 1521, 2049, 2181, 2375, 2376, 2377, 2379, 2380, 3128),  # SOCKS, SQL Server, Oracle, NFS, ZooKeeper, Docker, etcd, Squid
        *(3306, 3389, 4369, 5432, 5433, 6432, 5671, 5672, 5900, 5984, 5985, 5986),  # MySQL, RDP, Erlang, PostgreSQL, AMQP, VNC, CouchDB, WinRM
        *(6379, 6380, 16379, 26379, 6443, 7000, 7001, 8500, 9042, 9092, 9200, 9300),  # Redis, Kubernetes, Cassandra, Consul, Kafka, Elasticsearch
        *(10250, 10255, 10256, 11211, 15672, 25672, 27017, 27018, 27019),  # kubelet, memcached, RabbitMQ, MongoDB
    }
)

# IANA's special-purpose registries and what translates into IPv4. `ipaddress.is_global` passes several of these.
_REFUSED_IPV4 = {
    "0.0.0.0/8": "an unspecified",
    "10.0.0.0/8": "a private",
    "100.64.0.0/10": "a carrier-grade NAT",
    "127.0.0.0/8": "a loopback",
    "169.254.0.0/16": "a link-local",
    "172.16.0.0/12": "a private",
    "192.0.0.0/24": "a reserved",
    "192.0.2.0/24": "a documentation",
    "192.88.99.0/24": "a 6to4",
    "192.168.0.0/16": "a private",
    "198.18.0.0/15": "a benchmarking",
    "198.51.100.0/24": "a documentation",
    "203.0.113.0/24": "a documentation",
    "224.0.0.0/4": "a multicast",
    "240.0.0.0/4": "a reserved",
}
_REFUSED_IPV6 = {
    "::/128": "an unspecified",
    "::1/128": "a loopback",
    "::ffff:0:0/96": "an IPv4-mapped",
    "64:ff9b::/96": "a NAT64",
    "64:ff9b:1::/48": "a NAT64",
    "2001::/32": "a Teredo",
    "2001::/23": "a reserved",
    "2001:db8::/32": "a documentation",
    "2002::/16": "a 6to4",
    "3fff::/20": "a documentation",
    "fc00::/7": "a private",
    "fe80::/10": "a link-local",
    "fec0::/10": "a site-local",
    "ff00::/8": "a multicast",
}
_REFUSED = {
    4: [(ipaddress.ip_network(text), kind) for text, kind in _REFUSED_IPV4.items()],
    6: [(ipaddress.ip_network(text), kind) for text, kind in _REFUSED_IPV6.items()],
}
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator may relax: plain HTTP, and receivers on this machine."""

    allow_http: bool
    allow_loopback: bool


def webhook_rules() -> Rules:
    return Rules(allow_http=settings.WEBHOOK_ALLOW_HTTP, allow_loopback=settings.WEBHOOK_ALLOW_LOOPBACK)


def check_url(text: str, rules: Rules | None = None) -> None:
    """Raises RefusedURL unless webhooks may be sent to the URL, as far as its text can tell. Looks no name up."""
    rules = rules or webhook_rules()
    if re.search(r"[\s\\\x00-\x1f\x7f-\x9f\ud800-\udfff]", text):
        raise RefusedURL("The URL contains white space, a backslash, a control character or an unpaired surrogate.")
    if len(text.encode()) > MAX_BYTES:
        raise RefusedURL(f"The URL is longer than {MAX_BYTES} bytes.")
    parts, port = _split(text)
    _check_scheme(parts.scheme, rules)
    if "@" in parts.netloc:
        raise RefusedURL("The URL must not contain a user name or a password.")
    _check_host(parts.hostname or "", rules)
    _check_port(parts.scheme, port)


def refusal(address: Address, *, allow_loopback: bool) -> str | None:
    """Why nothing may be sent to the address, as a sentence; None where it may."""
    if allow_loopback and any(address in network for network in _LOOPBACK):
        return None
    for network, kind in _REFUSED[address.version]:
        if address in network:
            return f"{address} is {kind} address."
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return f"{address} is a reserved address."
    return None


def _split(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        return parts, parts.port
    except ValueError as exc:
        raise RefusedURL("The URL is malformed.") from exc


def _check_scheme(scheme: str, rules: Rules) -> None:
    if scheme == "https" or (scheme == "http" and rules.allow_http):
        return
    raise RefusedURL("The URL must start with https://.", "scheme_refused")


def _check_port(scheme: str, port: int | None) -> None:
    port = DEFAULT_PORTS[scheme] if port is None else port
    if port == 443 or (port == 80 and scheme == "http") or (port >= 1024 and port not in SERVICE_PORTS):
        return
    raise RefusedURL(f"Port {port} is not allowed.", "port_refused")


def _check_host(written: str, rules: Rules) -> None:
    """Judges the host as a resolver would read it: folded to ASCII, then as an address in any spelling, then as a name."""
    if not written:
        raise RefusedURL("The URL has no host.")
    host = _folded(written)
    address = _literal(host)
    if address is not None:
        reason = refusal(address, allow_loopback=rules.allow_loopback)
        if reason:
            raise RefusedURL(reason, "address_refused")
    elif host == "localhost" or host.endswith(".localhost"):
        if not rules.allow_loopback:
            raise RefusedURL(f"{host} is this machine.", "address_refused")
    elif len(host) > 253 or not _HOST_NAME.fullmatch(host) or max(map(len, host.split("."))) > 63:
        raise RefusedURL("The URL's host is malformed.")


def _folded(written: str) -> str:
    """The host in lower-case ASCII: `①②⑦.⓪.⓪.①` is 127.0.0.1 to a resolver (UTS 46)."""
    host = written
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as exc:
            raise RefusedURL("The URL's host is malformed.") from exc
    return host.lower().removesuffix(".")


def _literal(host: str) -> Address | None:
    """The address that the host spells, such as `::1`, `127.1`, `0x7f000001`, `017700000001` or `2130706433`; None when it is a name."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host)
    # The C library reads more spellings than `ipaddress`, and the resolver reads what the C library reads.
    with contextlib.suppress(OSError):
        return ipaddress.IPv4Address(socket.inet_aton(host))
    return None
