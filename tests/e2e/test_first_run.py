"""An empty organization: its owner is led to the first engine, the first key and the first job, and sees the job completed."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MILLISECONDS
from tests.servers.deployment import ROOT, Deployment

PERSON = {"email": "nina@new.example", "password": "a new beginning"}
MAKE_ORGANIZATION = f"""
from foundation.clock import database_now
from organizations.audit import command_author
from organizations.services import create_organization, create_person
now = database_now()
owner = create_person(email="{PERSON["email"]}", password="{PERSON["password"]}", name="Nina New", now=now)
print(create_organization(name="New Shop", owner=owner, author=command_author("test"), now=now).pk)
"""

expect.set_options(timeout=MILLISECONDS)


@pytest.fixture(scope="module")
def organization_id(product: Deployment) -> str:
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", MAKE_ORGANIZATION]
    made = subprocess.run(command, cwd=ROOT, env=product.environment, stdout=subprocess.PIPE, check=True, text=True)
    return made.stdout.split()[-1]


def next_step(page: Page) -> Any:
    return page.locator("[aria-current=step]")


def test_owner_goes_from_nothing_to_the_first_translation(page: Page, product: Deployment, organization_id: str) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill(PERSON["email"])
    page.get_by_label("Password").fill(PERSON["password"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**/orgs/{organization_id}/")

    next_step(page).get_by_role("link").click()
    page.get_by_label("Name", exact=True).fill("Shop texts")
    page.get_by_role("button", name="Make the engine").click()
    expect(page.get_by_text("Shop texts").first).to_be_visible()

    page.goto(f"/orgs/{organization_id}/")
    next_step(page).get_by_role("link").click()
    page.get_by_role("link", name="New personal key").first.click()
    page.get_by_label("Name", exact=True).fill("Laptop")
    page.locator("main").get_by_role("button", name=re.compile("key", re.IGNORECASE)).click()
    key = page.get_by_label("The key").inner_text().strip()
    assert requests.get(f"{product.base_url}/users/me", headers={"X-API-Key": key}, timeout=30).status_code == 200

    page.goto(f"/orgs/{organization_id}/")
    next_step(page).get_by_role("link").click()
    page.get_by_label("Content as JSON").fill(json.dumps({"title": "Good morning, {name}"}))
    page.get_by_label("Add target locales").fill("de,")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".il-figures").get_by_text("1 of 1")).to_be_visible()

    page.goto(f"/orgs/{organization_id}/")
    expect(page.get_by_text("First steps")).to_have_count(0)
