"""`/orgs/<id>/reviews/statistics`: how much is reviewed, by whom, how fast, how far from the AI version; for managers. And the same as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from foundation.csv_export import Cell, answer_csv
from organizations.charts import Chart, Series, stack
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_REVIEWS
from reviews.pages.figures import Figures, Person, Tally, count_figures

PERIODS = (4, 12, 26)  # weeks
USUAL = 12
HEADER = [
    *("week", "person_id", "person", "items", "words", "approved_as_is", "median_seconds_per_word", "mean_edit_distance"),
    *("expired_claims", "waits_timed_out"),
]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`share` is of all words reviewed; `weeks` has a tally for each, None where nothing happened."""

    person: Person
    tally: Tally
    share: float
    weeks: Sequence[Tally | None]


class StatisticsPage(OrganizationPage):
    """The figures of the last weeks."""

    template_name = "reviews/statistics.html"
    title = "Review statistics"
    permission = MANAGE_REVIEWS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        weeks = read_period(self.request)
        figures = count_figures(self.actor.organization, weeks=weeks, now=self.now)
        return {
            **super().get_context_data(**kwargs),
            "weeks": weeks,
            "periods": PERIODS,
            "total": figures.total,
            "charts": draw_charts(figures),
            "columns": [name_week(week) for week in figures.weeks],
            "people": _people(figures),
            "is_empty": not (figures.total.items or figures.total.expired or figures.total.timed_out),
        }


class StatisticsFile(OrganizationPage):
    """A row for each person and week, and one without a person for the waits that nobody ended."""

    http_method_names = ["get"]
    permission = MANAGE_REVIEWS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a stream is no HttpResponse
        figures = count_figures(self.actor.organization, weeks=read_period(request), now=self.now)
        return answer_csv(f"review-statistics-{self.now:%Y-%m-%d}.csv", HEADER, _file_rows(figures))


def read_period(request: HttpRequest) -> int:
    """How many weeks are asked for."""
    return next((weeks for weeks in PERIODS if request.GET.get("weeks") == str(weeks)), USUAL)


def draw_charts(figures: Figures) -> list[tuple[str, Chart]]:
    """Each with its title; a column for each week."""
    tallies = [figures.by_week[week] for week in figures.weeks]
    names = [name_week(week) for week in figures.weeks]
    reviews = [
        Series("approved as they were", [tally.as_is for tally in tallies], "completed"),
        Series("edited", [tally.edited for tally in tallies]),
        Series("timed out", [tally.timed_out for tally in tallies], "warnings"),
    ]
    words = [Series("words", [tally.words for tally in tallies])]
    pace = [Series("seconds per word", [tally.seconds_per_word for tally in tallies])]
    distance = [Series("edit distance", [tally.edit_distance for tally in tallies])]
    return [
        ("Reviews", stack("Reviews per week", names, reviews, of="Week of")),
        ("Words reviewed", stack("Words reviewed per week", names, words, of="Week of")),
        ("Seconds per word, median", stack("Median seconds per word, by week", names, pace, of="Week of", say=_say_seconds)),
        (
            "Edit distance, mean",
            stack("Mean edit distance by week", names, distance, of="Week of", say=_say_share, mark=_say_share),
        ),
    ]


def name_week(week: date) -> str:
    return f"{week:%-d %b}"


def _people(figures: Figures) -> list[PersonRow]:
    """Who reviewed most comes first."""
    words = max(figures.total.words, 1)
    rows = [
        PersonRow(person, tally, tally.words / words, [figures.by_both.get((person, week)) for week in figures.weeks])
        for person, tally in figures.by_person.items()
    ]
    return sorted(rows, key=lambda row: (-row.tally.words, row.person.name.casefold()))


def _file_rows(figures: Figures) -> Iterator[list[Cell]]:
    for week in figures.weeks:
        found = {person: tally for (person, when), tally in figures.by_both.items() if when == week}
        for person, tally in sorted(found.items(), key=lambda pair: pair[0].name.casefold()):
            yield [*_file_row(week, person, tally), None]
        if timed_out := figures.by_week[week].timed_out:
            yield [*_file_row(week, Person("", ""), Tally()), timed_out]


def _file_row(week: date, person: Person, tally: Tally) -> list[Cell]:
    pace, distance = tally.seconds_per_word, tally.edit_distance
    return [
        week.isoformat(),
        person.id,
        person.name,
        tally.items,
        tally.words,
        tally.as_is,
        None if pace is None else round(pace, 2),
        None if distance is None else round(distance, 4),
        tally.expired,
    ]


def _say_seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"


def _say_share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.3g}%"
