"""Budgets: what is added up, when an organization may not go on, and what it is told."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from engines.errors import Usage
from engines.models import Spending
from engines.spending import Budget, Expense, add, budget_state, refuse_if_spent
from foundation.api_errors import CreditLimit, QuotaSpent
from organizations.models import Organization
from tests.factories import make_organization

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


def limit(organization: Organization, **limits: object) -> Organization:
    Organization.objects.filter(pk=organization.pk).update(**limits)
    organization.refresh_from_db()
    return organization


def spend(organization: Organization, *, tokens: int = 0, usd: str = "0", now: datetime = NOON) -> None:
    add([Expense(organization.pk, tokens, 0, Decimal(usd))], now)


def test_expenses_of_a_day_add_up_in_one_statement(organization: Organization, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    other = make_organization(name="Other")
    spend(organization, tokens=5, usd="1.5")

    with django_assert_num_queries(1):
        add(
            [
                Expense.of(organization.pk, Usage("m", 10, 20, 1, Decimal("0.25"), Decimal("0.25"))),
                Expense.of(other.pk, Usage("m", 1, 2, 1, None, Decimal(0), 1)),
                Expense.of(organization.pk, Usage("m", 100, 200, 1, Decimal("0.000001"), Decimal("0.000001"))),
                Expense.of("org_nobody", Usage()),
            ],
            NOON,
        )

    assert set(Spending.objects.values_list("organization_id", "day", "input_tokens", "output_tokens", "cost_usd", "unpriced_calls")) == {
        (organization.pk, NOON.date(), 115, 220, Decimal("1.750001"), 0),
        (other.pk, NOON.date(), 1, 2, Decimal(0), 1),
    }


def test_without_a_limit_nothing_is_refused_and_nothing_is_asked(
    organization: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    spend(organization, tokens=10**9, usd="1000000")

    with django_assert_num_queries(0):
        refuse_if_spent(organization, 10**9, NOON)


def test_at_the_credit_limit_the_sentence_names_it(organization: Organization) -> None:
    limit(organization, credit_limit_usd=Decimal(10))
    spend(organization, tokens=1000, usd="6", now=NOON - timedelta(days=40))
    spend(organization, tokens=1000, usd="3.999999")
    refuse_if_spent(organization, 0, NOON)

    spend(organization, usd="0.000001")

    with pytest.raises(CreditLimit, match=r"^The organization has reached its credit limit of 10\.00 USD\.$"):
        refuse_if_spent(organization, 0, NOON)


def test_what_is_to_run_counts_at_the_organizations_own_price(organization: Organization) -> None:
    limit(organization, credit_limit_usd=Decimal(10))
    spend(organization, tokens=1000, usd="5")

    refuse_if_spent(organization, 999, NOON)
    with pytest.raises(CreditLimit):
        refuse_if_spent(organization, 1000, NOON)


def test_the_daily_quota_opens_again_at_midnight_utc(organization: Organization) -> None:
    limit(organization, daily_token_limit=1000)
    spend(organization, tokens=5000, now=NOON - timedelta(days=1))
    spend(organization, tokens=400)
    refuse_if_spent(organization, 599, NOON)

    with pytest.raises(QuotaSpent, match="quota of 1000 tokens a day is spent") as caught:
        refuse_if_spent(organization, 600, NOON)

    assert caught.value.retry_after == timedelta(hours=12).total_seconds()
    refuse_if_spent(organization, 600, MIDNIGHT)


def test_a_limit_of_nothing_refuses_at_once(organization: Organization) -> None:
    with pytest.raises(QuotaSpent):
        refuse_if_spent(limit(organization, daily_token_limit=0), 0, NOON)
    with pytest.raises(CreditLimit):
        refuse_if_spent(limit(organization, credit_limit_usd=Decimal(0)), 0, NOON)


def test_a_drain_asks_for_many_organizations_in_two_queries(organization: Organization, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rich, poor = make_organization(name="Rich"), limit(make_organization(name="Poor"), daily_token_limit=10)
    limit(organization, credit_limit_usd=Decimal(3))
    spend(organization, tokens=10, usd="4")
    spend(poor, tokens=3)

    with django_assert_num_queries(2):
        found = budget_state([organization.pk, rich.pk, poor.pk], NOON)

    assert found == {
        organization.pk: Budget(Decimal(4), Decimal(3), 10, None, MIDNIGHT, Decimal("0.4")),
        poor.pk: Budget(Decimal(0), None, 3, 10, MIDNIGHT),
    }
    assert (found[organization.pk].is_credit_spent(), found[organization.pk].is_quota_spent()) == (True, False)
    assert (found[poor.pk].is_quota_spent(6), found[poor.pk].is_quota_spent(7)) == (False, True)
