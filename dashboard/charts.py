"""The charts of the reports: figures of each day, drawn by `organizations.charts`. A day without jobs counts zero; it has no percentile, no share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from localization.figures import Figures
from organizations.charts import Chart, Number, Series, span, stack
from organizations.templatetags.components import percent, rough_usd


@dataclass(frozen=True, slots=True)
class Section:
    """A chart under its title; `unit` says what is counted, in what."""

    title: str
    unit: str
    chart: Chart


def draw_charts(days: Mapping[date, Figures]) -> Sequence[Section]:
    """Of whole jobs; `days` in their order, without a gap."""
    return [_jobs(days), _words(days), _tokens(days), _cost(days), _waiting(days), _processing(days), _terms(days)]


def _jobs(days: Mapping[date, Figures]) -> Section:
    series = [
        _series("completed", days, lambda day: day.completed, "completed"),
        _series("with warnings", days, lambda day: day.completed_with_warnings, "warnings"),
        _series("failed", days, lambda day: day.failed, "failed"),
    ]
    return Section("Throughput", "jobs that ended", stack("Jobs that ended on each day", _names(days), series))


def _words(days: Mapping[date, Figures]) -> Section:
    series = [_series("Words", days, lambda day: day.words)]
    return Section(
        "Words", "of the source, in jobs that completed", stack("Source words of the jobs that completed on each day", _names(days), series)
    )


def _tokens(days: Mapping[date, Figures]) -> Section:
    series = [_series("input", days, lambda day: day.input_tokens), _series("output", days, lambda day: day.output_tokens, "soft")]
    return Section("Tokens", "of all model calls", stack("Tokens of model calls on each day", _names(days), series))


def _cost(days: Mapping[date, Figures]) -> Section:
    series = [_series("US dollars", days, lambda day: day.cost_usd)]
    return Section(
        "Cost",
        "US dollars, of the calls whose price is known",
        stack("Cost of models on each day", _names(days), series, say=rough_usd, mark=rough_usd),
    )


def _waiting(days: Mapping[date, Figures]) -> Section:
    chart = _durations("How long jobs waited to start, on each day", days, Figures.waited)
    return Section("Waiting time", "from submission to the start, of the jobs that ended", chart)


def _processing(days: Mapping[date, Figures]) -> Section:
    chart = _durations("How long jobs took from start to end, on each day", days, Figures.took)
    return Section("Processing time", "from start to end, waits for people included", chart)


def _terms(days: Mapping[date, Figures]) -> Section:
    series = [_series("Terms kept", days, lambda day: day.terms_kept)]
    chart = stack("Share of glossary terms that translations have, on each day", _names(days), series, say=percent, mark=percent, top=1)
    return Section("Glossary", "terms that the results have, of those in the source", chart)


def _durations(label: str, days: Mapping[date, Figures], read: Callable[[Figures, float], float | None]) -> Chart:
    half, most = _series("p50", days, lambda day: read(day, 0.5)), _series("p95", days, lambda day: read(day, 0.95), "soft")
    return span(label, _names(days), half, most)


def _series(label: str, days: Mapping[date, Figures], read: Callable[[Figures], Number], look: str = "data") -> Series:
    return Series(label, [read(figures) for figures in days.values()], look)


def _names(days: Mapping[date, Figures]) -> Sequence[str]:
    return [f"{day:%-d %b}" for day in days]
