"""What an organization's managers and its people say of themselves: name and zone, budgets, a person's name. Each change is in the audit log.

Callers have checked that the author may do this. What does not change anything is not recorded.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from organizations.audit import Author, record
from organizations.models import Organization, User


def change_details(*, organization: Organization, name: str, timezone: str, author: Author, now: datetime) -> bool:
    """Whether anything changed. `timezone` is a name that `zoneinfo` knows, which the caller has checked."""
    return _change(organization, {"name": name, "timezone": timezone}, "organization.details_changed", author, now)


def change_budget(
    *, organization: Organization, credit_limit_usd: Decimal | None, daily_token_limit: int | None, author: Author, now: datetime
) -> bool:
    """Whether anything changed. None is no limit; the next submission and the next drain go by the new ones."""
    limits = {"credit_limit_usd": credit_limit_usd, "daily_token_limit": daily_token_limit}
    return _change(organization, limits, "organization.budget_changed", author, now)


def rename_person(*, user: User, name: str, author: Author, now: datetime) -> bool:
    """Whether it changed. Recorded in each of the person's organizations, whose logs name them."""
    with transaction.atomic():
        fresh = User.objects.select_for_update().get(pk=user.pk)
        if fresh.name == name:
            return False
        User.objects.filter(pk=user.pk).update(name=name)
        for organization in Organization.objects.filter(memberships__user=user).order_by("id"):
            detail = {"before": fresh.name, "after": name}
            record(
                organization=organization,
                author=author,
                action="person.renamed",
                target_type="user",
                target_id=user.pk,
                now=now,
                detail=detail,
            )
        user.name = name
    return True


def _change(organization: Organization, members: Mapping[str, Any], action: str, author: Author, now: datetime) -> bool:
    with transaction.atomic():
        fresh = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        before = {name: getattr(fresh, name) for name, value in members.items() if getattr(fresh, name) != value}
        if not before:
            return False
        after = {name: members[name] for name in before}
        Organization.objects.filter(pk=organization.pk).update(**after)
        detail = {"before": _spelt(before), "after": _spelt(after)}
        record(organization=organization, author=author, action=action, target_type="organization", target_id=organization.pk, now=now, detail=detail)
        for name, value in after.items():
            setattr(organization, name, value)
    return True


def _spelt(members: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON: an amount is text."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in members.items()}
