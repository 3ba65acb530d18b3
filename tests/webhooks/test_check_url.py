"""Which URLs may be saved: reliability.md, "Outbound URL"."""

import contextlib
import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.addresses import Rules, check_url, refusal
from webhooks.errors import RefusedURL

STRICT = Rules(allow_http=False, allow_loopback=False)
DEVELOPMENT = Rules(allow_http=True, allow_loopback=True)
NOT_HTTPS = "The URL must start with https://."
LOOPBACK = "127.0.0.1 is a loopback address."
MALFORMED_HOST = "The URL's host is malformed."
BAD_CHARACTER = "The URL contains white space, a backslash, a control character or an unpaired surrogate."

REFUSED = {
    # other schemes
    "": NOT_HTTPS,
    "example.com/hook": NOT_HTTPS,
    "//example.com/hook": NOT_HTTPS,
    "http://example.com/hook": NOT_HTTPS,
    "ftp://example.com/": NOT_HTTPS,
    "file:///etc/passwd": NOT_HTTPS,
    "gopher://example.com/": NOT_HTTPS,
    "javascript:alert(1)": NOT_HTTPS,
    # user names, hosts
    "https://user@example.com/": "The URL must not contain a user name or a password.",
    "https://user:secret@example.com/": "The URL must not contain a user name or a password.",
    "https://@example.com/": "The URL must not contain a user name or a password.",
    "https://": "The URL has no host.",
    "https:///hook": "The URL has no host.",
    "https://:8443/hook": "The URL has no host.",
    "https://exam ple.com/": BAD_CHARACTER,
    "https://example.com\n/": BAD_CHARACTER,
    "https://example.com\\@127.0.0.1/": BAD_CHARACTER,
    "https://example.com/\0": BAD_CHARACTER,
    "https://example.com/\ud800": BAD_CHARACTER,
    "https://%31%32%37.0.0.1/": MALFORMED_HOST,
    "https://a..b/": MALFORMED_HOST,
    "https://-a.example/": MALFORMED_HOST,
    f"https://{'a' * 64}.example/": MALFORMED_HOST,
    f"https://{'a.' * 127}example/": MALFORMED_HOST,
    "https://\u200b/": MALFORMED_HOST,
    "https://[::1/": "The URL is malformed.",
    "https://example.com:port/": "The URL is malformed.",
    "https://example.com:99999/": "The URL is malformed.",
    "https://example.com\uff0f@evil/": "The URL is malformed.",
    f"https://example.com/{'a' * 2000}": "The URL is longer than 2000 bytes.",
    f"https://example.com/{'ü' * 1000}": "The URL is longer than 2000 bytes.",
    # this machine, in any spelling
    "https://localhost/": "localhost is this machine.",
    "https://LOCALHOST./": "localhost is this machine.",
    "https://\uff4c\uff4fcalhost/": "localhost is this machine.",
    "https://local\u00adhost/": "localhost is this machine.",
    "https://app.localhost/": "app.localhost is this machine.",
    "https://127.0.0.1/": LOOPBACK,
    "https://127.0.0.1./": LOOPBACK,
    "https://127.1/": LOOPBACK,
    "https://0x7f000001/": LOOPBACK,
    "https://0X7F.1/": LOOPBACK,
    "https://017700000001/": LOOPBACK,
    "https://2130706433/": LOOPBACK,
    "https://①②⑦.⓪.⓪.①/": LOOPBACK,
    "https://127。0。0。1/": LOOPBACK,
    "https://[::1]/": "::1 is a loopback address.",
    "https://[::ffff:127.0.0.1]/": "::ffff:7f00:1 is an IPv4-mapped address.",
    "https://[::ffff:8.8.8.8]/": "::ffff:808:808 is an IPv4-mapped address.",
    "https://[::127.0.0.1]/": "::7f00:1 is a reserved address.",
    # other addresses that are not the public's
    "https://0.0.0.0/": "0.0.0.0 is an unspecified address.",
    "https://0/": "0.0.0.0 is an unspecified address.",
    "https://[::]/": ":: is an unspecified address.",
    "https://10.0.0.1/": "10.0.0.1 is a private address.",
    "https://172.31.255.255/": "172.31.255.255 is a private address.",
    "https://192.168.1.1/": "192.168.1.1 is a private address.",
    "https://100.64.0.1/": "100.64.0.1 is a carrier-grade NAT address.",
    "https://169.254.169.254/": "169.254.169.254 is a link-local address.",
    "https://192.0.0.192/": "192.0.0.192 is a reserved address.",
    "https://192.88.99.1/": "192.88.99.1 is a 6to4 address.",
    "https://198.18.0.1/": "198.18.0.1 is a benchmarking address.",
    "https://203.0.113.1/": "203.0.113.1 is a documentation address.",
    "https://224.0.0.1/": "224.0.0.1 is a multicast address.",
    "https://255.255.255.255/": "255.255.255.255 is a reserved address.",
    "https://[64:ff9b::a9fe:a9fe]/": "64:ff9b::a9fe:a9fe is a NAT64 address.",
    "https://[64:ff9b:1::a00:1]/": "64:ff9b:1::a00:1 is a NAT64 address.",
    "https://[2002:7f00:1::]/": "2002:7f00:1:: is a 6to4 address.",
    "https://[2001:0:7f00:1::]/": "2001:0:7f00:1:: is a Teredo address.",
    "https://[fc00::1]/": "fc00::1 is a private address.",
    "https://[fe80::1]/": "fe80::1 is a link-local address.",
    "https://[fec0::1]/": "fec0::1 is a site-local address.",
    "https://[ff02::1]/": "ff02::1 is a multicast address.",
    "https://[5f00::1]/": "5f00::1 is a reserved address.",
    # ports
    "https://example.com:0/": "Port 0 is not allowed.",
    "https://example.com:22/": "Port 22 is not allowed.",
    "https://example.com:25/": "Port 25 is not allowed.",
    "https://example.com:80/": "Port 80 is not allowed.",
    "https://example.com:2375/": "Port 2375 is not allowed.",
    "https://example.com:3306/": "Port 3306 is not allowed.",
    "https://example.com:5432/": "Port 5432 is not allowed.",
    "https://example.com:5672/": "Port 5672 is not allowed.",
    "https://example.com:6379/": "Port 6379 is not allowed.",
    "https://example.com:9200/": "Port 9200 is not allowed.",
    "https://example.com:10250/": "Port 10250 is not allowed.",
    "https://example.com:11211/": "Port 11211 is not allowed.",
    "https://example.com:27017/": "Port 27017 is not allowed.",
}

ACCEPTED = (
    "https://example.com",
    "https://example.com/hook?token=1#part",
    "https://example.com.:443/",
    "HTTPS://EXAMPLE.COM:8443/",
    "https://hooks_eu.example.com:1024/",
    "https://bücher.example/",
    "https://日本語.jp/",
    "https://1.1.1.1/",
    "https://[2606:4700:4700::1111]/",
    f"https://example.com/{'a' * 1980}",
)


@pytest.fixture(autouse=True)
def no_lookups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)


@pytest.mark.parametrize(("url", "reason"), REFUSED.items(), ids=ascii)
def test_url_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(RefusedURL) as refused:
        check_url(url, STRICT)
    assert refused.value.reason == reason


@pytest.mark.parametrize("url", ACCEPTED, ids=ascii)
def test_public_https_url_is_accepted(url: str) -> None:
    check_url(url, STRICT)


@pytest.mark.parametrize("url", ["http://example.com:80/", "http://localhost:8000/", "http://127.9.9.9:4000/", "https://[::1]:8443/"])
def test_development_rules_accept_http_and_loopback(url: str) -> None:
    check_url(url, DEVELOPMENT)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://127.0.0.1:6379/", "http://127.0.0.1:22/"]
)
def test_development_rules_accept_nothing_else(url: str) -> None:
    with pytest.raises(RefusedURL):
        check_url(url, DEVELOPMENT)


@given(st.text(max_size=60) | st.text(max_size=40).map(lambda text: f"https://{text}/"))
def test_any_text_is_accepted_or_refused_and_never_breaks(text: str) -> None:
    with contextlib.suppress(RefusedURL):
        check_url(text, STRICT)


@given(st.ip_addresses())
def test_no_address_is_allowed_that_the_library_calls_not_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not address.is_global or address.is_multicast:
        assert refusal(address, allow_loopback=False) is not None
