"""Charts that the server draws: a column for each day (or whatever is counted), and the same numbers as a table. `components/_bars.html` shows one.

`stack` puts values on each other from zero; `span` shows from a lower to an upper value on a logarithmic scale, for durations. Places are percents
of the plot, from its top left. A value that is None was not measured: it has no bar, and a dash in the table.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from organizations.templatetags.components import amount, duration, short

Number = float | Decimal | None
Say = Callable[[float | None], str]

GAP = 0.2  # of a column's width, between it and the next
STEPS = (1, 2, 4, 6, 8, 10)  # a scale ends at one of these times a power of ten
THIN = 1.2  # percent: nothing that is there is drawn thinner
LADDER = (0.1, 1, 10, 60, 600, 3600, 21_600, 86_400, 604_800, 2_592_000)  # seconds at which a scale of durations has its rules
RULES = 5  # at most, on a scale of durations


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each column. `look` is a colour of `components.css` (`il-look-…`): a state's, or `data` and `soft`."""

    label: str
    values: Sequence[Number]
    look: str = "data"


@dataclass(frozen=True, slots=True)
class Part:
    look: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Column:
    """`said` tells its numbers on hover."""

    x: str
    width: str
    said: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the plot, and what it stands for."""

    y: str
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    label: str
    of: str  # what a column is, as the head of the table's first column
    columns: Sequence[Column]
    rules: Sequence[Rule]
    ends: Sequence[str]  # names of the first, the middle and the last column
    legend: Sequence[tuple[str, str]]  # look and label; empty where there is one series
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]  # the numbers, as words

    # Hundreds of columns are drawn here and not in the template, which takes ten times as long. Every text is escaped; the rest is numbers and looks.

    @property
    def drawing(self) -> SafeString:
        """The columns, as SVG."""
        return mark_safe("".join(map(_draw, self.columns)))

    @property
    def numbers(self) -> SafeString:
        """The rows of the table."""
        return mark_safe("".join(map(_write, self.rows)))


def _draw(column: Column) -> str:
    x, width = f'x="{column.x}%"', f'width="{column.width}%"'
    parts = [f'<rect class="il-look-{part.look}" {x} y="{part.y}%" {width} height="{part.height}%"/>' for part in column.parts]
    return f'<g><title>{escape(column.said)}</title><rect class="il-chart-hit" {x} y="0" {width} height="100%"/>{"".join(parts)}</g>'


def _write(row: tuple[str, Sequence[str]]) -> str:
    name, values = row
    return f'<tr><th scope="row">{escape(name)}</th>{"".join([f"<td>{escape(value)}</td>" for value in values])}</tr>'


def stack(
    label: str, names: Sequence[str], series: Sequence[Series], *, of: str = "Day", say: Say = amount, mark: Say = short, top: float | None = None
) -> Chart:
    """Values on each other, the first series at the bottom. `say` puts a value in words, `mark` one of the scale, which ends at `top`."""
    heights = [sum(float(value or 0) for value in values) for values in _across(series)]
    end = top or _ceiling(max(heights, default=0))
    parts = [_stack_parts(series, index, end) for index in range(len(names))]
    marks = [end, end / 2, 0.0] if end > 1 or top else [end, 0.0]
    return _chart(label, names, series, parts, [Rule(_percent(1 - value / end), mark(_plain(value))) for value in marks], of=of, say=say)


def span(label: str, names: Sequence[str], lower: Series, upper: Series, *, of: str = "Day", say: Say = duration) -> Chart:
    """From `lower` to `upper`, in seconds, on a logarithmic scale; a mark at each end."""
    found = [float(value) for one in (lower, upper) for value in one.values if value is not None]
    least = max((step for step in LADDER if step <= min(found, default=1)), default=LADDER[0])
    most = min((step for step in LADDER if step >= max(found, default=1) and step > least), default=LADDER[-1])
    parts = [_span_parts(lower, upper, index, least, most) for index in range(len(names))]
    steps = [step for step in LADDER if least <= step <= most]
    steps = steps[:: -(-len(steps) // RULES)]
    return _chart(label, names, [lower, upper], parts, [Rule(_percent(1 - _place(step, least, most)), say(step)) for step in steps], of=of, say=say)


def _chart(
    label: str, names: Sequence[str], series: Sequence[Series], parts: Sequence[Sequence[Part]], rules: Sequence[Rule], *, of: str, say: Say
) -> Chart:
    rows = [(name, [say(_plain(value)) for value in values]) for name, values in zip(names, _across(series), strict=True)]
    heads = [one.label for one in series]
    wide = 100 / max(1, len(names))
    columns = [
        Column(
            x=f"{index * wide + wide * GAP / 2:.3f}",
            width=f"{wide * (1 - GAP):.3f}",
            said=f"{name}: {', '.join(f'{value} {head}' if len(heads) > 1 else value for value, head in zip(values, heads, strict=True))}",
            parts=parts[index],
        )
        for index, (name, values) in enumerate(rows)
    ]
    ends = [names[0], names[len(names) // 2], names[-1]] if len(names) > 2 else list(names)
    legend = [(one.look, one.label) for one in series] if len(series) > 1 else []
    return Chart(label, of, columns, rules, ends, legend, heads, rows)


def _stack_parts(series: Sequence[Series], index: int, end: float) -> list[Part]:
    parts: list[Part] = []
    below = 0.0
    for one in series:
        value = float(one.values[index] or 0)
        if value > 0:
            height = max(100 * value / end, THIN)
            below = min(below + height, 100.0)
            parts.append(Part(one.look, f"{100 - below:.2f}", f"{height:.2f}"))
    return parts


def _span_parts(lower: Series, upper: Series, index: int, least: float, most: float) -> list[Part]:
    ends = [(one, 100 - 100 * _place(float(value), least, most)) for one in (upper, lower) if (value := one.values[index]) is not None]
    if not ends:
        return []
    first, last = ends[0][1], ends[-1][1]
    between = Part("range", f"{first:.2f}", f"{max(last - first, 0):.2f}")
    return [between, *(Part(one.look, f"{min(y, 100 - THIN):.2f}", str(2 * THIN)) for one, y in ends)]


def _place(value: float, least: float, most: float) -> float:
    """0 at `least`, 1 at `most`, by logarithm."""
    return math.log(min(max(value, least), most) / least) / math.log(most / least)


def _ceiling(value: float) -> float:
    """Where the scale of such a greatest value ends."""
    if value <= 0:
        return 1
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in STEPS if step * power >= value * 0.9999)


def _across(series: Sequence[Series]) -> list[tuple[Number, ...]]:
    return list(zip(*(one.values for one in series), strict=True))


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"


def _plain(value: Number) -> float | None:
    """Whole numbers without a point."""
    if value is None:
        return None
    number = float(value)
    return int(number) if number.is_integer() else number
