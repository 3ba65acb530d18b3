"""Steps of an organization that has spent its budget: refused at submission, held back when they are claimed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engines import spending
from engines.spending import Expense
from foundation.api_errors import CreditLimit, QuotaSpent
from foundation.lease import WorkStatus
from localization.models import Job, Step
from localization.transitions import settle_steps
from organizations.models import Organization
from pipeline.budgets import CREDIT_RETRY, CREDIT_WINDOW, hold_back
from tests.factories import NOW
from tests.localization.steps import make_group, start

pytestmark = pytest.mark.django_db


def limit(organization: Organization, *, credit: str | None = None, tokens: int | None = None) -> None:
    Organization.objects.filter(pk=organization.pk).update(credit_limit_usd=credit, daily_token_limit=tokens)
    organization.refresh_from_db()


def spend(organization: Organization, *, tokens: int = 0, usd: str = "0", now: datetime = NOW) -> None:
    spending.add([Expense(organization.pk, input_tokens=tokens, cost_usd=Decimal(usd))], now)


def test_submission_is_refused_while_the_days_tokens_are_spent(organization: Organization) -> None:
    limit(organization, tokens=1000)
    spend(organization, tokens=1000)

    with pytest.raises(QuotaSpent) as refusal:
        make_group(organization, "de", "fr", "es")

    midnight = datetime.combine(NOW.astimezone(UTC).date() + timedelta(days=1), datetime.min.time(), UTC)
    assert refusal.value.retry_after == (midnight - NOW).total_seconds()
    assert Job.objects.count() == 0


def test_submission_is_refused_at_the_credit_limit(organization: Organization) -> None:
    limit(organization, credit="5.00")
    spend(organization, usd="5")

    with pytest.raises(CreditLimit):
        make_group(organization, "de", "fr", "es")


def test_step_without_a_limit_runs(organization: Organization) -> None:
    make_group(organization, "de", "fr", "es")

    assert hold_back(start(), now=NOW) == []


def test_step_waits_for_midnight_when_the_quota_is_spent_before_its_turn(organization: Organization) -> None:
    limit(organization, tokens=1000)
    make_group(organization, "de", "fr", "es")
    spend(organization, tokens=1000)

    [outcome] = hold_back(start()[:1], now=NOW)
    settle_steps([outcome], now=NOW)

    step = Step.objects.get(pk=outcome.step.id)
    assert (step.status, step.run_after.date()) == (WorkStatus.READY, NOW.astimezone(UTC).date() + timedelta(days=1))


def test_what_runs_already_counts_with_what_it_is_expected_to_use(organization: Organization) -> None:
    limit(organization, tokens=1000)
    make_group(organization, "de", "fr", "es")
    Step.objects.update(expected_tokens=600)
    steps = start()

    held = hold_back(steps, now=NOW)

    assert [outcome.step for outcome in held] == steps[2:]


def test_step_at_the_credit_limit_is_tried_for_a_day_and_then_fails_naming_it(organization: Organization) -> None:
    limit(organization, credit="5.00")
    make_group(organization, "de", "fr", "es")
    spend(organization, usd="6")
    [step, *_] = start()

    [first] = hold_back([step], now=NOW)
    [last] = hold_back([step], now=step.started_at + CREDIT_WINDOW)

    assert (first.status, first.run_after) == (WorkStatus.READY, NOW + CREDIT_RETRY)
    assert (last.status, last.error) == (WorkStatus.FAILED, "The organization has reached its credit limit of 5.00 USD.")
