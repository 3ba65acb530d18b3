"""Writes pictures of every page: a demo deployment on SQLite, filled by `tests.e2e.showcase`, seen in both themes and two widths.

`script/screenshots [--only NAME] FOLDER`. A new page is a line in PAGES. With AXE pointing to axe-core's `axe.min.js`, each page is checked for
accessibility as well, and a violation makes the exit status 1.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers.deployment import ROOT, Deployment

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SIZES = {"wide": (1400, 900), "narrow": (390, 844)}
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Shot:
    """A page to look at: `address` with the showcase's ids in braces; `person` logs in (empty: nobody); `act` prepares the page."""

    name: str
    address: str
    person: str = "owner@demo.example"
    act: Callable[[Page], object] | None = None


def _fill_new_job(page: Page) -> None:
    """A submission that the API refuses."""
    page.fill("[name=content]", '{\n  "title": "Good morning, {name}",\n  "title": 12\n}')
    page.fill("#id_target_locales_add", "de, english, pt-BR,")
    page.keyboard.press("Enter")
    page.check("[name=humanEdit]")
    page.fill("[name=timeout_hours]", "0")
    page.click("button[value=submit]")


def _test_model(page: Page) -> None:
    """The last one of the last chain, which needs no account."""
    page.locator("[data-try]").last.click()
    page.wait_for_selector("[data-result] .il-note")


def _open_organizations(page: Page) -> None:
    narrow = page.locator(".il-narrow [aria-controls=nav-sidebar]")
    if narrow.is_visible():
        narrow.click()
    page.click(".il-organizations summary")


def _translate(page: Page) -> None:
    """By models of which none needs an account, and one that has none."""
    page.fill("[name=content]", '{"title": "Forklift safety, {name}", "steps": ["Check the brakes.", "You have 3 lessons left."]}')
    page.select_option("[name=format]", "json")
    page.fill("[name=target_locale]", "de")
    for box in page.locator("[name=models]").all():
        box.set_checked(box.get_attribute("value") in ("pseudo:pseudo", "anthropic:claude-haiku-4-5"))
    page.click("[data-playground] button[type=submit]")
    page.wait_for_selector("#results")


PAGES = (
    Shot("components", "/components"),
    Shot("home", "/orgs/{organization}/"),
    Shot("jobs", "/orgs/{organization}/jobs"),
    Shot("jobs-filtered", "/orgs/{organization}/jobs?status=failed&locale=english"),
    Shot("jobs-none", "/orgs/{organization}/jobs?locale=mi"),
    Shot("group-working", "/orgs/{organization}/jobs/groups/{whole}"),
    Shot("group-cancel", "/orgs/{organization}/jobs/groups/{whole}", act=lambda page: page.click("details.il-confirm summary")),
    Shot("group-partial", "/orgs/{organization}/jobs/groups/{partial}"),
    Shot(
        "job",
        "/orgs/{organization}/jobs/{german}",
        act=lambda page: page.eval_on_selector_all("details.il-fold", "all => all.map(one => one.open = true)"),
    ),
    Shot("job-webhook", "/orgs/{organization}/jobs/{hooked}"),
    Shot("job-failed", "/orgs/{organization}/jobs/{broken}"),
    Shot("new-job", "/orgs/{organization}/jobs/new"),
    Shot("home-first-steps", "/orgs/{empty}/"),
    Shot("home-reviewer", "/orgs/{organization}/", person="reviewer@demo.example"),
    Shot("organizations", "/orgs/{organization}/jobs", act=_open_organizations),
    Shot("webhooks", "/orgs/{organization}/webhooks"),
    Shot("webhooks-none", "/orgs/{empty}/webhooks"),
    Shot("webhook", "/orgs/{organization}/webhooks/{delivery}"),
    Shot("webhooks-replay-failed", "/orgs/{organization}/webhooks/replay-failed?since=2000-01-01T00:00"),
    Shot("new-job-refused", "/orgs/{organization}/jobs/new", act=_fill_new_job),
    Shot("team", "/orgs/{organization}/team"),
    Shot("team-remove", "/orgs/{organization}/team", act=lambda page: page.click("tbody tr:last-child .il-acts details:last-of-type summary")),
    Shot("audit-log", "/orgs/{organization}/audit-log"),
    Shot("roles", "/orgs/{organization}/roles"),
    Shot("new-role", "/orgs/{organization}/roles/new", act=lambda page: page.select_option("[name=access_engine]", "chosen")),
    Shot("api-keys", "/orgs/{organization}/api-keys"),
    Shot("new-service-key", "/orgs/{organization}/api-keys/new-service", act=lambda page: page.select_option("[name=scope]", "engines")),
    Shot("settings", "/orgs/{organization}/settings"),
    Shot("profile", "/profile", person="reviewer@demo.example"),
    Shot("login", "/login", person=""),
    Shot("password-reset", "/password-reset", person=""),
    Shot("invitation-unknown", "/invitations/none", person=""),
    Shot("queue", "/orgs/{organization}/human-reviewer"),
    Shot("queue-done", "/orgs/{organization}/human-reviewer?state=done"),
    Shot("queue-none", "/orgs/{organization}/human-reviewer?locale=mi"),
    Shot("open-reviews", "/orgs/{organization}/reviews"),
    Shot("open-reviews-ship", "/orgs/{organization}/reviews", act=lambda page: page.click(".il-row-acts > [popovertarget^=ship] >> nth=0")),
    Shot("review", "/orgs/{organization}/reviews/{review}"),
    Shot("review-decided", "/orgs/{organization}/reviews/{reviewDecided}"),
    Shot("review-history", "/orgs/{organization}/reviews/history"),
    Shot("review-statistics", "/orgs/{organization}/reviews/statistics"),
    Shot("notifications", "/orgs/{organization}/notifications"),
    Shot("workspace", "/orgs/{organization}/human-reviewer/{review}?key=9"),
    Shot("workspace-left", "/orgs/{organization}/human-reviewer/{review}?key=8&order=document"),
    Shot("workspace-keys", "/orgs/{organization}/human-reviewer/{review}#ws-keys"),
    Shot("workspace-context", "/orgs/{organization}/human-reviewer/{review}?key=9&locales=1#ws-context"),
    Shot("workspace-arabic", "/orgs/{organization}/human-reviewer/{reviewArabic}?key=4"),
    Shot("workspace-submit", "/orgs/{organization}/human-reviewer/{review}", act=lambda page: page.click(".ws-submit summary")),
    Shot("workspace-read", "/orgs/{organization}/human-reviewer/{review}", person="reviewer@demo.example"),
    Shot("workspace-decided", "/orgs/{organization}/human-reviewer/{reviewDecided}?key=2"),
    Shot("jobs-forbidden", "/orgs/{organization}/jobs", person="reviewer@demo.example"),
    Shot("reports", "/orgs/{organization}/reports?period=7"),
    Shot("reports-none", "/orgs/{empty}/reports"),
    Shot("engines", "/orgs/{organization}/engines"),
    Shot("new-engine", "/orgs/{organization}/engines/new"),
    Shot("engine", "/orgs/{organization}/engines/{engine}"),
    Shot("engine-models", "/orgs/{organization}/engines/{engine}/models"),
    Shot("engine-model-tested", "/orgs/{organization}/engines/{engine}/models", act=_test_model),
    Shot("engine-pipeline", "/orgs/{organization}/engines/{engine}/pipeline"),
    Shot("engine-settings", "/orgs/{organization}/engines/{engine}/settings"),
    Shot("engine-glossary", "/orgs/{organization}/engines/{engine}/glossary"),
    Shot("engine-glossary-term", "/orgs/{organization}/engines/{engine}/glossary/{term}"),
    Shot("engine-glossary-import", "/orgs/{organization}/engines/{engine}/glossary/import"),
    Shot("engine-instructions", "/orgs/{organization}/engines/{engine}/instructions"),
    Shot("engine-brand-voices", "/orgs/{organization}/engines/{engine}/brand-voices"),
    Shot("engine-memory", "/orgs/{organization}/engines/{engine}/memory"),
    Shot("engine-memory-entry", "/orgs/{organization}/engines/{engine}/memory/{entry}"),
    Shot("engine-playground", "/orgs/{organization}/engines/{engine}/playground", act=_translate),
    Shot("providers", "/orgs/{organization}/providers"),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/screenshots", description="Writes pictures of every page into a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="pages whose name begins so")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with Deployment("sqlite", settings={"DEBUG": "1"}) as product, sync_playwright() as playwright:
        ids = json.loads(_run(product, "-m", "tests.e2e.showcase").splitlines()[-1])
        product.start_web()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        problems = [
            problem for shot in PAGES if shot.name.startswith(arguments.only) for problem in _take(browser, product, shot, ids, arguments.folder)
        ]
        browser.close()
    print("\n".join(problems) or "No problem was found.")
    return 1 if problems else 0


def _run(product: Deployment, *arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=product.environment, stdout=subprocess.PIPE, check=True, text=True).stdout


def _take(browser: Browser, product: Deployment, shot: Shot, ids: dict[str, str], folder: Path) -> Iterator[str]:
    """One page in all looks; yields what the console, axe or a sideways scroll complain of."""
    state = _log_in(browser, product, shot.person) if shot.person else None
    for size, (width, height) in SIZES.items():
        for theme in THEMES:
            name = f"{shot.name}-{size}-{theme}"
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, storage_state=state, reduced_motion="reduce"
            )
            page = context.new_page()
            said: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error, said=said: said.append(str(error)))
            page.goto(product.base_url + shot.address.format(**ids))
            if shot.act:
                shot.act(page)
            page.wait_for_load_state("load")
            page.wait_for_timeout(250)
            page.screenshot(path=folder / f"{name}.png", full_page=True)
            expected = ("the server responded with a status of 400", "the server responded with a status of 403")
            yield from (f"{name}: {text}" for text in said if not any(words in text for words in expected))
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                yield f"{name}: scrolls sideways"
            yield from (f"{name}: {problem}" for problem in _check(page))
            context.close()


def _log_in(browser: Browser, product: Deployment, email: str) -> Any:
    person = next(user for user in product.demo["users"] if user["email"] == email)
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{product.base_url}/login")
    page.fill("[name=username]", person["email"])
    page.fill("[name=password]", person["password"])
    page.click("main button[type=submit]")
    page.wait_for_load_state("load")
    state = context.storage_state()
    context.close()
    return state


def _check(page: Page) -> list[str]:
    """What axe finds, where it is at hand."""
    path = os.environ.get("AXE")
    if not path:
        return []
    page.evaluate(Path(path).read_text())
    found = page.evaluate("axe.run()")["violations"]
    return [f"axe {one['id']}: {one['help']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}" for one in found]


if __name__ == "__main__":
    sys.exit(main())
