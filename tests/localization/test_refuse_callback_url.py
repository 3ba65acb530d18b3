"""reliability.md, "Outbound URL": callbacks that would reach where nobody but us may go. The rules themselves have their tests in `webhooks`."""

import socket

import pytest

from localization.models import JobGroup
from tests.localization.calls import Api, invalid, nothing_written

NOT_HTTPS = "The URL must start with https://."
USER = "The URL must not contain a user name or a password."
LOOPBACK = "127.0.0.1 is a loopback address."

REFUSED = {
    "http://hooks.example/in": NOT_HTTPS,
    "ftp://hooks.example/in": NOT_HTTPS,
    "file:///etc/passwd": NOT_HTTPS,
    "gopher://127.0.0.1:6379/_FLUSHALL": NOT_HTTPS,
    "javascript:alert(1)": NOT_HTTPS,
    "data:text/html,x": NOT_HTTPS,
    "hooks.example/in": NOT_HTTPS,
    "//hooks.example/in": NOT_HTTPS,
    " https://hooks.example/in": "The URL contains white space, a backslash, a control character or an unpaired surrogate.",
    "https://": "The URL has no host.",
    "https://user@hooks.example/": USER,
    "https://user:secret@hooks.example/": USER,
    "https://hooks.example@127.0.0.1/": USER,
    "https://localhost/": "localhost is this machine.",
    "https://LocalHost.:8443/": "localhost is this machine.",
    "https://127.0.0.1/": LOOPBACK,
    "https://127.1/": LOOPBACK,
    "https://0x7f000001/": LOOPBACK,
    "https://2130706433/": LOOPBACK,
    "https://①②⑦.⓪.⓪.①/": LOOPBACK,
    "https://0/": "0.0.0.0 is an unspecified address.",
    "https://[::1]/": "::1 is a loopback address.",
    "https://[::ffff:127.0.0.1]/": "::ffff:7f00:1 is an IPv4-mapped address.",
    "https://[64:ff9b::a9fe:a9fe]/": "64:ff9b::a9fe:a9fe is a NAT64 address.",
    "https://[fd00::1]/": "fd00::1 is a private address.",
    "https://169.254.169.254/latest/meta-data/": "169.254.169.254 is a link-local address.",
    "https://10.1.2.3/": "10.1.2.3 is a private address.",
    "https://172.16.0.1/": "172.16.0.1 is a private address.",
    "https://192.168.0.1/": "192.168.0.1 is a private address.",
    "https://100.64.0.1/": "100.64.0.1 is a carrier-grade NAT address.",
    "https://224.0.0.1/": "224.0.0.1 is a multicast address.",
    "https://hooks.example:6379/": "Port 6379 is not allowed.",
    "https://hooks.example:22/": "Port 22 is not allowed.",
    f"https://hooks.example/{'a' * 1979}": "The URL is longer than 2000 bytes.",
}


@pytest.fixture(autouse=True)
def no_lookups(monkeypatch: pytest.MonkeyPatch) -> None:
    """A submission asks no name server: what a name resolves to is judged when somebody connects."""

    def refuse(host: str, *args: object, **options: object) -> None:
        raise AssertionError(f"{host} was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize(("url", "reason"), REFUSED.items(), ids=lambda text: ascii(text)[:60])
def test_callback_is_refused_with_its_reason(api: Api, url: str, reason: str) -> None:
    with nothing_written():
        answer = api.submit(callbackUrl=url)

    assert answer.shown == invalid(("callbackUrl", reason))


@pytest.mark.parametrize(
    "url", ["https://hooks.example/in?a=1#b", "HTTPS://Hooks.Example:8443/", "https://bücher.example/", "https://127.0.0.1.rebind.example/"]
)
def test_callback_is_kept_as_it_was_sent(api: Api, url: str) -> None:
    assert api.submit(callbackUrl=url).status == 202

    assert JobGroup.objects.get().callback_url == url
