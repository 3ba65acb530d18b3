"""From the log-in to a finished translation, as a person goes."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MILLISECONDS, log_in
from tests.servers.deployment import Deployment

DATA = {"title": "Good morning, {name}", "hostile": "<script>document.title = 'pwned'</script> Read this", "price": 4.5}

expect.set_options(timeout=MILLISECONDS)


def fill(page: Page) -> None:
    """A new job in three locales, up to the button."""
    page.locator("#nav-sidebar").get_by_role("link", name="Jobs").click()
    page.get_by_role("link", name="New job").click()
    page.get_by_label("Content as JSON").fill(json.dumps(DATA))


def test_person_submits_by_form_watches_the_grid_and_reads_a_job(page: Page, product: Deployment) -> None:
    log_in(page, product)
    fill(page)
    page.get_by_label("Add target locales").fill("de, fr pt_BR,")
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_role("heading", name="en → 3 locales")).to_be_visible()
    page.evaluate("window.stayed = true")
    expect(page.locator(".il-figures").get_by_text("3 of 3")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel this group")).to_have_count(0)
    assert page.evaluate("window.stayed"), "the page was loaded again"

    page.get_by_role("link", name="pt-BR", exact=True).click()
    expect(page.get_by_text("[pt-BR] Ĝóóóóđ ɱóóŕñííñĝ, {name}")).to_be_visible()
    assert page.title().strip().startswith("Job")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download JSON").click()
    assert json.loads(download.value.path().read_text())["price"] == 4.5


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_the_same_works_without_script(page: Page, product: Deployment) -> None:
    log_in(page, product)
    fill(page)
    page.get_by_label("Target locales").fill("de")
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_role("heading", name="en → 1 locale")).to_be_visible()
    group_id = page.url.rpartition("/")[2]
    product.wait_for_group(group_id)
    page.reload()
    expect(page.locator(".il-figures").get_by_text("1 of 1")).to_be_visible()
    page.get_by_role("link", name="de", exact=True).click()
    expect(page.get_by_text("[de] Ĝóóóóđ ɱóóŕñííñĝ, {name}")).to_be_visible()


def test_what_the_api_refuses_is_shown_beside_the_field(page: Page, product: Deployment) -> None:
    log_in(page, product)
    fill(page)
    page.get_by_label("Add target locales").fill("english")
    page.get_by_role("button", name="Submit").click()

    expect(page.get_by_text("[0]: Unknown language subtag 'english'.")).to_be_visible()
    expect(page.get_by_label("Content as JSON")).to_have_value(json.dumps(DATA))


def test_cancel_asks_first(page: Page, product: Deployment) -> None:
    product.stop("worker")
    try:
        group = product.submit({"sourceLocale": "en", "targetLocales": ["de", "fr"], "data": {"title": "Hello"}})
        log_in(page, product)
        page.goto(f"/orgs/{product.demo['organizationId']}/jobs/groups/{group['groupId']}")
        page.get_by_text("Cancel…").click()
        page.get_by_role("button", name="Cancel this group").click()

        expect(page.get_by_text(re.compile("nothing further starts"))).to_be_visible()
        expect(page.get_by_role("button", name="Submit 2 failed locales again")).to_be_visible()
    finally:
        product.start_worker()


def test_reviewer_is_told_what_is_missing(page: Page, product: Deployment) -> None:
    log_in(page, product, number=1)

    page.goto(f"/orgs/{product.demo['organizationId']}/jobs")

    expect(page.get_by_text("This needs the permission engine:access.")).to_be_visible()
