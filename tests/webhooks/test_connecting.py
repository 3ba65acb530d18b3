"""What is judged at connecting: the address itself. Nothing here connects to anything: connecting is replaced and counted."""

import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.webhooks.wire import FakeNetwork
from webhooks.errors import DeliveryError
from webhooks.http import Timeouts, post

INTERNAL = (
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.0.8",
    "192.88.99.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001::1",
    "2002:7f00:1::",
    "5f00::1",
    "fc00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
)


def error_of(url: str) -> str:
    with pytest.raises(DeliveryError) as failed:
        post(url, b"{}", {})
    return failed.value.error


@pytest.mark.parametrize("address", INTERNAL)
def test_name_that_resolves_to_an_internal_address_is_never_connected_to(network: FakeNetwork, address: str) -> None:
    network.resolve_to(address)

    assert error_of("https://hooks.example/") == "address_refused"
    assert (network.lookups, network.connects) == (["hooks.example"], [])


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://hooks.example/", "scheme_refused"),
        ("https://hooks.example:6379/", "port_refused"),
        ("https://user@hooks.example/", "url_refused"),
        ("https://①②⑦.⓪.⓪.①/", "address_refused"),
        ("https://[64:ff9b::a9fe:a9fe]/", "address_refused"),
        ("https://localhost/", "address_refused"),
    ],
)
def test_url_that_may_not_be_saved_is_not_called_either(network: FakeNetwork, url: str, error: str) -> None:
    assert error_of(url) == error
    assert (network.lookups, network.connects) == ([], [])


def test_connection_goes_to_the_address_that_was_judged(network: FakeNetwork) -> None:
    network.resolve_to("1.1.1.1", "127.0.0.1")

    assert error_of("https://hooks.example:8443/") == "connect_error"
    assert network.connects == [("1.1.1.1", 8443)]
    assert network.lookups == ["hooks.example"]


def test_name_that_turns_to_loopback_later_is_refused_then(network: FakeNetwork) -> None:
    network.resolve_to("1.1.1.1", "127.0.0.1")

    errors = [error_of("https://hooks.example/") for _ in range(1000)]

    assert errors == ["connect_error"] + ["address_refused"] * 999
    assert network.connects == [("1.1.1.1", 443)]


def test_only_the_first_of_several_addresses_is_used_and_judged(network: FakeNetwork) -> None:
    network.resolve_to(["10.0.0.1", "1.1.1.1"])

    assert error_of("https://hooks.example/") == "address_refused"
    assert network.connects == []


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize("address", [address for address in INTERNAL if not address.startswith(("127.", "::1", "::ffff:127."))])
def test_development_rules_reach_loopback_and_nothing_else(network: FakeNetwork, address: str) -> None:
    network.resolve_to(address)

    assert error_of("http://hooks.example/") == "address_refused"
    assert network.connects == []


@pytest.mark.usefixtures("loopback")
def test_development_rules_connect_to_loopback(network: FakeNetwork) -> None:
    network.resolve_to("127.0.0.1")

    assert error_of("http://localhost:8000/") == "connect_error"
    assert network.connects == [("127.0.0.1", 8000)]


def test_threads_do_not_share_their_rules(network: FakeNetwork) -> None:
    network.resolve_to("127.0.0.1")

    with ThreadPoolExecutor(8) as threads:
        errors = list(threads.map(error_of, ["https://hooks.example/"] * 64))

    assert (set(errors), network.connects) == ({"address_refused"}, [])


def test_unknown_name_is_a_failed_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    assert error_of("https://nowhere.example/") == "name_not_found"


def test_lookup_that_hangs_is_left_behind(network: FakeNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()
    network.resolve_to("1.1.1.1")
    answer = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: over.wait(10) and answer(*args, **options))

    with pytest.raises(DeliveryError) as failed:
        post("https://hooks.example/", b"{}", {}, timeouts=Timeouts(connect=0.05, total=1))
    over.set()

    assert (failed.value.error, network.connects) == ("connect_timeout", [])
