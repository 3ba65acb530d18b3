"""Every page in two looks: no violation of accessibility that axe-core knows, nothing said by the console, nothing asked of another host."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.gallery import PAGES, Gallery
from tests.servers.deployment import Deployment


@pytest.fixture(scope="module")
def gallery(chromium: Browser) -> Iterator[Gallery]:
    with Deployment("sqlite", settings={"DEBUG": "1"}) as deployment:
        yield Gallery(deployment, chromium)


@pytest.mark.parametrize(("size", "theme"), [("wide", "light"), ("narrow", "dark")])
def test_page_has_no_fault_that_a_program_sees(gallery: Gallery, size: str, theme: str) -> None:
    assert [problem for shot in PAGES for problem in gallery.look(shot, size=size, theme=theme)] == []
