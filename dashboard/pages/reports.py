"""`/orgs/<id>/reports`: what was done, how fast, how well and for how much, in the last days; and the same as a file. Days are UTC days.

For whoever may use an engine, of these engines; whoever runs the organization sees all. Only daily figures are read here, never jobs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dashboard.charts import draw_charts
from dashboard.pages.report_tables import list_costs, list_locales, list_stages, name_engine
from engines.access import reaches_an_engine
from engines.models import Engine
from foundation.csv_export import Cell, answer_csv
from localization.figures import NONE, Figures, Scope, engines_of, last_days, read_days, read_locales, read_rows, read_stages
from localization.managers import sees_all_figures
from localization.pages.forms import LocaleInput
from organizations.forms import PageForm
from organizations.pages.base import OrganizationPage
from organizations.permissions import ACCESS_ENGINES, require

PERIODS = (7, 30, 90)  # days
USUAL = 30
HEADER = (
    *("day", "engine_id", "engine", "locale", "stage", "completed", "completed_with_warnings", "failed", "skipped", "words", "input_tokens"),
    *("output_tokens", "cost_usd", "steps_without_price", "glossary_terms", "glossary_terms_missed"),
    *("waiting_p50_seconds", "waiting_p95_seconds", "processing_p50_seconds", "processing_p95_seconds"),
)


class ReportFilter(PageForm):
    """What the address asks for. A value that means nothing is said to be wrong and filters nothing."""

    period = forms.ChoiceField(required=False, choices=[(str(days), f"{days} days") for days in PERIODS], widget=forms.HiddenInput)
    engine = forms.ChoiceField(label="Engine", required=False)
    locale = LocaleInput(label="Locale", required=False, max_length=35, widget=forms.TextInput({"placeholder": "All", "size": 8, "list": "locales"}))

    def __init__(self, data: Any, *, engines: Sequence[Engine]) -> None:
        super().__init__(data)
        self.fields["engine"].choices = [("", "All"), *((engine.pk, engine.name) for engine in engines)]  # type: ignore[attr-defined]  # a ChoiceField
        self.is_valid()

    @property
    def days(self) -> int:
        return int(self.cleaned_data.get("period") or USUAL)

    @property
    def engine_id(self) -> str:
        return str(self.cleaned_data.get("engine") or "")

    @property
    def tag(self) -> str:
        return str(self.cleaned_data.get("locale") or "")

    @property
    def is_narrowing(self) -> bool:
        return bool(self.engine_id or self.tag)


@dataclass(frozen=True, slots=True)
class Period:
    days: int
    is_shown: bool


class ReportPage(OrganizationPage):
    """Whoever may see figures at all."""

    title = "Reports"

    def check(self) -> None:
        if not sees_all_figures(self.actor) and not reaches_an_engine(self.actor):
            require(self.actor, ACCESS_ENGINES)

    def read_filter(self) -> tuple[ReportFilter, Scope, Mapping[str, str]]:
        """What is asked for, and the names of the engines by their ids."""
        engines = engines_of(self.actor)
        form = ReportFilter(self.request.GET, engines=engines)
        first, last = last_days(form.days, now=self.now)
        return form, Scope(self.actor, first, last, form.engine_id, form.tag), {engine.pk: engine.name for engine in engines}


class ReportsPage(ReportPage):
    template_name = "dashboard/reports.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form, scope, engines = self.read_filter()
        days, locales = read_days(scope), read_locales(scope)
        total = sum(days.values(), NONE)
        return {
            **super().get_context_data(**kwargs),
            "form": form,
            "periods": [Period(count, count == form.days) for count in PERIODS],
            "first": scope.first,
            "last": scope.last,
            "is_empty": not (total.ended or total.tokens or total.unpriced),
            "total": total,
            "took": (total.took(0.5), total.took(0.95)),
            "charts": draw_charts(days),
            "stages": list_stages(read_stages(scope)),
            "locales": list_locales(locales),
            "costs": list_costs(locales, engines),
            "tags": sorted({locale for _, locale in locales}),
        }


class ReportsFile(ReportPage):
    """A row for each day, engine, locale and stage; the stage `job` is the whole job."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a stream, no page
        _, scope, engines = self.read_filter()
        return answer_csv(f"reports-{scope.first}-{scope.last}.csv", HEADER, _write_rows(scope, engines))


def _write_rows(scope: Scope, engines: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    for row in read_rows(scope):
        names = (str(row.day), row.engine_id, name_engine(row.engine_id, engines), row.locale, row.stage or "job")
        yield (*names, *_cells(row.figures))


def _cells(figures: Figures) -> tuple[Cell, ...]:
    counts = (figures.completed, figures.completed_with_warnings, figures.failed, figures.skipped, figures.words)
    used = (figures.input_tokens, figures.output_tokens, str(figures.cost_usd), figures.unpriced, figures.terms, figures.terms_missed)
    times = (figures.waited(0.5), figures.waited(0.95), figures.took(0.5), figures.took(0.95))
    return (*counts, *used, *(None if seconds is None else round(seconds, 2) for seconds in times))
