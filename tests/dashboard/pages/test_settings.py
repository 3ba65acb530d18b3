"""Settings: each part for who may change it, checked as the API checks it, and recorded."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from engines.models import Spending
from foundation.clock import database_now
from organizations.models import AuditEvent, Organization, User
from organizations.permissions import MANAGE_BILLING, MANAGE_SETTINGS, MANAGE_TEAM
from tests.api import Api
from tests.factories import make_engine, make_key
from tests.localization.pages.people import HOSTILE, browser, page_of
from tests.organizations.acting import make_holder
from webhooks.models import SigningSecret
from webhooks.signing import current_secret


@pytest.fixture
def address(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/settings"


@pytest.fixture
def as_owner(owner: User) -> Client:
    return browser(owner)


def recorded() -> tuple[str, object]:
    event = AuditEvent.objects.latest("sequence")
    return event.action, json.loads(event.detail)


PARTS = {
    "details": MANAGE_SETTINGS,
    "webhook": MANAGE_SETTINGS,
    "secret": MANAGE_SETTINGS,
    "secret/rotate": MANAGE_SETTINGS,
    "budget": MANAGE_BILLING,
}


def test_each_sees_the_parts_that_they_may_change(organization: Organization, owner: User, reviewer: User, stranger: User, address: str) -> None:
    holders = {name: make_holder(organization, name, role=name) for name in (MANAGE_SETTINGS, MANAGE_BILLING, MANAGE_TEAM)}

    statuses = [browser(user).get(address).status_code for user in (owner, *holders.values(), reviewer, stranger, None)]
    shown = [
        [part in browser(user).get(address).context for part in ("details", "webhook", "secret_state", "budget")]
        for user in (owner, holders[MANAGE_SETTINGS], holders[MANAGE_BILLING])
    ]

    assert statuses == [200, 200, 200, 403, 403, 404, 302]
    assert shown == [[True] * 4, [True, True, True, False], [False, False, False, True]]
    for part, needs in PARTS.items():
        for name, user in holders.items():
            answer = browser(user).post(f"{address}/{part}", {"name": "Acme", "timezone": "UTC"})
            assert (answer.status_code == 403) == (name != needs), (part, name)
        assert browser(owner).get(f"{address}/{part}").status_code == 405
        assert browser(stranger).post(f"{address}/{part}").status_code == 404


def test_name_and_zone_are_changed_and_recorded(as_owner: Client, organization: Organization, address: str) -> None:
    as_owner.post(f"{address}/details", {"name": " Acme  Films ", "timezone": "europe/berlin"})

    organization.refresh_from_db()
    assert (organization.name, organization.timezone) == ("Acme Films", "Europe/Berlin")
    assert recorded() == (
        "organization.details_changed",
        {"before": {"name": "Acme", "timezone": "UTC"}, "after": {"name": "Acme Films", "timezone": "Europe/Berlin"}},
    )
    count = AuditEvent.objects.count()
    as_owner.post(f"{address}/details", {"name": "Acme Films", "timezone": "Europe/Berlin"})
    assert AuditEvent.objects.count() == count
    assert "Acme Films" in page_of(as_owner, f"/orgs/{organization.pk}/")


@pytest.mark.parametrize(("typed", "zone"), [("New York", "America/New_York"), ("kolkata", "Asia/Kolkata"), ("UTC", "UTC")])
def test_zone_is_found_by_its_city(as_owner: Client, organization: Organization, address: str, typed: str, zone: str) -> None:
    as_owner.post(f"{address}/details", {"name": "Acme", "timezone": typed})

    organization.refresh_from_db()
    assert organization.timezone == zone


@pytest.mark.parametrize(
    ("part", "form", "errors"),
    [
        ("details", {"name": " ", "timezone": "UTC"}, {"name": ["This field is required."]}),
        (
            "details",
            {"name": "Acme", "timezone": "Mars/Olympus"},
            {"timezone": ["There is no such zone. Choose one of the list, such as Europe/Berlin."]},
        ),
        (
            "details",
            {"name": "Acme", "timezone": "../../etc/passwd"},
            {"timezone": ["There is no such zone. Choose one of the list, such as Europe/Berlin."]},
        ),
        ("webhook", {"url": "http://shop.example/hook"}, {"url": ["The URL must start with https://."]}),
        ("webhook", {"url": "https://127.1/hook"}, {"url": ["127.0.0.1 is a loopback address."]}),
        ("webhook", {"url": "https://shop.example:5432/"}, {"url": ["Port 5432 is not allowed."]}),
        ("webhook", {"url": f"https://shop.example/{'x' * 2000}"}, {"url": ["The URL is longer than 2000 bytes."]}),
        ("budget", {"credit_limit_usd": "-1"}, {"credit_limit_usd": ["Ensure this value is greater than or equal to 0."]}),
        ("budget", {"credit_limit_usd": "1.005"}, {"credit_limit_usd": ["Ensure that there are no more than 2 decimal places."]}),
        ("budget", {"credit_limit_usd": "NaN"}, {"credit_limit_usd": ["Enter a number."]}),
        ("budget", {"daily_token_limit": "lots"}, {"daily_token_limit": ["Enter a whole number."]}),
        (
            "budget",
            {"daily_token_limit": "9" * 30},
            {"daily_token_limit": ["Ensure this value is less than or equal to 9000000000000000000."]},
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_changes_nothing(
    as_owner: Client, organization: Organization, address: str, part: str, form: dict[str, str], errors: dict[str, list[str]]
) -> None:
    before = Organization.objects.filter(pk=organization.pk).values().get()

    answer = as_owner.post(f"{address}/{part}", form)

    shown = answer.context[part]
    assert (answer.status_code, {name: list(found) for name, found in shown.errors.items()}) == (400, errors)
    assert Organization.objects.filter(pk=organization.pk).values().get() == before


def test_webhook_url_is_set_and_taken_away(as_owner: Client, organization: Organization, address: str) -> None:
    for url in ("https://shop.example/hook", ""):
        as_owner.post(f"{address}/webhook", {"url": url})

        organization.refresh_from_db()
        assert organization.default_webhook_url == url
    assert recorded() == ("organization.default_webhook_url_changed", {"before": "https://shop.example/hook", "after": ""})


def test_secret_is_shown_on_demand_and_recorded_without_it(as_owner: Client, organization: Organization, address: str) -> None:
    secret = current_secret(organization, database_now())

    assert secret not in page_of(as_owner, address)
    answer = as_owner.post(f"{address}/secret")

    assert secret in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert recorded() == ("signing_secret.revealed", {})


def test_rotation_shows_the_new_secret_and_says_how_long_the_old_one_signs(as_owner: Client, organization: Organization, address: str) -> None:
    old = current_secret(organization, database_now())

    answer = as_owner.post(f"{address}/secret/rotate")

    page, new = answer.content.decode(), current_secret(organization, database_now())
    assert new != old
    assert new in page
    assert old not in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Two secrets sign at present." in page
    left = SigningSecret.objects.get(expires_at__isnull=False).expires_at - database_now()
    assert timedelta(hours=23) < left <= timedelta(hours=24)
    assert recorded() == ("signing_secret.rotated", {})
    SigningSecret.objects.filter(expires_at__isnull=False).update(expires_at=database_now())
    assert "Two secrets sign at present." not in page_of(as_owner, address)


def test_budget_holds_on_the_next_submission(as_owner: Client, organization: Organization, address: str) -> None:
    make_engine(organization)
    _, text = make_key(organization)
    body = {"sourceLocale": "en", "targetLocales": ["de"], "data": {"a": "Hello"}}
    assert Api(text).post("/jobs/localization", body).status == 202

    as_owner.post(f"{address}/budget", {"credit_limit_usd": "0", "daily_token_limit": "1000000"})

    assert Api(text).post("/jobs/localization", body).status == 402
    assert recorded() == (
        "organization.budget_changed",
        {"before": {"credit_limit_usd": None, "daily_token_limit": None}, "after": {"credit_limit_usd": "0", "daily_token_limit": 1000000}},
    )
    as_owner.post(f"{address}/budget", {"credit_limit_usd": "", "daily_token_limit": ""})
    assert Api(text).post("/jobs/localization", body).status == 202


def test_page_shows_what_was_spent(as_owner: Client, organization: Organization, stranger: User, address: str) -> None:
    today = database_now().date()
    for day, cost in ((today, "1.25"), (today - timedelta(days=40), "2.5")):
        Spending.objects.create(organization=organization, day=day, input_tokens=1000, output_tokens=234, cost_usd=cost, unpriced_calls=1)
    Spending.objects.create(organization=stranger.memberships.get().organization, day=today, input_tokens=9, output_tokens=9, cost_usd="9")

    spent = as_owner.get(address).context["spent"]

    assert (spent.usd, spent.unpriced_calls, spent.tokens_today) == (Decimal("3.75"), 2, 1234)


def test_what_was_typed_is_inert(as_owner: Client, organization: Organization, address: str) -> None:
    as_owner.post(f"{address}/details", {"name": HOSTILE, "timezone": "UTC"})
    pages = [page_of(as_owner, address)]
    pages += [
        as_owner.post(f"{address}/{part}", form).content.decode()
        for part, form in (("details", {"timezone": HOSTILE}), ("webhook", {"url": HOSTILE}))
    ]

    assert HOSTILE not in "".join(pages)


def test_page_takes_few_queries(as_owner: Client, organization: Organization, address: str, django_assert_max_num_queries) -> None:
    current_secret(organization, database_now())

    with django_assert_max_num_queries(15):
        as_owner.get(address)
