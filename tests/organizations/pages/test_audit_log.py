"""The audit log's page: what its filters find, how acts read, and the file."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client

from organizations.audit import Author
from organizations.models import AuditEvent, Organization, User
from organizations.pages import audit_log
from organizations.permissions import MANAGE_REVIEWS, MANAGE_SETTINGS, MANAGE_TEAM, Grants
from organizations.services import change_role_permissions, rename_role, set_default_webhook_url
from tests.factories import AUTHOR, NOW, make_key, make_member, make_role
from tests.localization.pages.people import HOSTILE, browser, page_of
from tests.organizations.acting import by, make_holder


@pytest.fixture
def address(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/audit-log"


def acts(client: Client, address: str, **query: str) -> list[str]:
    return [row.event.action for row in client.get(address, query).context["rows"]]


def test_log_is_for_who_manages_the_team_or_the_settings(
    organization: Organization, owner: User, reviewer: User, stranger: User, address: str
) -> None:
    holders = [make_holder(organization, name, role=name) for name in (MANAGE_TEAM, MANAGE_SETTINGS, MANAGE_REVIEWS)]

    for page in (address, f"{address}.csv"):
        statuses = [browser(user).get(page).status_code for user in (owner, *holders, reviewer, stranger, None)]
        assert statuses == [200, 200, 200, 403, 403, 404, 302]
    links = [f'href="{address}"' in page_of(browser(user), f"/orgs/{organization.pk}/") for user in holders]
    assert links == [True, True, False]


def test_acts_of_this_organization_are_shown_newest_first(as_owner: Client, organization: Organization, stranger: User, address: str) -> None:
    make_key(organization)
    make_role(organization)
    make_key(stranger.memberships.get().organization, name="Foreign")

    assert acts(as_owner, address) == ["role.created", "key.created", "organization.created"]
    assert "Foreign" not in page_of(as_owner, address)


def test_filters_find_by_person_act_target_and_day(as_owner: Client, organization: Organization, owner: User, address: str) -> None:
    make_key(organization)
    role = make_role(organization, now=NOW + timedelta(days=2))
    rename_role(role=role, name="Other", author=by(owner, organization), now=NOW + timedelta(days=3))

    assert acts(as_owner, address, person="olive") == ["role.renamed"]
    assert acts(as_owner, address, person=owner.pk) == ["role.renamed"]
    assert acts(as_owner, address, action="key.created") == ["key.created"]
    assert acts(as_owner, address, target=role.pk.upper()) == ["role.renamed", "role.created"]
    assert acts(as_owner, address, target="apikey") == ["key.created"]
    assert acts(as_owner, address, since="2026-03-03") == ["role.renamed", "role.created"]
    assert acts(as_owner, address, until="2026-03-01") == ["key.created", "organization.created"]
    assert acts(as_owner, address, action="key.revoked") == []
    assert "Nothing fits" in page_of(as_owner, address, person="%_")


def test_days_begin_where_the_organization_is(as_owner: Client, organization: Organization, address: str) -> None:
    Organization.objects.filter(pk=organization.pk).update(timezone="Pacific/Auckland")  # 13 hours ahead

    assert acts(as_owner, address, since="2026-03-02") == ["organization.created"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [({"since": "yesterday"}, "From: Enter a valid date."), ({"action": "drop table"}, "is not one of the available choices")],
)
def test_filter_that_means_nothing_is_named_and_filters_nothing(
    as_owner: Client, organization: Organization, address: str, query: dict[str, str], sentence: str
) -> None:
    assert sentence in page_of(as_owner, address, **query)
    assert acts(as_owner, address, **query) == ["organization.created"]


def test_pages_meet_while_rows_are_added(as_owner: Client, organization: Organization, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "PAGE_SIZE", 2)
    for number in range(4):
        make_role(organization, name=f"Role {number}")

    first = as_owner.get(address)
    make_role(organization, name="Later")
    second = as_owner.get(address, {"before": first.context["page"].older})
    names = [[row.facts[0][1] for row in answer.context["rows"]] for answer in (first, second)]

    assert names == [["Role 3", "Role 2"], ["Role 1", "Role 0"]]
    for place in ("x", "9" * 40, "-1", "²"):
        assert len(acts(as_owner, address, before=place)) == 2


def test_details_read_as_before_and_after(as_owner: Client, organization: Organization, address: str) -> None:
    set_default_webhook_url(organization=organization, url="https://shop.example/hook", author=AUTHOR, now=NOW)
    role = make_role(organization, name="Editor", grants=Grants(everywhere=frozenset({MANAGE_TEAM})))
    change_role_permissions(role=role, grants=Grants(everywhere=frozenset({MANAGE_TEAM, MANAGE_SETTINGS})), author=AUTHOR, now=NOW)
    make_member(organization, role)

    member, changed, made, webhook, _ = as_owner.get(address).context["rows"]

    assert (member.action, member.target_type, member.facts) == ("Member: added", "person", [("role", "Editor")])
    assert [(one.name, one.before, one.after) for one in changed.changes] == [("everywhere", MANAGE_TEAM, f"{MANAGE_SETTINGS}, {MANAGE_TEAM}")]
    assert changed.target_name == "Editor"
    assert made.facts == [("name", "Editor"), ("everywhere", MANAGE_TEAM)]
    assert [(one.name, one.before, one.after) for one in webhook.changes] == [("", "–", "https://shop.example/hook")]


def test_file_has_the_same_rows_and_no_formula(as_owner: Client, organization: Organization, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "EXPORTED_AT_ONCE", 2)
    evil = Author(id="usr_1", label='=HYPERLINK("http://evil.example")', user_agent="@SUM(A1)")
    for number in range(3):
        make_role(organization, name=f"Role {number}")
    set_default_webhook_url(organization=organization, url="", author=evil, now=NOW)

    answer = as_owner.get(f"{address}.csv")
    filtered = as_owner.get(f"{address}.csv", {"action": "role.created", "before": "1"})

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-log-2')
    assert [row["action"] for row in rows] == [
        "organization.default_webhook_url_changed",
        "role.created",
        "role.created",
        "role.created",
        "organization.created",
    ]
    assert (rows[0]["actor"], rows[0]["user_agent"]) == ('\'=HYPERLINK("http://evil.example")', "'@SUM(A1)")
    assert (rows[0]["time"], rows[0]["target_id"]) == ("2026-03-01T12:00:00+00:00", organization.pk)
    assert len(list(csv.DictReader(io.StringIO(filtered.getvalue().decode())))) == 3


def test_what_was_recorded_is_inert(as_owner: Client, organization: Organization, address: str) -> None:
    evil = Author(id="usr_1", label=HOSTILE, user_agent=HOSTILE)
    set_default_webhook_url(organization=organization, url=HOSTILE, author=evil, now=NOW)
    make_role(organization, name=HOSTILE)

    page = page_of(as_owner, address)

    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") > 4


def test_fifty_rows_take_few_queries(as_owner: Client, organization: Organization, owner: User, address: str, django_assert_max_num_queries) -> None:
    for number in range(20):
        make_member(organization, make_role(organization, name=f"Role {number}"))
        make_key(organization)
    assert AuditEvent.objects.count() > 50

    with django_assert_max_num_queries(15):
        assert len(acts(as_owner, address)) == 50
