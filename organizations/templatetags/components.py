"""What templates say things with: states, times in the organization's zone, durations, amounts, locales, diffs. `docs/pages.md` lists them.

Everything is escaped by the template engine or by `format_html`; nothing here marks a customer's text as safe.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from langcodes import Language

from foundation.locales import direction
from foundation.word_diff import word_diff
from organizations.authentication import now_of
from organizations.zones import zone_of

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class State:
    """How a state looks: `look` names its colour and its symbol in `states.svg`."""

    look: str
    label: str


# One colour and one shape per state, the same on every page.
STATES = {
    "queued": State("queued", "Queued"),
    "pending": State("queued", "Pending"),
    "ready": State("queued", "Pending"),
    "available": State("queued", "Available"),
    "processing": State("processing", "Processing"),
    "running": State("processing", "Running"),
    "waiting": State("waiting", "Waiting"),
    "claimed": State("waiting", "Claimed"),
    "completed": State("completed", "Completed"),
    "submitted": State("completed", "Submitted"),
    "completed_with_warnings": State("warnings", "With warnings"),
    "partial": State("failed", "Partly failed"),
    "failed": State("failed", "Failed"),
    "skipped": State("skipped", "Skipped"),
    "timed_out": State("skipped", "Timed out"),
    "shipped": State("skipped", "Shipped"),
    "cancelled": State("skipped", "Cancelled"),
    "disabled": State("skipped", "Disabled"),
}


@register.inclusion_tag("components/_state.html")
def state(name: str, label: str = "", *, is_compact: bool = False) -> dict[str, Any]:
    """`{% state job.status %}`: symbol and word; with `is_compact=True` the word is for screen readers and on hover."""
    found = STATES.get(name) or State("queued", name)
    return {"look": found.look, "label": label or found.label, "is_compact": is_compact}


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | None, prefix: str = "") -> SafeString | str:
    """`{% moment job.created_at %}`: relative, with the exact time in the organization's zone on hover; script keeps it current."""
    if at is None:
        return "–"
    now = _now(context)
    zone = zone_of(context["organization"])
    exact = f"{at.astimezone(zone):%-d %b %Y, %H:%M:%S} {zone.key}"
    text = f"{prefix} {relative(at, now)}" if prefix else relative(at, now)
    return format_html('<time class="il-time" datetime="{}" title="{}" data-prefix="{}">{}</time>', at.isoformat(), exact, prefix, text)


@register.simple_tag(takes_context=True)
def clock(context: Context, since: datetime | None) -> SafeString | str:
    """`{% clock step.started_at %}`: how long something has been going on; script counts on."""
    if since is None:
        return ""
    now = _now(context)
    return format_html('<span class="il-clock" data-since="{}">{}</span>', since.isoformat(), duration(now - since))


@register.filter
def duration(value: timedelta | float | None) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`, `3 d 4 h`; a dash for None."""
    if value is None:
        return "–"
    seconds = max(0.0, value.total_seconds() if isinstance(value, timedelta) else float(value))
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, name, smaller, smaller_name in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min"), (MINUTE, "min", 1, "s")):
        if whole >= unit:
            rest = whole % unit // smaller
            return f"{whole // unit} {name}" + (f" {rest} {smaller_name}" if rest else "")
    return f"{whole} s"


def relative(at: datetime, now: datetime) -> str:
    """`12 s ago`, `in 3 h`; older than a month: the day."""
    seconds = (now - at).total_seconds()
    if abs(seconds) < 1:
        return "now"
    if abs(seconds) > 30 * DAY:
        return f"{at:%-d %b %Y}"
    size = abs(seconds)
    unit, name = next((pair for pair in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")) if size >= pair[0]), (1, "s"))
    amount = f"{int(size // unit)} {name}"
    return f"{amount} ago" if seconds > 0 else f"in {amount}"


@register.filter
def usd(value: Decimal | float | None) -> str:
    """`$0.0042`, `$12.50`; `price unknown` for None, which is not 0."""
    if value is None:
        return "price unknown"
    if not value:
        return "$0"
    return f"${value:,.2f}" if value >= 1 else f"${value:.6f}".rstrip("0")


@register.filter
def rough_usd(value: Decimal | float | None) -> str:
    """`$0.82`, `$0.0033`: at most three digits that count, where amounts are compared. As `usd` else."""
    if not value or value >= 1:
        return usd(value)
    return usd(float(f"{value:.3g}"))


@register.filter
def amount(value: float | None) -> str:
    """`1,234,567`; a dash for None."""
    return "–" if value is None else f"{value:,}"


@register.filter
def short(value: float | None) -> str:
    """`940`, `12k`, `1.2M`: for a scale, where every digit is not wanted."""
    if value is None:
        return "–"
    size, unit = next((pair for pair in ((1e9, "B"), (1e6, "M"), (1e3, "k")) if abs(value) >= pair[0]), (1.0, ""))
    return f"{value / size:.3g}{unit}"


@register.filter
def percent(share: float | None) -> str:
    """`98.5%` for 0.985; a dash for None. What is not all is never 100%, and what is not nothing never 0%."""
    if share is None:
        return "–"
    shown = 100 * share if share in (0, 1) else min(max(round(100 * share, 1), 0.1), 99.9)
    return f"{shown:g}%"


@register.simple_tag
def bar(share: float | None, look: str = "data") -> SafeString:
    """`{% bar 0.62 %}`: a bar beside a number in a table; the number says it in words."""
    width = 0.0 if share is None else 100 * min(max(float(share), 0.0), 1.0)
    return format_html('<svg class="il-bar" aria-hidden="true"><rect class="il-look-{}" width="{}%" height="100%"/></svg>', look, f"{width:.1f}")


@register.filter
def locale_name(tag: str) -> str:
    """`pt-BR` → `Portuguese (Brazil)`; empty where the tag names nothing more than itself."""
    return _locale_name(tag)


@register.filter
def text_direction(tag: str) -> str:
    """`ltr` or `rtl`, for the `dir` of a text in this locale."""
    return direction(tag)


@register.inclusion_tag("components/_diff.html")
def diff(before: str, after: str) -> dict[str, Any]:
    """`{% diff old new %}`: removed and added words marked. A view that has many texts makes the pieces itself and includes the partial."""
    return {"pieces": word_diff(before, after)}


def _now(context: Context) -> datetime:
    """The moment of the request; a page outside of any organization gives its own as `now`."""
    now: datetime = context.get("now") or now_of(context["request"])
    return now


@lru_cache(maxsize=1024)
def _locale_name(tag: str) -> str:
    name = Language.get(tag).display_name("en")
    return "" if name == tag or name.startswith("Unknown") else name
