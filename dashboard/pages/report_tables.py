"""The tables of the reports: stages, locales, engines with locales, as rows that a template shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engines.pipeline_config import StageId
from localization.figures import NONE, Figures
from localization.pages.stages import STAGE_NAMES

SHOWN = 10  # rows, before the others are folded
LISTED = 50  # rows at all; the file has the rest


@dataclass(frozen=True, slots=True)
class StageRow:
    """Times in seconds; `share_skipped` is of all that came to the stage."""

    name: str
    figures: Figures
    waited: tuple[float | None, float | None]  # p50, p95
    took: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class LocaleRow:
    """`share` is of the words of the locale that has most; `engine` is empty where the row is of all engines."""

    locale: str
    figures: Figures
    share: float
    engine: str = ""

    @property
    def usd_per_1000_words(self) -> Decimal | None:
        """Only where every price is known: what is not priced has words too."""
        figures = self.figures
        return 1000 * figures.cost_usd / figures.words if figures.words and not figures.unpriced else None


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of which the first are shown at once. `left` is how many only the file has."""

    first: Sequence[LocaleRow]
    rows: Sequence[LocaleRow]
    left: int

    @property
    def is_folded(self) -> bool:
        return len(self.rows) > len(self.first)


def list_stages(stages: Mapping[StageId, Figures]) -> Sequence[StageRow]:
    return [StageRow(STAGE_NAMES[stage], one, (one.waited(0.5), one.waited(0.95)), (one.took(0.5), one.took(0.95))) for stage, one in stages.items()]


def list_locales(found: Mapping[tuple[str, str], Figures]) -> Listing:
    """All engines together, those with most words first."""
    by_locale: dict[str, Figures] = {}
    for (_, locale), figures in found.items():
        by_locale[locale] = by_locale.get(locale, NONE) + figures
    ordered = sorted(by_locale.items(), key=lambda item: (-item[1].words, -item[1].ended, item[0]))
    most = max((figures.words for figures in by_locale.values()), default=0)
    return _cut(LocaleRow(locale, figures, figures.words / most if most else 0) for locale, figures in ordered)


def list_costs(found: Mapping[tuple[str, str], Figures], engines: Mapping[str, str]) -> Listing:
    """Each engine with each locale, the costliest first; what has used no tokens costs nothing, and is left out."""
    used = [(engine, locale, figures) for (engine, locale), figures in found.items() if figures.input_tokens or figures.cost_usd]
    ordered = sorted(used, key=lambda row: (-row[2].cost_usd, -row[2].input_tokens, row[1], row[0]))
    most = max((figures.cost_usd for _, _, figures in used), default=Decimal(0))
    rows = (
        LocaleRow(locale, figures, float(figures.cost_usd / most) if most else 0, name_engine(engine, engines)) for engine, locale, figures in ordered
    )
    return _cut(rows)


def name_engine(engine_id: str, engines: Mapping[str, str]) -> str:
    """By `engines`, which has the names of those that are there."""
    return engines.get(engine_id) or f"Deleted engine {engine_id}"


def _cut(rows: Iterable[LocaleRow]) -> Listing:
    every = list(rows)
    return Listing(every[:SHOWN], every[:LISTED], max(0, len(every) - LISTED))
