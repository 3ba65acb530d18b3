"""The reports: who sees what of them, the period and the filters of the address, the file, and how little the database is asked."""

import csv
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from engines.errors import Usage
from engines.models import Engine
from engines.term_count import TermCount
from localization.rollup import roll_up
from organizations.models import Organization, User
from organizations.permissions import MANAGE_REVIEWS, MANAGE_SETTINGS, Grants
from tests.factories import make_engine, make_member, make_role
from tests.localization.pages.people import HOSTILE, browser, make_editor, page_of
from tests.localization.steps import completed, failed, make_group, settle, start

USED = Usage("openai:small", 1000, 500, 1, Decimal("0.25"), Decimal("0.25"))


@pytest.fixture(autouse=True)
def no_static_files(settings: Settings) -> None:
    """Each test client would look for all static files, which takes longer than most tests here."""
    settings.WHITENOISE_USE_FINDERS = False


@pytest.fixture
def address(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/reports"


@pytest.fixture
def as_owner(owner: User) -> Client:
    return browser(owner)


def run_jobs(organization: Organization, *locales: str, engine: Engine | None = None, days_ago: int = 0) -> None:
    """Jobs of 60 words that ended so many days ago; the last of them failed."""
    begin = timezone.now() - timedelta(days=days_ago, minutes=5)
    make_group(organization, *locales, engine=engine, now=begin)
    steps = start(begin + timedelta(seconds=2))
    done = [completed(step, usage=USED, words=60, terms=TermCount(4, 1)) for step in steps[:-1]]
    settle(*done, failed(steps[-1], usage=USED), now=begin + timedelta(seconds=22))
    roll_up(now=timezone.now() + timedelta(minutes=2))


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))


def test_page_tells_what_was_done(as_owner: Client, address: str, organization: Organization) -> None:
    run_jobs(organization, "de", "fr", "pt-BR", days_ago=3)

    answer = as_owner.get(address)
    page = answer.content.decode()

    assert answer.context["total"].ended == 3
    assert [section.title for section in answer.context["charts"]] == [
        *("Throughput", "Words", "Tokens", "Cost", "Waiting time", "Processing time", "Glossary")
    ]
    assert "UTC days" in page
    assert "Portuguese (Brazil)" in page
    assert "$0.75" in page
    assert "66.7%" in page


def test_every_day_of_the_period_is_there(as_owner: Client, address: str, organization: Organization) -> None:
    run_jobs(organization, "de", "fr", days_ago=10)

    shown = {days: as_owner.get(address, {"period": days}).context for days in ("7", "30", "90")}

    assert {days: len(context["charts"][0].chart.rows) for days, context in shown.items()} == {"7": 7, "30": 30, "90": 90}
    assert {days: context["total"].ended for days, context in shown.items()} == {"7": 0, "30": 2, "90": 2}
    assert [values for _, values in shown["30"]["charts"][0].chart.rows].count(["0", "0", "0"]) == 29


def test_engine_and_locale_narrow_the_page(as_owner: Client, address: str, organization: Organization) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    run_jobs(organization, "de", "fr", "es", engine=make_engine(organization))
    run_jobs(organization, "de", "fr", engine=other)

    assert as_owner.get(address, {"engine": other.pk}).context["total"].ended == 2
    narrowed = as_owner.get(address, {"engine": other.pk, "locale": "DE"}).context
    assert (narrowed["total"].ended, [row.locale for row in narrowed["costs"].rows]) == (1, ["de"])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"period": "8"}, "is not one of the available choices"),
        ({"locale": "english"}, "Unknown language subtag"),
        ({"engine": "eng_0000000000000000000"}, "is not one of the available choices"),
    ],
)
def test_filter_that_means_nothing_is_named_and_filters_nothing(
    as_owner: Client, address: str, organization: Organization, query: dict[str, str], sentence: str
) -> None:
    run_jobs(organization, "de", "fr")

    assert sentence in page_of(as_owner, address, **query)
    assert as_owner.get(address, query).context["total"].ended == 2


def test_empty_page_says_when_figures_appear(as_owner: Client, address: str, organization: Organization) -> None:
    assert "about a minute after the first stage of a job has ended" in page_of(as_owner, address)
    assert "Show all engines and locales" in page_of(as_owner, address, locale="de")


def test_members_see_the_engines_that_they_may_use(address: str, organization: Organization, reviewer: User, stranger: User) -> None:
    mine, other = make_engine(organization, name="Mine"), make_engine(organization, name="Other", is_default=False)
    run_jobs(organization, "de", "fr", "es", engine=mine)
    run_jobs(organization, "de", "fr", engine=other)
    editor = make_editor(organization, mine)
    admin = make_member(organization, make_role(organization, name="Admin", grants=Grants(everywhere=frozenset({MANAGE_SETTINGS})))).user
    manager = make_member(organization, make_role(organization, name="Reviews", grants=Grants(everywhere=frozenset({MANAGE_REVIEWS})))).user

    assert {user: browser(user).get(address).context["total"].ended for user in (editor, admin)} == {editor: 3, admin: 5}
    assert "Other" not in page_of(browser(editor), address)
    for path in (address, f"{address}.csv"):
        assert [browser(user).get(path).status_code for user in (manager, reviewer, stranger, None)] == [403, 403, 404, 302]
    assert {row["engine"] for row in rows_of(browser(editor).get(f"{address}.csv"))} == {"Mine"}
    assert "Other" in page_of(browser(admin), address)


def test_file_has_a_row_for_each_day_engine_locale_and_stage(as_owner: Client, address: str, organization: Organization) -> None:
    engine = make_engine(organization, name="=cmd()")
    run_jobs(organization, "de", "fr", engine=engine)

    answer = as_owner.get(f"{address}.csv", {"period": "7"})
    rows = rows_of(answer)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [(row["locale"], row["stage"], row["completed"], row["failed"], row["words"]) for row in rows] == [
        ("de", "job", "1", "0", "60"),
        ("de", "localize", "1", "0", "60"),
        ("fr", "job", "0", "1", "0"),
        ("fr", "localize", "0", "1", "0"),
    ]
    assert (rows[0]["engine"], rows[0]["cost_usd"], rows[0]["glossary_terms"]) == ("'=cmd()", "0.250000", "4")
    assert 1.7 < float(rows[0]["waiting_p50_seconds"]) < 3.3


def test_names_are_inert_and_a_deleted_engine_is_called_so(as_owner: Client, address: str, organization: Organization) -> None:
    gone = make_engine(organization, name="Gone", is_default=False)
    run_jobs(organization, "de", "fr", engine=gone)
    run_jobs(organization, "de", "fr", engine=make_engine(organization, name=HOSTILE))
    deleted = gone.pk
    gone.delete()

    page = page_of(as_owner, address)

    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert f"Deleted engine {deleted}" in page


def test_page_takes_few_queries(as_owner: Client, address: str, organization: Organization, django_assert_max_num_queries) -> None:
    for number in range(3):
        run_jobs(organization, "de", "fr", "es", "it", engine=make_engine(organization, name=f"Engine {number}", is_default=not number))

    with django_assert_max_num_queries(15):
        page_of(as_owner, address, period="90")
