"""Every page of the product, and how to look at one: in a size and a theme, with what the console, axe-core or a sideways scroll complain of.

`script/screenshots` takes the pictures, `script/doc_pictures` those of docs/, `test_every_page` reads the complaints. A new page is a line in PAGES;
`showcase` makes what it shows.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, Page

from tests.servers.deployment import ROOT, Deployment

SIZES = {"wide": (1400, 900), "narrow": (390, 844)}
THEMES = ("light", "dark")
REFUSALS = ("the server responded with a status of 40",)  # a page that shows one on purpose


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


class Gallery:
    """A deployment filled by `showcase`, its web process running, seen by a browser."""

    def __init__(self, product: Deployment, browser: Browser) -> None:
        printed = subprocess.run(
            [sys.executable, "-m", "tests.e2e.showcase"], cwd=ROOT, env=product.environment, stdout=subprocess.PIPE, check=True, text=True
        ).stdout
        self.ids: dict[str, str] = json.loads(printed.splitlines()[-1])
        self._product = product
        self._browser = browser
        self._states: dict[str, Any] = {}
        product.start_web()

    def look(self, shot: Shot, *, size: str, theme: str, picture: Path | None = None, is_whole: bool = True) -> list[str]:
        """What is wrong with the page in this look. A `picture` is of the whole page, or else of the window as it opens."""
        width, height = SIZES[size]
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, storage_state=self._state(shot.person), reduced_motion="reduce"
        )
        page = context.new_page()
        found: list[str] = []
        page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: found.append(str(error)))
        page.on("request", lambda request: None if self._is_ours(request.url) else found.append(f"asks {request.url}"))
        page.goto(self._product.base_url + shot.address.format(**self.ids))
        if shot.act:
            shot.act(page)
        page.wait_for_load_state("load")
        if picture:
            page.wait_for_timeout(250)  # fonts
            page.screenshot(path=picture, full_page=is_whole)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append("scrolls sideways")
        found += _complaints_of_axe(page)
        context.close()
        return [f"{shot.name}-{size}-{theme}: {problem}" for problem in found if not any(words in problem for words in REFUSALS)]

    def _is_ours(self, address: str) -> bool:
        return urlsplit(address).scheme in ("data", "blob") or address.startswith(self._product.base_url)

    def _state(self, email: str) -> Any:
        """The cookies of somebody who is logged in; None for nobody."""
        if email and email not in self._states:
            person = next(user for user in self._product.demo["users"] if user["email"] == email)
            context = self._browser.new_context()
            page = context.new_page()
            page.goto(f"{self._product.base_url}/login")
            page.fill("[name=username]", person["email"])
            page.fill("[name=password]", person["password"])
            page.click("main button[type=submit]")
            page.wait_for_load_state("load")
            self._states[email] = context.storage_state()
            context.close()
        return self._states.get(email)


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def _complaints_of_axe(page: Page) -> list[str]:
    page.evaluate(_axe())
    found = page.evaluate("axe.run()")["violations"]
    return [f"axe {one['id']}: {one['help']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}" for one in found]
