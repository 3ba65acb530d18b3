"""`/orgs/<organization_id>/`: what wants attention now, today in figures, what was sent last; for a new organization, what to do first.

Each block is asked for only where the person may see what it tells of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.conf import settings

from dashboard.attention import (
    LATELY,
    EngineTrouble,
    JobFigures,
    ManagedReviews,
    Spent,
    WaitingReviews,
    WebhookTrouble,
    read_engines,
    read_expiring_keys,
    read_groups,
    read_jobs,
    read_managed_reviews,
    read_reviews,
    read_spending,
    read_webhooks,
)
from dashboard.first_steps import read_first_steps
from dashboard.navigation import Reach, reach_of
from localization.models import JobGroup
from organizations.access import Actor
from organizations.models import ApiKey
from organizations.pages.base import OrganizationPage
from organizations.permissions import ACCESS_ENGINES, MANAGE_BILLING, MANAGE_REVIEWS, MANAGE_SETTINGS, MANAGE_TEAM, REVIEW_TRANSLATIONS
from organizations.zones import zone_of


@dataclass(frozen=True, slots=True)
class Attention:
    """What the person may see of what is not as it should be, or waits; each None or empty where there is nothing."""

    reviews: WaitingReviews | None
    managed: ManagedReviews | None
    jobs: JobFigures | None
    webhooks: WebhookTrouble | None
    engines: Sequence[EngineTrouble]
    keys: Sequence[ApiKey]
    spent: Spent | None

    @property
    def has_failed_jobs(self) -> bool:
        return self.jobs is not None and self.jobs.failed > 0

    @property
    def has_work_today(self) -> bool:
        return bool(self.jobs and self.jobs.today) or bool(self.spent and self.spent.tokens_today)

    @property
    def is_budget_low(self) -> bool:
        return self.spent is not None and (self.spent.is_credit_low or self.spent.is_quota_low)

    @property
    def is_quiet(self) -> bool:
        return not (self.reviews or self.managed or self.webhooks or self.engines or self.keys or self.has_failed_jobs or self.is_budget_low)


@dataclass(frozen=True, slots=True)
class GroupLine:
    group: JobGroup

    @property
    def ended(self) -> int:
        return self.group.completed_jobs + self.group.completed_with_warnings_jobs + self.group.failed_jobs


class OrganizationHome(OrganizationPage):
    """The page."""

    template_name = "dashboard/organization.html"
    title = "Home"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reach = reach_of(self.request, self.actor)
        uses_engines = reach.may(ACCESS_ENGINES)
        steps = read_first_steps(self.actor.organization, reach)
        attention = read_attention(self.actor, reach, self.now)
        return {
            **super().get_context_data(**kwargs),
            "steps": steps,
            "attention": attention,
            "is_working": not steps or attention.has_work_today,
            "groups": [GroupLine(group) for group in read_groups(self.actor)] if uses_engines else [],
            "uses_engines": uses_engines,
            "manages_settings": reach.may(MANAGE_SETTINGS),
            "manages_billing": reach.may(MANAGE_BILLING),
            "since": (self.now - LATELY).astimezone(zone_of(self.actor.organization)).date(),
            "days": LATELY.days,
            "public_url": settings.PUBLIC_URL,
        }


def read_attention(actor: Actor, reach: Reach, now: datetime) -> Attention:
    """At most eight queries."""
    organization, manages = actor.organization, reach.may(MANAGE_SETTINGS)
    uses_engines, reviews = reach.may(ACCESS_ENGINES), reach.may(REVIEW_TRANSLATIONS)
    zone = zone_of(organization)
    midnight = datetime.combine(now.astimezone(zone), time(), zone)
    return Attention(
        reviews=read_reviews(actor, now) if reviews else None,
        managed=read_managed_reviews(actor) if reach.may(MANAGE_REVIEWS) and not reviews else None,
        jobs=read_jobs(actor, midnight=midnight, now=now) if uses_engines else None,
        webhooks=read_webhooks(organization, now) if manages else None,
        engines=read_engines(actor) if uses_engines else [],
        keys=read_expiring_keys(actor, now, manages_keys=manages or reach.may(MANAGE_TEAM)),
        spent=read_spending(organization, now) if manages or reach.may(MANAGE_BILLING) else None,
    )
