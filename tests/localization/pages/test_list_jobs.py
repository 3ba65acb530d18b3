"""The list of jobs: what it shows, its filters in the address, its pages."""

from datetime import timedelta

import pytest
from django.test import Client

from engines.models import Engine
from localization.models import Job
from localization.pages import jobs as jobs_page
from organizations.models import Organization
from tests.factories import NOW, make_engine
from tests.localization.pages.people import HOSTILE, page_of
from tests.localization.steps import completed, failed, jobs_of, make_group, settle, start


def shown(client: Client, address: str, **query: str) -> list[str]:
    """The target locales of the jobs on the page, in order."""
    return [row.job.target_locale for band in client.get(address, query).context["bands"] for row in band.rows]


def test_empty_list_says_how_to_make_the_first_job(as_owner: Client, jobs_address: str) -> None:
    page = page_of(as_owner, jobs_address)

    assert "No jobs yet" in page
    assert "/jobs/localization -H" in page
    assert f'href="{jobs_address}/new"' in page


def test_jobs_are_shown_newest_group_first_and_in_the_order_of_submission(as_owner: Client, jobs_address: str, organization: Organization) -> None:
    make_group(organization, "de", "fr")
    make_group(organization, "es")

    assert shown(as_owner, jobs_address) == ["es", "de", "fr"]


def test_counts_are_of_each_status_under_the_other_filters(as_owner: Client, jobs_address: str, organization: Organization) -> None:
    make_group(organization, "de", "fr", "es")
    german, french, _ = start()
    settle(completed(german), failed(french))
    make_group(organization, "de")

    answer = as_owner.get(jobs_address, {"locale": "DE", "status": "completed"})

    assert {one.status: one.count for one in answer.context["counts"]} == {
        "": "2",
        "queued": "1",
        "processing": "0",
        "completed": "1",
        "completed_with_warnings": "0",
        "failed": "0",
    }
    assert shown(as_owner, jobs_address, locale="DE", status="completed") == ["de"]


def test_engine_and_days_filter(as_owner: Client, jobs_address: str, organization: Organization, engine: Engine) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    make_group(organization, "de", engine=engine)
    make_group(organization, "fr", engine=other, now=NOW + timedelta(days=2))

    assert shown(as_owner, jobs_address, engine=other.pk) == ["fr"]
    assert shown(as_owner, jobs_address, until="2026-03-01") == ["de"]
    assert shown(as_owner, jobs_address, since="2026-03-02") == ["fr"]
    assert shown(as_owner, jobs_address, since="2026-03-04") == []


def test_days_begin_where_the_organization_is(as_owner: Client, jobs_address: str, organization: Organization) -> None:
    organization.timezone = "Pacific/Auckland"  # 13 hours ahead
    organization.save(update_fields=["timezone"])
    make_group(organization, "de", now=NOW)

    assert shown(as_owner, jobs_address, since="2026-03-02") == ["de"]


def test_search_finds_a_group_or_a_job_by_the_beginning_of_its_id(as_owner: Client, jobs_address: str, organization: Organization) -> None:
    group = make_group(organization, "de", "fr")
    make_group(organization, "es")
    job = jobs_of(group)[1]

    assert shown(as_owner, jobs_address, q=group.id) == ["de", "fr"]
    assert shown(as_owner, jobs_address, q=job.id.upper()) == ["fr"]
    assert shown(as_owner, jobs_address, q=job.id.removeprefix("ljb_")) == ["fr"]
    assert shown(as_owner, jobs_address, q="100%_") == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"locale": "english"}, "Unknown language subtag"),
        ({"since": "yesterday"}, "Enter a valid date."),
        ({"since": "0001-01-01"}, "greater than or equal to 2000-01-01"),
        ({"until": "9999-12-31"}, "less than or equal to 2999-12-31"),
        ({"status": "done"}, "is not one of the available choices"),
        ({"engine": "eng_0000000000000000000"}, "is not one of the available choices"),
    ],
)
def test_filter_that_means_nothing_is_named_and_filters_nothing(
    as_owner: Client, jobs_address: str, organization: Organization, query: dict[str, str], sentence: str
) -> None:
    make_group(organization, "de")

    assert sentence in page_of(as_owner, jobs_address, **query)
    assert shown(as_owner, jobs_address, **query) == ["de"]


def test_pages_meet_without_gap_or_repeat_while_jobs_are_added(
    as_owner: Client, jobs_address: str, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_page, "PAGE_SIZE", 3)
    for locale in ("de", "fr", "es", "it", "pl"):
        make_group(organization, locale)

    first = as_owner.get(jobs_address)
    make_group(organization, "nl")
    second = as_owner.get(jobs_address, {"before": first.context["page"].older})
    back = as_owner.get(jobs_address, {"after": second.context["page"].newer})

    assert [band.rows[0].job.target_locale for band in first.context["bands"]] == ["pl", "it", "es"]
    assert [band.rows[0].job.target_locale for band in second.context["bands"]] == ["fr", "de"]
    assert second.context["page"].older is None
    assert [band.rows[0].job.target_locale for band in back.context["bands"]] == ["pl", "it", "es"]
    assert back.context["page"].newer is not None


@pytest.mark.parametrize("name", ["before", "after"])
def test_place_that_is_none_is_the_beginning(as_owner: Client, jobs_address: str, organization: Organization, name: str) -> None:
    make_group(organization, "de")

    assert shown(as_owner, jobs_address, **{name: "'; DROP TABLE"}) == ["de"]


def test_place_beyond_the_last_job_does_not_say_that_there_are_none(as_owner: Client, jobs_address: str, organization: Organization) -> None:
    group = make_group(organization, "de")

    page = page_of(as_owner, jobs_address, before=jobs_of(group)[0].id)

    assert "No jobs yet" not in page
    assert "Show all jobs" in page


def test_errors_and_names_are_inert(as_owner: Client, jobs_address: str, organization: Organization) -> None:
    make_group(organization, "de", engine=make_engine(organization, name=HOSTILE))
    settle(failed(start()[0], HOSTILE))

    page = page_of(as_owner, jobs_address, q=HOSTILE)
    listed = page_of(as_owner, jobs_address)

    assert HOSTILE not in page + listed
    assert listed.count("&lt;script&gt;") >= 2


def test_fifty_jobs_take_few_queries(as_owner: Client, jobs_address: str, organization: Organization, django_assert_max_num_queries) -> None:
    for _ in range(10):
        make_group(organization, "de", "fr", "es", "it", "pl", "nl")
    assert Job.objects.count() == 60

    with django_assert_max_num_queries(15):
        assert len(shown(as_owner, jobs_address)) == 50
