"""What templates say things with: times, durations, amounts, states."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template

from organizations.models import Organization
from organizations.templatetags.components import duration, locale_name, relative, usd

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def render(text: str, *, timezone: str = "UTC", **context: object) -> str:
    organization = Organization(timezone=timezone)
    return Template("{% load components %}" + text).render(Context({"now": NOW, "organization": organization, **context}))


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (0, "now"),
        (12.7, "12 s ago"),
        (60, "1 min ago"),
        (5 * 3600, "5 h ago"),
        (86400 * 29, "29 d ago"),
        (86400 * 31, "29 Jan 2026"),
        (-7200, "in 2 h"),
    ],
)
def test_times_are_relative_and_old_ones_are_days(ago: float, text: str) -> None:
    assert relative(NOW - timedelta(seconds=ago), NOW) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (9.9, "9.9 s"), (12.4, "12 s"), (59.7, "1 min"), (3725, "1 h 2 min"), (90000, "1 d 1 h"), (None, "–")]
)
def test_durations_have_at_most_two_units(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


def test_unknown_price_is_not_zero() -> None:
    assert [usd(value) for value in (None, Decimal(0), Decimal("0.004200"), Decimal("1234.5"))] == ["price unknown", "$0", "$0.0042", "$1,234.50"]


def test_exact_time_is_in_the_organizations_zone() -> None:
    shown = render("{% moment at %}", timezone="Asia/Tokyo", at=NOW - timedelta(hours=1))

    assert 'title="1 Mar 2026, 20:00:00 Asia/Tokyo"' in shown
    assert ">1 h ago</time>" in shown


def test_zone_that_means_nothing_is_utc() -> None:
    assert "12:00:00 UTC" in render("{% moment now %}", timezone="Mars/Olympus")


def test_unknown_state_is_shown_by_its_name_and_inert() -> None:
    shown = render("{% state name %}", name="<b>odd</b>")

    assert "&lt;b&gt;odd&lt;/b&gt;" in shown
    assert "il-look-queued" in shown


def test_compact_state_keeps_its_word_for_screen_readers() -> None:
    shown = render('{% state "failed" is_compact=True %}')

    assert '<span class="sr-only">Failed</span>' in shown
    assert 'title="Failed"' in shown


def test_differences_are_inert() -> None:
    assert render("{% diff before after %}", before="a", after="<script>").strip() == (
        '<span class="il-diff"><del>a</del><ins>&lt;script&gt;</ins></span>'
    )


def test_locales_have_names_where_there_are_any() -> None:
    assert [locale_name(tag) for tag in ("pt-BR", "sr-Latn", "x-house")] == ["Portuguese (Brazil)", "Serbian (Latin)", ""]
