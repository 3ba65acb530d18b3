"""Holds steps back whose organization has spent its budget: until midnight UTC for the daily tokens, with retries for a day for the credit.

Asked when steps are claimed. What runs already counts with the tokens it is expected to use, so that a hundred steps do not start on the last
thousand tokens; there is nothing to give back when a process dies, because what is reserved is a sum over running rows.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from engines.spending import Budget, budget_state
from foundation.lease import WorkStatus
from localization.outcomes import ClaimedStep, Outcome
from localization.queries import expected_tokens

CREDIT_RETRY = timedelta(minutes=10)
CREDIT_WINDOW = timedelta(hours=24)


def hold_back(steps: Sequence[ClaimedStep], *, now: datetime) -> list[Outcome]:
    """Of steps just claimed, the outcomes of those that may not run now. One query where no organization has a limit."""
    by_organization: dict[str, list[ClaimedStep]] = defaultdict(list)
    for step in steps:
        by_organization[step.organization_id].append(step)
    budgets = budget_state(by_organization, now)
    held: list[Outcome] = []
    for organization_id, budget in budgets.items():
        claimed = by_organization[organization_id]
        reserved = expected_tokens(organization_id) - sum(step.expected_tokens for step in claimed)
        for step in claimed:
            outcome = _refusal(step, budget, reserved, now=now)
            if outcome is None:
                reserved += step.expected_tokens
            else:
                held.append(outcome)
    return held


def _refusal(step: ClaimedStep, budget: Budget, reserved: int, *, now: datetime) -> Outcome | None:
    """What becomes of the step instead of running; None where it may run."""
    if budget.is_credit_spent(reserved):
        if now + CREDIT_RETRY > step.started_at + CREDIT_WINDOW:
            return Outcome(step, WorkStatus.FAILED, error=f"The organization has reached its credit limit of {budget.credit_limit_usd} USD.")
        return Outcome(step, WorkStatus.READY, detail=step.detail, run_after=now + CREDIT_RETRY)
    if budget.is_quota_spent(reserved):
        return Outcome(step, WorkStatus.READY, detail=step.detail, run_after=budget.midnight)
    return None
