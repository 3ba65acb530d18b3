"""The product as a person meets it: real processes on SQLite, the pseudo provider, Debian's chromium.

Run by itself (`pytest tests/e2e`): a browser brings an event loop of its own, which the other tests' loops do not go with. Where there is no browser
the tests are skipped; with CI=true that is an error.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers.deployment import Deployment

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
MILLISECONDS = 20_000  # for anything to appear on a busy machine


HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "e2e: needs a browser and the whole product; run as `pytest tests/e2e`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks the tests of this folder, and leaves them out of a run that was not asked for them by name."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        item.add_marker(pytest.mark.e2e)
    asked = [config.invocation_params.dir / argument.partition("::")[0] for argument in config.args]
    if not any(path.resolve().is_relative_to(HERE) for path in asked):
        items[:] = [item for item in items if item not in ours]
        config.hook.pytest_deselected(items=ours)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        reason = f"no browser at {CHROMIUM} (apt-get install chromium, or set CHROMIUM)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def product(chromium: Browser) -> Iterator[Deployment]:
    """Web and worker, with the demo's data. Each model call takes 0.3 s."""
    with Deployment("sqlite", settings={"PSEUDO_DELAY_MS": "300"}) as deployment:
        deployment.start_web()
        deployment.start_worker()
        yield deployment


@pytest.fixture
def page(chromium: Browser, product: Deployment, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh browser at the product. `@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)` switches script off."""
    options = getattr(request, "param", {})
    context = chromium.new_context(base_url=product.base_url, viewport={"width": 1400, "height": 900}, **options)
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def log_in(page: Page, product: Deployment, number: int = 0) -> None:
    """As the demo's owner, or another of its people."""
    person = product.demo["users"][number]
    page.goto("/login")
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/orgs/**")
