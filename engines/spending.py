"""What organizations have spent on model calls, and whether they may go on: credit in USD over all time, tokens per UTC day.

Before: a submission or synchronous call asks `refuse_if_spent`, a drain that is about to run steps asks `budget_state`. After: `add`, in the
transaction that settles steps or at the end of a synchronous call. What runs in between is reserved as expected tokens, which the caller knows.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, Sum

from engines.errors import Usage
from engines.models import Spending
from foundation.api_errors import CreditLimit, QuotaSpent
from organizations.models import Organization

COLUMNS = ("input_tokens", "output_tokens", "cost_usd", "unpriced_calls")


@dataclass(frozen=True, slots=True)
class Expense:
    """One step's or call's. `cost_usd` is of the calls whose price is known; the others are counted in `unpriced_calls`."""

    organization_id: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    unpriced_calls: int = 0

    @classmethod
    def of(cls, organization_id: str, usage: Usage) -> "Expense":
        return cls(organization_id, usage.input_tokens, usage.output_tokens, usage.priced_usd, usage.unpriced_calls)

    def __add__(self, other: "Expense") -> "Expense":
        return Expense(self.organization_id, *(getattr(self, name) + getattr(other, name) for name in COLUMNS))


@dataclass(frozen=True, slots=True)
class Budget:
    """Of an organization that has a limit. A limit that is None is none."""

    spent_usd: Decimal
    credit_limit_usd: Decimal | None
    tokens_today: int
    daily_token_limit: int | None
    midnight: datetime  # when the quota's day ends
    usd_per_token: Decimal = Decimal(0)  # what its tokens have cost on average; 0 where none had a known price

    def is_credit_spent(self, expected_tokens: int = 0) -> bool:
        return self.credit_limit_usd is not None and self.spent_usd + expected_tokens * self.usd_per_token >= self.credit_limit_usd

    def is_quota_spent(self, expected_tokens: int = 0) -> bool:
        return self.daily_token_limit is not None and self.tokens_today + expected_tokens >= self.daily_token_limit


def add(expenses: Iterable[Expense], now: datetime) -> None:
    """Adds to each organization's row of the day, in one statement. Rows are locked in the order of organization ids."""
    sums: dict[str, Expense] = {}
    for expense in expenses:
        key = expense.organization_id
        sums[key] = sums[key] + expense if key in sums else expense
    rows = [sums[key] for key in sorted(sums) if any(getattr(sums[key], name) for name in COLUMNS)]
    if not rows:
        return
    table = connection.ops.quote_name(Spending._meta.db_table)
    day = _field("day", now.astimezone(UTC).date())
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(rows))
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in COLUMNS)
    parameters = [value for row in rows for value in (row.organization_id, day, *(_field(name, getattr(row, name)) for name in COLUMNS))]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (organization_id, day, {', '.join(COLUMNS)}) VALUES {marks} "
            f"ON CONFLICT (organization_id, day) DO UPDATE SET {added}",
            parameters,
        )


def refuse_if_spent(organization: Organization, expected_tokens: int, now: datetime) -> None:
    """`expected_tokens` are those of steps that are still to run. Raises CreditLimit (402), or QuotaSpent (429) until midnight UTC.

    The organization is as it was read with the request: one that has no limit costs no query.
    """
    if not organization.has_budget:
        return
    budget = budget_state([organization.pk], now).get(organization.pk)
    if budget is None:
        return
    if budget.is_credit_spent(expected_tokens):
        raise CreditLimit(f"The organization has reached its credit limit of {budget.credit_limit_usd} USD.")
    if budget.is_quota_spent(expected_tokens):
        message = f"The organization's quota of {budget.daily_token_limit} tokens a day is spent."
        raise QuotaSpent(message, retry_after=(budget.midnight - now).total_seconds())


def budget_state(organization_ids: Collection[str], now: datetime) -> dict[str, Budget]:
    """Of those among the organizations that have a limit. One query where none has, else two."""
    limited = Organization.objects.filter(pk__in=organization_ids).exclude(credit_limit_usd=None, daily_token_limit=None)
    limits = {pk: (credit, tokens) for pk, credit, tokens in limited.values_list("pk", "credit_limit_usd", "daily_token_limit")}
    if not limits:
        return {}
    today = now.astimezone(UTC).date()
    spent = _read_spending(limits.keys(), today)
    midnight = datetime.combine(today + timedelta(days=1), time_of_day(), UTC)
    found = {}
    for key, (credit, tokens) in limits.items():
        usd, all_tokens, tokens_today = spent.get(key, (Decimal(0), 0, 0))
        found[key] = Budget(usd, credit, tokens_today, tokens, midnight, usd / all_tokens if all_tokens else Decimal(0))
    return found


def _read_spending(organization_ids: Collection[str], today: date) -> dict[str, tuple[Decimal, int, int]]:
    """USD, tokens, and tokens of today."""
    rows = (
        Spending.objects.filter(organization_id__in=organization_ids)
        .values_list("organization_id")
        .annotate(
            usd=Sum("cost_usd"),
            tokens=Sum("input_tokens") + Sum("output_tokens"),
            today=Sum("input_tokens", filter=Q(day=today), default=0) + Sum("output_tokens", filter=Q(day=today), default=0),
        )
    )
    return {key: (usd, tokens, tokens_today) for key, usd, tokens, tokens_today in rows}


def _field(name: str, value: object) -> Any:
    field: Any = Spending._meta.get_field(name)
    return field.get_db_prep_save(value, connection)
