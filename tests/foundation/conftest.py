"""A client of the small URLconf in `addresses`, with a fixed request id."""

from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from tests.foundation import addresses


@pytest.fixture
def client() -> Iterator[Client]:
    """Answers what a server would: exceptions do not pass through to the test."""
    addresses.raised.clear()
    changes = {"ROOT_URLCONF": "tests.foundation.addresses", "HTML_PREFIXES": ("/pages/",), "DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID": True}
    with override_settings(**changes):
        yield Client(raise_request_exception=False, headers={"X-Request-Id": "req-1"})
