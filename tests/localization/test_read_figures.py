"""What reports read: sums over days, stages and locales; empty days; what a stage costs; and only of engines that the actor sees."""

from datetime import date, timedelta
from decimal import Decimal

from engines.errors import Usage
from engines.models import Engine
from engines.pipeline_config import StageId
from engines.term_count import TermCount
from localization.figures import Scope, StageCost, engines_of, last_days, read_days, read_locales, read_rows, read_stages, stage_costs
from localization.models import DailyFigures
from localization.rollup import roll_up
from organizations.access import Actor
from organizations.models import Organization, User
from organizations.permissions import ACCESS_ENGINES, MANAGE_REVIEWS, MANAGE_TEAM, Grants
from tests.factories import NOW, make_engine, make_member, make_role
from tests.localization.steps import completed, failed, make_group, settle, start

TODAY = date(2026, 3, 1)
USED = Usage("openai:small", 100, 40, 1, Decimal("0.03"), Decimal("0.03"))
UNPRICED = Usage("openai:new", 7, 3, 1, None, Decimal(0), 1)


def run_jobs(organization: Organization, *locales: str, engine: Engine | None = None, days_ago: int = 0, usage: Usage = USED) -> None:
    """Jobs of 60 words and 4 terms (one missed) each, that wait 2 s and take 20 s; the last of them fails."""
    begin = NOW - timedelta(days=days_ago)
    make_group(organization, *locales, engine=engine, now=begin)
    steps = start(begin + timedelta(seconds=2))
    done = [completed(step, usage=usage, words=60, terms=TermCount(4, 1)) for step in steps[:-1]]
    settle(*done, failed(steps[-1], usage=usage), now=begin + timedelta(seconds=22))


def scope_of(user: User, organization: Organization, *, days: int = 7, engine_id: str = "", locale: str = "") -> Scope:
    return Scope(Actor(user=user, organization=organization), *last_days(days, now=NOW), engine_id, locale)


def test_days_without_jobs_are_zeros(organization: Organization, owner: User) -> None:
    run_jobs(organization, "de", "fr", "es", days_ago=2)
    run_jobs(organization, "de", "fr", days_ago=7)
    roll_up(now=NOW + timedelta(days=1))

    days = read_days(scope_of(owner, organization))

    assert {day: (one.completed, one.failed, one.words, one.tokens) for day, one in days.items()} == {
        **{TODAY - timedelta(days=number): (0, 0, 0, 0) for number in range(7)},
        TODAY - timedelta(days=2): (2, 1, 120, 420),
    }
    busy, idle = days[TODAY - timedelta(days=2)], days[TODAY]
    assert (busy.success_rate, busy.terms_kept, busy.known_cost) == (2 / 3, 0.75, Decimal("0.09"))
    assert (idle.success_rate, idle.terms_kept, idle.known_cost, idle.waited(0.5)) == (None, None, 0, None)
    assert 1.7 < (busy.waited(0.5) or 0) < 3.3
    assert 17 < (busy.took(0.95) or 0) < 32


def test_engine_and_locale_narrow_every_reader(organization: Organization, owner: User) -> None:
    first = make_engine(organization)
    other = make_engine(organization, name="Other", is_default=False)
    run_jobs(organization, "de", "fr", "es", engine=first)
    run_jobs(organization, "de", "fr", engine=other)
    roll_up(now=NOW + timedelta(days=1))

    german = scope_of(owner, organization, locale="de")
    of_other = scope_of(owner, organization, engine_id=other.pk)

    assert (read_days(german)[TODAY].ended, read_days(of_other)[TODAY].ended) == (2, 2)
    assert (read_stages(german)[StageId.LOCALIZE].completed, read_stages(of_other)[StageId.LOCALIZE].completed) == (2, 1)
    assert read_locales(german).keys() == {(first.pk, "de"), (other.pk, "de")}
    assert read_locales(of_other).keys() == {(other.pk, "de"), (other.pk, "fr")}
    assert {(row.engine_id, row.locale, row.stage) for row in read_rows(german)} == {
        (engine.pk, "de", stage) for engine in (first, other) for stage in ("", "localize")
    }


def test_cost_of_a_stage_is_per_word_whose_price_is_known(organization: Organization, owner: User) -> None:
    engine = make_engine(organization)
    run_jobs(organization, "de", "fr", "es")
    run_jobs(organization, "de", "fr", usage=UNPRICED)
    run_jobs(organization, "de", "fr", days_ago=30)
    roll_up(now=NOW + timedelta(days=1))

    costs = stage_costs(engine.pk, now=NOW)

    # 2 × 60 words at 3 × 0.03 USD: what failed has cost as well
    assert costs[StageId.LOCALIZE] == StageCost(Decimal("0.75"), 3 / 5, 5)
    assert {stage: cost for stage, cost in costs.items() if stage != StageId.LOCALIZE} == {
        stage: StageCost(None, None, 0) for stage in StageId if stage != StageId.LOCALIZE
    }


def test_cost_is_unknown_without_prices(organization: Organization, owner: User) -> None:
    engine = make_engine(organization)
    run_jobs(organization, "de", "fr", usage=UNPRICED)
    roll_up(now=NOW + timedelta(days=1))

    assert stage_costs(engine.pk, now=NOW)[StageId.LOCALIZE] == StageCost(None, 0.5, 2)
    assert read_days(scope_of(owner, organization))[TODAY].known_cost is None


def test_stage_costs_take_one_query(organization: Organization, owner: User, django_assert_num_queries) -> None:
    engine = make_engine(organization)

    with django_assert_num_queries(1):
        stage_costs(engine.pk, now=NOW)


def test_everybody_sees_the_figures_of_their_engines(organization: Organization, owner: User, reviewer: User, stranger: User) -> None:
    mine, other = make_engine(organization), make_engine(organization, name="Other", is_default=False)
    gone = make_engine(organization, name="Gone", is_default=False)
    for engine in (mine, other, gone):
        run_jobs(organization, "de", "fr", engine=engine)
    roll_up(now=NOW + timedelta(days=1))
    everything = {mine.pk, other.pk, gone.pk}
    gone.delete()

    def member(name: str, **grants: object) -> User:
        return make_member(organization, make_role(organization, name=name, grants=Grants(**grants))).user  # type: ignore[arg-type]

    editor = member("Editor", chosen={ACCESS_ENGINES: (mine,)})
    admin = member("Team", everywhere=frozenset({MANAGE_TEAM}))
    manager = member("Reviews", everywhere=frozenset({MANAGE_REVIEWS}))
    seen = {
        user: {engine_id for engine_id, _ in read_locales(scope_of(user, organization))}
        for user in (owner, admin, editor, manager, reviewer, stranger)
    }

    assert seen == {owner: everything, admin: everything, editor: {mine.pk}, manager: set(), reviewer: set(), stranger: set()}
    named = {user: [engine.name for engine in engines_of(Actor(user=user, organization=organization))] for user in (admin, editor, stranger)}
    assert named == {admin: ["Default", "Other"], editor: ["Default"], stranger: []}


def test_figures_of_another_organization_are_not_there(organization: Organization, stranger: User) -> None:
    run_jobs(organization, "de", "fr")
    roll_up(now=NOW + timedelta(days=1))
    elsewhere = Organization.objects.exclude(pk=organization.pk).get()

    assert DailyFigures.objects.exists()
    assert not read_locales(scope_of(stranger, elsewhere))
