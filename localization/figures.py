"""What reports read of the daily figures. `localization.rollup` makes the rows; no reader here looks at a job or a step.

A row of all locales stands beside those of each locale, so that a chart over 90 days reads a row for each day, engine and stage, not a hundred.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Subquery, Sum

from engines.models import Engine
from engines.pipeline_config import StageId
from localization.histograms import add_up, percentile
from localization.managers import DailyFiguresQuerySet, sees_all_figures
from localization.models import DailyFigures
from organizations.access import Actor

COST_DAYS = 30
ROWS_AT_ONCE = 500
COUNTS = (
    "completed",
    "completed_with_warnings",
    "failed",
    "skipped",
    "words",
    "priced_words",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "unpriced",
    "terms",
    "terms_missed",
)


@dataclass(frozen=True, slots=True)
class StageCost:
    """Of the steps of one stage that ended in the last 30 days."""

    usd_per_1000_words: Decimal | None  # of the source; None: no words yet, or the price of no call is known
    success_rate: float | None  # of the steps that completed or failed, from 0 to 1; None where there is none
    steps: int  # that completed or failed


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over rows. Of whole jobs, or of the steps of a stage; `DailyFigures` says what each is of. `waiting` and `processing`: by bucket."""

    completed: int = 0
    completed_with_warnings: int = 0
    failed: int = 0
    skipped: int = 0
    words: int = 0
    priced_words: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    unpriced: int = 0
    terms: int = 0
    terms_missed: int = 0
    waiting: tuple[int, ...] = ()
    processing: tuple[int, ...] = ()

    def __add__(self, other: "Figures") -> "Figures":
        counts = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return Figures(**counts, waiting=_add(self.waiting, other.waiting), processing=_add(self.processing, other.processing))

    @property
    def ended(self) -> int:
        """What was done or failed; what was skipped is neither."""
        return self.completed + self.completed_with_warnings + self.failed

    @property
    def success_rate(self) -> float | None:
        return (self.ended - self.failed) / self.ended if self.ended else None

    @property
    def terms_kept(self) -> float | None:
        """The share of glossary terms that the translations have."""
        return (self.terms - self.terms_missed) / self.terms if self.terms else None

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def known_cost(self) -> Decimal | None:
        """In USD; None where something was used whose price is not known, and nothing whose price is."""
        return None if self.unpriced and not self.cost_usd else self.cost_usd

    def waited(self, share: float) -> float | None:
        """Seconds; 0.95 for p95."""
        return percentile(self.waiting, share)

    def took(self, share: float) -> float | None:
        return percentile(self.processing, share)

    @property
    def usd_per_1000_words(self) -> Decimal | None:
        """Of a stage; None without words whose cost is known."""
        return 1000 * self.cost_usd / self.priced_words if self.priced_words else None


NONE = Figures()


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is about: days from the first to the last, of the engines that the actor may use, or one of them; of one locale, or all."""

    actor: Actor
    first: date
    last: date
    engine_id: str = ""
    locale: str = ""

    @property
    def days(self) -> Sequence[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    def rows(self) -> DailyFiguresQuerySet:
        """Of every locale and stage: a reader chooses among them."""
        rows = DailyFigures.objects.visible_to(self.actor).filter(day__range=(self.first, self.last))
        return rows.filter(engine_id=self.engine_id) if self.engine_id else rows


def engines_of(actor: Actor) -> Sequence[Engine]:
    """The engines there are whose figures the actor sees, by name."""
    engines = Engine.objects.filter(organization=actor.organization) if sees_all_figures(actor) else Engine.objects.visible_to(actor)
    return list(engines.order_by("name", "id").only("id", "name"))


def last_days(count: int, *, now: datetime) -> tuple[date, date]:
    """The first and the last of so many UTC days, today among them."""
    today = now.astimezone(UTC).date()
    return today - timedelta(days=count - 1), today


def read_days(scope: Scope) -> Mapping[date, Figures]:
    """Whole jobs of each day of the scope; a day without any is in it too. One query, a row for each day and engine."""
    found = _gather(scope.rows().filter(target_locale=scope.locale, stage=""), "day")
    return {day: found.get(day, NONE) for day in scope.days}


def read_stages(scope: Scope) -> Mapping[StageId, Figures]:
    """The steps of each stage that ran, in the order of stages. One query, a row for each day, engine and stage."""
    found = _gather(scope.rows().filter(~Q(stage=""), target_locale=scope.locale), "stage")
    return {stage: found[stage] for stage in StageId if stage in found}


def read_locales(scope: Scope) -> Mapping[tuple[str, str], Figures]:
    """Whole jobs by engine id and locale, without durations. One query, along the index on whole jobs."""
    rows = scope.rows().filter(~Q(target_locale=""), stage="")
    chosen = rows.filter(target_locale=scope.locale) if scope.locale else rows
    found = chosen.values("engine_id", "target_locale").annotate(**_sums())
    return {(row["engine_id"], row["target_locale"]): _figures(row) for row in found.order_by()}


@dataclass(frozen=True, slots=True)
class Row:
    """One stored row. An empty stage is the whole job."""

    day: date
    engine_id: str
    locale: str
    stage: str
    figures: Figures


def read_rows(scope: Scope) -> Iterator[Row]:
    """Of each locale and stage, by day, engine, locale and stage; read while they are used. One query."""
    rows = scope.rows().filter(~Q(target_locale=""))
    chosen = rows.filter(target_locale=scope.locale) if scope.locale else rows
    names = ("day", "engine_id", "target_locale", "stage")
    found = chosen.order_by(*names).values_list(*names, *COUNTS, "waiting", "processing")
    for day, engine_id, locale, stage, *counts, waiting, processing in found.iterator(chunk_size=ROWS_AT_ONCE):
        figures = Figures(**dict(zip(COUNTS, counts, strict=True)), waiting=add_up([waiting]), processing=add_up([processing]))
        yield Row(day, engine_id, locale, stage, figures)


def stage_costs(engine_id: str, *, now: datetime) -> Mapping[StageId, StageCost]:
    """Every stage is in it. One query."""
    organization = Subquery(Engine.objects.filter(pk=engine_id).values("organization_id"))
    rows = DailyFigures.objects.filter(
        ~Q(stage=""), organization_id=organization, target_locale="", day__range=last_days(COST_DAYS, now=now), engine_id=engine_id
    )
    found = {row["stage"]: _figures(row) for row in rows.values("stage").annotate(**_sums()).order_by()}
    stages = {stage: found.get(stage, NONE) for stage in StageId}
    return {stage: StageCost(figures.usd_per_1000_words, figures.success_rate, figures.ended) for stage, figures in stages.items()}


def _gather(rows: DailyFiguresQuerySet, by: str) -> dict[Any, Figures]:
    """Sums of the rows, durations included, for each value of a column."""
    found: defaultdict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *row in rows.order_by().values_list(by, *COUNTS, "waiting", "processing"):
        found[key].append(tuple(row))
    return {key: _sum(of_key) for key, of_key in found.items()}


def _sum(rows: Sequence[tuple[Any, ...]]) -> Figures:
    *counts, waiting, processing = zip(*rows, strict=True)
    sums: dict[str, Any] = dict(zip(COUNTS, map(sum, counts), strict=True))
    return Figures(**sums, waiting=add_up(waiting), processing=add_up(processing))


def _sums() -> dict[str, Sum]:
    return {f"all_{name}": Sum(name) for name in COUNTS}


def _figures(row: Mapping[str, Any]) -> Figures:
    """Without durations."""
    return Figures(**{name: row[f"all_{name}"] for name in COUNTS})


def _add(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(one, other, strict=True))) if one and other else one or other
