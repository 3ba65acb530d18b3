"""Statistics of reviews: what counts where, weeks in the organization's zone, charts with their numbers, and the file."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.test import Client

from foundation.clock import database_now
from organizations.access import Actor
from organizations.models import Organization
from reviews.deciding import approve_review, edit_review
from reviews.models import Decision, ReviewItem
from reviews.pages.figures import Person, Tally, count_figures
from reviews.timeouts import end_due, return_expired
from reviews.transitions import LEASE
from tests.factories import make_organization
from tests.reviews.pages.people import HOSTILE, managed_of, page_of
from tests.reviews.work import HOUR, MINUTE, claimed, edited, fresh, make_review, make_reviews

WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)
THIS_WEEK, LAST_WEEK = date(2026, 3, 2), date(2026, 2, 23)
WORDS = 4  # of each review here


@pytest.fixture
def address(organization: Organization) -> str:
    return f"{managed_of(organization)}/statistics"


def approve(actor: Actor, item: ReviewItem, *, at: datetime, after: timedelta) -> None:
    held = claimed(actor, item, now=at)
    approve_review(actor=actor, item=fresh(item), fence=held.fence, now=at + after)


def edit(actor: Actor, item: ReviewItem, *, at: datetime, after: timedelta, body: str) -> None:
    held = claimed(actor, item, now=at)
    edit_review(actor=actor, item=fresh(item), fence=held.fence, data=edited(body=body), now=at + after)


def numbers(tally: Tally) -> tuple[object, ...]:
    distance = tally.edit_distance
    return (
        tally.items,
        tally.words,
        tally.share_as_is,
        tally.seconds_per_word,
        None if distance is None else round(distance, 3),
        tally.expired,
        tally.timed_out,
    )


@pytest.fixture
def work(organization: Organization, rita: Actor, rolf: Actor) -> None:
    """This week Rita approves (10 s a word) and edits (30 s, 5 of 12 characters), and lets a claim run out; last week Rolf edits (20 s, 12 of 12)."""
    de, fr, it = make_reviews(organization, "de", "fr", "it", now=WEDNESDAY - HOUR, wait=2 * HOUR)
    approve(rita, de, at=WEDNESDAY, after=timedelta(seconds=40))
    edit(rita, fr, at=WEDNESDAY, after=timedelta(seconds=120), body="Guten Tag")
    claimed(rita, it, now=WEDNESDAY - HOUR)
    return_expired(now=WEDNESDAY)
    end_due(now=WEDNESDAY + HOUR)
    earlier = WEDNESDAY - timedelta(days=7)
    edit(rolf, make_review(organization, now=earlier), at=earlier, after=timedelta(seconds=80), body="############")


def test_each_thing_is_counted_by_person_and_week(organization: Organization, rita: Actor, rolf: Actor, work: None) -> None:
    figures = count_figures(organization, weeks=4, now=WEDNESDAY + 2 * HOUR)

    assert list(figures.weeks) == [date(2026, 2, 9), date(2026, 2, 16), LAST_WEEK, THIS_WEEK]
    of_rita, of_rolf = Person(rita.user.pk, "Rita Reviewer"), Person(rolf.user.pk, "Rolf Rival")
    assert {person: numbers(tally) for person, tally in figures.by_person.items()} == {
        of_rita: (2, 2 * WORDS, 0.5, 20.0, 0.417, 1, 0),
        of_rolf: (1, WORDS, 0.0, 20.0, 1.0, 0, 0),
    }
    assert numbers(figures.total) == (3, 3 * WORDS, 1 / 3, 20.0, 0.708, 1, 1)
    assert numbers(figures.by_week[THIS_WEEK]) == (2, 2 * WORDS, 0.5, 20.0, 0.417, 1, 1)
    assert numbers(figures.by_week[date(2026, 2, 9)]) == (0, 0, None, None, None, 0, 0)
    assert set(figures.by_both) == {(of_rita, THIS_WEEK), (of_rolf, LAST_WEEK)}


def test_period_begins_on_a_monday_where_the_organization_is(organization: Organization, rita: Actor) -> None:
    item = make_review(organization, now=datetime(2026, 3, 1, 10, tzinfo=UTC))
    approve(rita, item, at=datetime(2026, 3, 1, 11, 30, tzinfo=UTC), after=MINUTE)  # Sunday; already Monday in Auckland

    assert count_figures(organization, weeks=4, now=WEDNESDAY).by_week[LAST_WEEK].items == 1
    organization.timezone = "Pacific/Auckland"
    assert count_figures(organization, weeks=4, now=WEDNESDAY).by_week[THIS_WEEK].items == 1
    assert count_figures(organization, weeks=4, now=WEDNESDAY + timedelta(weeks=4)).total.items == 0


def test_reviews_of_others_and_people_who_are_gone(organization: Organization, rita: Actor, work: None) -> None:
    assert count_figures(make_organization(), weeks=26, now=WEDNESDAY).total.items == 0

    Decision.objects.update(reviewer=None)

    figures = count_figures(organization, weeks=4, now=WEDNESDAY + 2 * HOUR)
    assert figures.by_person[Person("", "Rita Reviewer")].items == 2


def test_decisions_from_before_distances_were_measured_count_without(organization: Organization, rita: Actor, work: None) -> None:
    Decision.objects.update(edit_distance=None)

    assert numbers(count_figures(organization, weeks=4, now=WEDNESDAY + 2 * HOUR).total) == (3, 3 * WORDS, 1 / 3, 20.0, None, 1, 1)


@pytest.fixture
def lately(organization: Organization, rita: Actor) -> None:
    """Two decisions now, for pages that ask by the real clock, and a wait that nobody ended."""
    now = database_now()
    rita.user.name = HOSTILE
    rita.user.save(update_fields=["name"])
    de, fr, _ = make_reviews(organization, "de", "fr", "it", now=now - 2 * HOUR, wait=2 * HOUR)
    approve(rita, de, at=now - HOUR, after=MINUTE)
    held = claimed(rita, fr, now=now - HOUR)
    rita.user.name = "=1+1"
    edit_review(actor=rita, item=fresh(fr), fence=held.fence, data=edited(body="Guten Tag"), now=now - HOUR + LEASE / 2)
    end_due(now=now)


def test_page_shows_figures_charts_and_their_numbers(as_manager: Client, lately: None, address: str) -> None:
    page = page_of(as_manager, address)

    for words in ("Reviews per week", "Words reviewed per week", "approved as they were", "Mean edit distance by week", "<table"):
        assert words in page
    assert "=1+1" in page
    assert HOSTILE not in page
    assert as_manager.get(address, {"weeks": "26"}).context["weeks"] == 26
    assert len(as_manager.get(address, {"weeks": "26"}).context["columns"]) == 26
    assert as_manager.get(address, {"weeks": "1000"}).context["weeks"] == 12


def test_file_has_a_row_for_each_person_and_week_and_no_formula(as_manager: Client, lately: None, rita: Actor, address: str) -> None:
    answer = as_manager.get(f"{address}.csv", {"weeks": "4"})

    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))
    of_people = [row for row in rows if row["person"]]
    assert sum(int(row["items"]) for row in of_people) == 2
    assert sum(int(row["waits_timed_out"] or 0) for row in rows) == 1
    assert {row["person"] for row in of_people} == {"'=1+1"}
    assert of_people[-1]["person_id"] == rita.user.pk


def test_statistics_take_few_queries(as_manager: Client, lately: None, address: str, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(15):
        as_manager.get(address)


def test_empty_statistics_say_what_will_appear(as_manager: Client, address: str) -> None:
    assert "Nothing was reviewed in these 4 weeks" in page_of(as_manager, address, weeks="4")
