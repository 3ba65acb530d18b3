"""The workspace as reviewers meet it: claim, edit, submit; two at once; what becomes of typed text when claim, log-in or server go away."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import MILLISECONDS, log_in
from tests.servers.deployment import Deployment

DATA = {"title": "Good morning, {name}", "body": "Read this first", "files": "{n, plural, one {# file} other {# files}}", "foot": "Good night"}
OWNER, REVIEWER = 0, 1

expect.set_options(timeout=MILLISECONDS)


@pytest.fixture
def review(product: Deployment) -> Iterator[str]:
    """A translation into German that waits for a person; shipped in the end, so that the next test's queue is empty."""
    body = {"sourceLocale": "en", "targetLocales": ["de"], "data": DATA, "pipelineConfig": {"humanEdit": {"enabled": True}}}
    product.submit(body)
    product._wait_until(lambda: product.get("/reviews")["items"], "no review waits")
    [item] = product.get("/reviews")["items"]
    yield item["id"]
    product.session.post(f"{product.base_url}/reviews/{item['id']}/ship", json={"reason": "the test is over"}, timeout=60)


@pytest.fixture
def other(chromium: Browser, product: Deployment) -> Iterator[Page]:
    """A second person's browser, logged in as the demo's reviewer."""
    context = chromium.new_context(base_url=product.base_url, viewport={"width": 1400, "height": 900})
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    log_in(page, product, REVIEWER)
    yield page
    context.close()


def address(product: Deployment, review: str, **query: Any) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/orgs/{product.demo['organizationId']}/human-reviewer/{review}?{asked}"


def claim(page: Page, product: Deployment, review: str, **query: Any) -> None:
    page.goto(address(product, review))
    page.get_by_role("button", name="Claim", exact=True).click()
    expect(page.get_by_role("button", name="Save draft")).to_be_visible()
    page.goto(address(product, review, **{"key": 1, **query}))


def field(page: Page) -> Any:
    return page.get_by_role("textbox", name="Translation", exact=True)


def entry(page: Page, path: str) -> Any:
    return page.locator("#ws-entries a", has=page.get_by_text(path, exact=True))


def write_row(product: Deployment, statement: str) -> None:
    """What no page can do: time that passes."""
    connection = sqlite3.connect(product.folder / "interlinear.sqlite3", timeout=20)
    with connection:
        connection.execute(statement)
    connection.close()


def drafts(product: Deployment, review: str) -> dict[int, str]:
    return dict(product.query(f"SELECT number, text FROM reviews_draft WHERE item_id = '{review}'"))


def await_draft(product: Deployment, review: str, number: int, text: str) -> None:
    product._wait_until(lambda: drafts(product, review).get(number) == text, f"draft {number} is not {text!r} but {drafts(product, review)}")


def test_reviewer_claims_edits_and_submits_and_the_job_goes_on(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    page.goto(f"/orgs/{product.demo['organizationId']}/human-reviewer")
    page.get_by_role("button", name="Claim next").first.click()
    page.wait_for_url(f"**/human-reviewer/{review}*")
    entry(page, "title").click()
    page.evaluate("window.stayed = true")

    field(page).fill("Guten Morgen")
    expect(page.get_by_text("lacks these placeholders")).to_be_visible()
    expect(page.locator(".ws-diff ins", has_text="Guten")).to_be_visible()
    field(page).fill("Guten Morgen, {name}")
    expect(page.get_by_text("lacks these placeholders")).to_have_count(0)
    page.get_by_role("button", name="Save edit and next").click()
    expect(page.locator(".ws-path code")).to_have_text("body")
    expect(entry(page, "title")).to_have_attribute("data-mark", "edited")
    page.get_by_role("button", name="Approve 3 clean").click()
    expect(page.locator("#ws-done")).to_have_text("4")
    page.get_by_text("Submit…").click()
    page.get_by_role("button", name="Submit the review").click()

    expect(page.get_by_text("Submitted with edits")).to_be_visible()
    expect(page.locator(".il-figures").get_by_text("3", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Claim next")).to_be_visible()
    job_id = page.locator("[data-copy^=ljb_]").first.get_attribute("data-copy")
    product._wait_until(lambda: product.get(f"/jobs/localization/{job_id}")["status"] == "completed", "the job does not go on")
    assert product.get(f"/jobs/localization/{job_id}")["outputData"]["title"] == "Guten Morgen, {name}"


def test_typing_is_saved_by_itself_and_survives_a_reload(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review)

    field(page).fill("Guten Tag, {name}")

    await_draft(product, review, 1, "Guten Tag, {name}")
    expect(page.locator("#ws-saved")).to_contain_text("saved")
    page.reload()
    expect(field(page)).to_have_value("Guten Tag, {name}")
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('interlinear:usr'))") == []


def test_second_reviewer_reads_along_and_cannot_write(page: Page, product: Deployment, review: str, other: Page) -> None:
    log_in(page, product)
    claim(page, product, review)

    other.goto(address(product, review))

    expect(other.get_by_text("Demo Owner holds this review")).to_be_visible()
    expect(other.locator(".ws-readonly")).to_be_visible()
    expect(other.get_by_role("textbox", name="Translation", exact=True)).to_have_count(0)


def test_text_that_lost_against_a_newer_draft_stands_beside_it(page: Page, product: Deployment, review: str, other: Page) -> None:
    log_in(page, product)
    claim(page, product, review)
    product.session.post(f"{product.base_url}/reviews/{review}/withdraw", json={"reason": "somebody else"}, timeout=60).raise_for_status()
    claim(other, product, review)
    field(other).fill("Von Rolf, {name}")
    await_draft(product, review, 1, "Von Rolf, {name}")

    field(page).fill("Von Rita, {name}")

    banner = page.locator('[data-banner="over"]')
    expect(banner).to_contain_text("This claim is over")
    expect(banner).to_contain_text("Von Rita, {name}")
    expect(banner).to_contain_text("Von Rolf, {name}")
    assert drafts(product, review) == {1: "Von Rolf, {name}"}


def test_next_holder_is_shown_an_unfinished_draft_and_accepts_it(page: Page, product: Deployment, review: str, other: Page) -> None:
    claim(other, product, review)
    field(other).fill("Halb fertig, {name}")
    await_draft(product, review, 1, "Halb fertig, {name}")
    other.get_by_role("button", name="Release").click()
    other.wait_for_url("**/human-reviewer")
    log_in(page, product)
    claim(page, product, review)

    expect(page.get_by_role("heading", name="Unfinished draft by Demo Reviewer")).to_be_visible()
    expect(field(page)).not_to_have_value("Halb fertig, {name}")
    page.get_by_role("button", name="Accept it").click()

    expect(field(page)).to_have_value("Halb fertig, {name}")
    expect(entry(page, "title")).to_have_attribute("data-mark", "edited")


def test_lease_that_ran_out_keeps_the_text_and_is_claimed_again(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review)
    write_row(product, f"UPDATE reviews_reviewitem SET lease_until = '2020-01-01 00:00:00' WHERE id = '{review}'")

    field(page).fill("Noch da, {name}")

    expect(page.locator('[data-banner="over"]')).to_contain_text("This claim is over")
    expect(field(page)).to_have_value("Noch da, {name}")
    await_draft(product, review, 1, "Noch da, {name}")
    page.get_by_role("button", name="Claim again").click()
    entry(page, "title").click()
    expect(field(page)).to_have_value("Noch da, {name}")
    expect(field(page)).to_be_editable()


def test_page_turns_to_the_ai_version_that_shipped_and_the_text_stays(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review)
    product.session.post(f"{product.base_url}/reviews/{review}/ship", json={"reason": "no time"}, timeout=60).raise_for_status()

    field(page).fill("Zu spät, {name}")

    expect(page.locator('[data-banner="over"]')).to_contain_text("shipped the AI version")
    expect(page.locator('[data-banner="over"]')).to_contain_text("Zu spät, {name}")
    page.get_by_role("link", name="Reload").click()
    expect(page.get_by_text("A review manager shipped the AI version")).to_be_visible()
    expect(page.locator(".ws-readonly")).to_have_text("Zu spät, {name}")


def test_text_typed_while_logged_out_is_saved_after_a_new_log_in(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review)
    page.context.clear_cookies(name="sessionid")

    field(page).fill("Ausgeloggt, {name}")

    expect(page.get_by_text("You are logged out.")).to_be_visible()
    again = page.context.new_page()
    log_in(again, product)
    again.close()
    # A browser that shows the tab again has tried by itself before anybody can press the button.
    page.evaluate("document.querySelector('[data-banner=logged-out] button')?.click()")
    await_draft(product, review, 1, "Ausgeloggt, {name}")
    expect(page.get_by_text("You are logged out.")).to_have_count(0)


def test_server_that_was_killed_gets_the_text_when_it_is_back(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review)
    product.kill("web")
    try:
        field(page).fill("Trotzdem, {name}")
        expect(page.get_by_text("The server does not answer")).to_be_visible()
    finally:
        product.start_web()

    await_draft(product, review, 1, "Trotzdem, {name}")
    expect(page.get_by_text("The server does not answer")).to_have_count(0)


def test_browser_that_was_closed_meanwhile_brings_the_text_back(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review)
    product.kill("web")
    try:
        field(page).fill("Aufgehoben, {name}")
        expect(page.get_by_text("The server does not answer")).to_be_visible()
        page.close()
    finally:
        product.start_web()
    context: BrowserContext = page.context

    fresh = context.new_page()
    fresh.goto(address(product, review, key=1))

    expect(field(fresh)).to_have_value("Aufgehoben, {name}")
    await_draft(product, review, 1, "Aufgehoben, {name}")


def test_whole_review_is_done_by_keyboard(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review, order="document")

    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator(".ws-path code")).to_have_text("body")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".ws-path code")).to_have_text("title")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Moin, {name}")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".ws-path code")).to_have_text("body")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".ws-path code")).to_have_text("files")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".ws-path code")).to_have_text("foot")
    page.keyboard.press("Control+Shift+C")
    expect(field(page)).to_have_value("Good night")
    page.keyboard.press("Control+Shift+Backspace")
    expect(field(page)).not_to_have_value("Good night")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#il-said")).to_contain_text("last key")
    expect(page.locator("#ws-done")).to_have_text("4")
    page.locator("summary", has_text="Submit…").press("Enter")
    page.get_by_role("button", name="Submit the review").press("Enter")

    expect(page.get_by_text("Submitted with edits")).to_be_visible()


def test_false_alarm_and_flag_survive_a_reload(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review)
    field(page).fill("Guten Morgen")
    page.get_by_text("False alarm?").click()
    page.get_by_label("Why this is a false alarm").fill("Nobody is named here.")
    page.get_by_role("button", name="Mark", exact=True).click()
    expect(entry(page, "title")).to_have_attribute("data-mark", "edited")
    page.locator(".ws-path").click()
    page.keyboard.press("c")
    expect(page.get_by_label("Comment")).to_be_focused()
    page.keyboard.type("Who is greeted?")
    page.get_by_label("Reason").select_option("Source is wrong")
    page.get_by_role("button", name="Flag", exact=True).click()
    expect(page.locator(".ws-flags")).to_contain_text("Who is greeted?")

    page.reload()

    expect(page.get_by_text("Marked a false alarm")).to_be_visible()
    expect(page.get_by_label("Why this is a false alarm")).to_have_value("Nobody is named here.")
    expect(page.locator(".ws-flags")).to_contain_text("Source is wrong")


def test_plural_is_edited_branch_by_branch_and_read_for_a_number(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review, key=3)

    page.get_by_label("n: other").fill("# Dateien")
    page.get_by_label("Reads for").fill("7")

    expect(page.locator(".ws-preview output")).to_have_text("[de] 7 Dateien")
    product._wait_until(lambda: "other {# Dateien}}" in drafts(product, review).get(3, ""), "the plural is not saved")


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_all_of_it_works_without_script(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review, order="document")

    field(page).fill("Guten Morgen")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("lacks these placeholders")).to_be_visible()
    expect(page.locator(".ws-diff ins").first).to_be_visible()
    page.get_by_text("Submit…").click()
    page.get_by_role("button", name="Submit the review").click()
    expect(page.get_by_text("Not submitted: 1 key needs attention.")).to_be_visible()
    field(page).fill("Guten Morgen, {name}")
    page.get_by_role("button", name="Save edit and next").click()
    page.goto(address(product, review, key=2))
    field(page).fill("Lies das zuerst")
    page.get_by_text("Submit…").click()
    page.get_by_role("button", name="Submit the review").click()

    expect(page.get_by_text("Submitted with edits")).to_be_visible()
    expect(page.locator(".il-figures").get_by_text("2", exact=True).first).to_be_visible()


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_late_text_without_script_stands_on_the_page_that_refuses_it(page: Page, product: Deployment, review: str) -> None:
    log_in(page, product)
    claim(page, product, review)
    write_row(product, f"UPDATE reviews_reviewitem SET lease_until = '2020-01-01 00:00:00' WHERE id = '{review}'")

    field(page).fill("Zu spät, {name}")
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_label("What you typed")).to_have_value("Zu spät, {name}")
    expect(page.get_by_text("What you typed is kept as a draft.")).to_be_visible()
    page.get_by_role("button", name="Claim again").click()
    page.goto(address(product, review, key=1))
    expect(field(page)).to_have_value("Zu spät, {name}")
