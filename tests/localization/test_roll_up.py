"""The daily figures: they are what a plain recount says, whoever counts and however often, and what commits late is not missed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from engines.errors import Usage
from engines.pipeline_config import StageId
from engines.term_count import TermCount
from foundation.lease import WorkStatus
from localization import rollup
from localization.models import DailyFigures, Step
from localization.outcomes import WaitEnd
from localization.rollup import roll_up
from localization.transitions import cancel_group, end_waits
from organizations.models import Organization
from tests.factories import NOW, make_engine, make_organization
from tests.localization.recount import recount, stored
from tests.localization.steps import completed, failed, make_group, settle, skipped, start, waiting
from tests.rivals import as_rival, together

LATER = NOW + timedelta(days=3)
USED = Usage("openai:small", 100, 40, 1, Decimal("0.0125"), Decimal("0.0125"))
UNPRICED = Usage("openai:new", 7, 3, 1, None, Decimal(0), 1)
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


def run_day(organization: Organization, begin: datetime, **engine: Any) -> None:
    """Jobs that end in every way: without and with warnings, failed, copied, cancelled, reviewed, timed out; some at prices nobody knows."""
    stages = [StageId.HUMAN_EDIT, StageId.POST_EDIT]
    make_group(organization, "de", "fr", "es", stages=stages, now=begin, **engine)
    make_group(organization, "de", data={"n": 1}, now=begin, **engine)
    dropped = make_group(organization, "it", stages=stages, now=begin, **engine)
    now = begin + timedelta(seconds=3)
    german, french, spanish, italian = start(now)
    terms = TermCount(4, 1)
    settle(
        completed(german, usage=USED, words=12, terms=terms),
        completed(french, usage=UNPRICED, words=12),
        failed(spanish, usage=USED),
        completed(italian, usage=USED, words=12, terms=terms),
        now=now + timedelta(seconds=2),
    )
    steps = start(now + timedelta(seconds=30))
    settle(*(waiting(step, words=12) for step in steps), now=now + timedelta(seconds=31))
    cancel_group(dropped, now=now + timedelta(seconds=40))
    ends = [WaitEnd(steps[0].id, WorkStatus.COMPLETED, output=steps[0].payload, terms=TermCount(4, 0)), WaitEnd(steps[1].id, WorkStatus.SKIPPED)]
    end_waits(ends, now=now + timedelta(hours=30))
    german, french = start(now + timedelta(hours=30, seconds=1))
    settle(completed(german, usage=USED, words=12, warnings=("A doubt.",)), skipped(french), now=now + timedelta(hours=30, seconds=8))


def test_rows_are_what_a_plain_recount_says(organization: Organization) -> None:
    run_day(organization, NOW)
    run_day(organization, NOW + timedelta(days=1), engine=make_engine(organization, name="Other", is_default=False))
    run_day(make_organization(), NOW)

    assert roll_up(now=LATER) == Step.objects.count()

    assert stored() == recount()
    assert len({key[2] for key in stored()}) == 3


def test_whole_jobs_of_all_locales_are_one_row(organization: Organization) -> None:
    run_day(organization, NOW)

    roll_up(now=LATER)

    rows = DailyFigures.objects.filter(target_locale="", stage="").order_by("day")
    names = ("day", "completed", "completed_with_warnings", "failed", "words", "input_tokens", "cost_usd", "unpriced", "terms", "terms_missed")
    assert list(rows.values_list(*names)) == [
        (date(2026, 3, 1), 1, 0, 2, 0, 307, Decimal("0.037500"), 1, 0, 0),
        (date(2026, 3, 2), 1, 1, 0, 24, 100, Decimal("0.012500"), 0, 4, 0),
    ]


def test_repeat_changes_nothing_and_further_steps_are_added(organization: Organization) -> None:
    run_day(organization, NOW)
    roll_up(now=LATER)
    before = stored()

    assert roll_up(now=LATER) == 0
    assert stored() == before

    run_day(organization, NOW)
    roll_up(now=LATER)
    assert stored() == recount() != before


def test_step_that_commits_after_midnight_counts_for_the_day_on_which_it_ended(organization: Organization) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    make_group(organization, "de", "fr", now=midnight - timedelta(minutes=5))
    late, punctual = start(midnight - timedelta(minutes=4))
    settle(completed(punctual), now=midnight + timedelta(seconds=1))
    roll_up(now=midnight + timedelta(minutes=10))

    settle(completed(late), now=midnight - timedelta(seconds=1))
    roll_up(now=midnight + timedelta(minutes=20))

    days = DailyFigures.objects.filter(stage="", target_locale="").order_by("day").values_list("day", "completed")
    assert list(days) == [(date(2026, 3, 1), 1), (date(2026, 3, 2), 1)]
    assert stored() == recount()


def test_steps_are_counted_together_once_the_oldest_has_waited_a_minute(organization: Organization, django_assert_num_queries: Any) -> None:
    make_group(organization, "de", "fr")
    german, french = start()
    settle(completed(german), now=NOW)
    settle(completed(french), now=NOW + timedelta(seconds=50))

    with django_assert_num_queries(1):
        assert roll_up(now=NOW + timedelta(seconds=59)) == 0
    assert roll_up(now=NOW + timedelta(seconds=60)) == 2
    with django_assert_num_queries(1):
        assert roll_up(now=LATER) == 0


def test_call_is_bounded_and_a_job_counted_once_though_its_steps_are_apart(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "ROUND", 2)
    monkeypatch.setattr(rollup, "ROUNDS", 2)
    make_group(organization, "de", "fr", "es", stages=[StageId.REPHRASE])
    for seconds in (0, 10):
        settle(*map(completed, start(NOW + timedelta(seconds=seconds))), now=NOW + timedelta(seconds=seconds))

    assert [roll_up(now=LATER) for _ in range(3)] == [4, 2, 0]
    assert stored() == recount()


def test_death_in_the_middle_counts_nothing(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    run_day(organization, NOW)
    add = rollup._add

    def die(ids: Any) -> None:
        add(ids)
        raise KeyboardInterrupt

    monkeypatch.setattr(rollup, "_add", die)
    with pytest.raises(KeyboardInterrupt):
        roll_up(now=LATER)
    assert not DailyFigures.objects.exists()

    monkeypatch.undo()
    roll_up(now=LATER)
    assert stored() == recount()


@pytest.mark.django_db(transaction=True)
def test_two_hosts_that_count_at_once_count_each_step_once(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "ROUND", 5)
    monkeypatch.setattr(rollup, "ROUNDS", 100)
    for _ in range(5):
        run_day(organization, NOW)

    counted = together(*[lambda: roll_up(now=LATER)] * 3)

    assert sum(counted) + roll_up(now=LATER) == Step.objects.count()
    assert stored() == recount()


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_host_does_not_wait_for_the_steps_that_another_is_counting(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "ROUND", 3)
    monkeypatch.setattr(rollup, "ROUNDS", 1)
    make_group(organization, *(f"de-x-{number}" for number in range(6)))
    settle(*map(completed, start()))
    add, rivals = rollup._add, []

    def let_a_rival_in(ids: Any) -> None:
        monkeypatch.setattr(rollup, "_add", add)
        rivals.append(as_rival(lambda: roll_up(now=LATER)))
        add(ids)

    monkeypatch.setattr(rollup, "_add", let_a_rival_in)

    assert (roll_up(now=LATER), rivals) == (3, [3])
    assert stored() == recount()
