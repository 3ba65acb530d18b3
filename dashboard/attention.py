"""What wants somebody's attention now, for the home page: each reader answers one question about one organization, in one query unless it says more.

Callers ask only for what the person may see; rows start from `visible_to(actor)`. A reader returns None where there is nothing to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from engines.models import Engine, Spending
from engines.pages.accounts import provider_accounts
from foundation.ids import id_at
from localization.models import Job, JobGroup
from organizations.access import Actor
from organizations.models import ApiKey, Organization
from reviews.models import ReviewerSettings, ReviewItem
from reviews.queries import AVAILABLE, CLAIMED, in_state
from webhooks.models import Delivery, Endpoint
from webhooks.transitions import failed_since

LATELY = timedelta(days=3)
ON_ITS_WAY = timedelta(days=4)  # a delivery is tried for 75.6 hours before it fails
COUNTED = 10_000  # of the newest jobs, as in their list
SOON = timedelta(days=14)  # before a key expires
NEARLY = Decimal("0.8")  # of a budget
SHOWN_ENGINES = 5
SHOWN_KEYS = 5
SHOWN_GROUPS = 5


@dataclass(frozen=True, slots=True)
class WaitingReviews:
    """Of a reviewer: what they hold, and what they could claim in their languages. `ships_at`: when the first of them goes on without a person."""

    held: int
    available: int
    languages: int
    ships_at: datetime | None


@dataclass(frozen=True, slots=True)
class ManagedReviews:
    """Of a review manager: all that is open, and when the first AI version ships."""

    open: int
    ships_at: datetime


@dataclass(frozen=True, slots=True)
class JobFigures:
    """`failed` lately, the newest of them, and the jobs that were made since midnight where the organization is, by what became of them."""

    failed: int
    newest_failed: str  # an id; empty where none failed
    today: int
    today_completed: int
    today_warnings: int
    today_failed: int
    last_at: datetime | None  # when something happened last


@dataclass(frozen=True, slots=True)
class WebhookTrouble:
    """`failed` lately; `disabled` endpoints, whenever that was."""

    failed: int
    disabled: int


@dataclass(frozen=True, slots=True)
class EngineTrouble:
    """An enabled engine that cannot translate as it should: it has no model, or models of providers that are not reached."""

    id: str
    name: str
    has_models: bool
    unreached: Sequence[str]  # providers


@dataclass(frozen=True, slots=True)
class Spent:
    """Of the credit, and of the day (UTC). A limit that is None is none."""

    credit_usd: Decimal
    credit_limit_usd: Decimal | None
    tokens_today: int
    daily_token_limit: int | None
    usd_today: Decimal
    has_unpriced: bool  # calls of today whose price is not known

    @property
    def credit_share(self) -> Decimal:
        return self.credit_usd / self.credit_limit_usd if self.credit_limit_usd else Decimal(self.credit_limit_usd is not None)

    @property
    def quota_share(self) -> Decimal:
        return Decimal(self.tokens_today) / self.daily_token_limit if self.daily_token_limit else Decimal(self.daily_token_limit is not None)

    @property
    def is_credit_low(self) -> bool:
        return self.credit_share >= NEARLY

    @property
    def is_quota_low(self) -> bool:
        return self.quota_share >= NEARLY


def read_reviews(actor: Actor, now: datetime) -> WaitingReviews | None:
    """Open reviews of the engines that the person may review, by language, with the person's languages beside them."""
    own = ReviewerSettings.objects.filter(user=actor.user).values("locales")[:1]
    mine = in_state(CLAIMED, now) & Q(holder=actor.user)
    rows = ReviewItem.objects.visible_to(actor).filter(ended_at=None).order_by().values("target_locale").annotate(
        own_locales=Subquery(own),
        held=Count("pk", filter=mine),
        available=Count("pk", filter=in_state(AVAILABLE, now)),
        held_until=Min("due_at", filter=mine),
        ships_at=Min("due_at", filter=in_state(AVAILABLE, now)),
    )  # fmt: skip
    found = list(rows)
    wanted = [row for row in found if row["available"] and (not row["own_locales"] or row["target_locale"] in row["own_locales"])]
    held = sum(row["held"] for row in found)
    available = sum(row["available"] for row in wanted)
    moments = [row["ships_at"] for row in wanted] + [row["held_until"] for row in found if row["held"]]
    return WaitingReviews(held, available, len(wanted), min(moments, default=None)) if held or available else None


def read_managed_reviews(actor: Actor) -> ManagedReviews | None:
    """For a holder of `org:manage_reviews`."""
    found = ReviewItem.objects.manageable_by(actor).filter(ended_at=None).aggregate(open=Count("pk"), ships_at=Min("due_at"))
    return ManagedReviews(**found) if found["open"] else None


def read_jobs(actor: Actor, *, midnight: datetime, now: datetime) -> JobFigures:
    """Of the newest jobs that the actor may see."""
    newest = Job.objects.visible_to(actor).order_by("-id").values("id", "status", "created_at", "completed_at")[:COUNTED]
    failed, today = Q(status=Job.Status.FAILED), Q(created_at__gte=midnight)
    lately = failed & Q(completed_at__gte=now - LATELY)
    found = newest.aggregate(
        failed=Count("id", filter=lately),
        newest_failed=Max("id", filter=lately),
        today=Count("id", filter=today),
        today_completed=Count("id", filter=today & Q(status=Job.Status.COMPLETED)),
        today_warnings=Count("id", filter=today & Q(status=Job.Status.COMPLETED_WITH_WARNINGS)),
        today_failed=Count("id", filter=today & failed),
        made_at=Max("created_at"),
        ended_at=Max("completed_at"),
    )
    moments = [moment for moment in (found.pop("made_at"), found.pop("ended_at")) if moment]
    return JobFigures(**{**found, "newest_failed": found["newest_failed"] or ""}, last_at=max(moments, default=None))


def read_groups(actor: Actor) -> list[JobGroup]:
    """The newest that the actor may see, without payloads."""
    columns = ("id", "engine_name", "source_locale", "status", "total_jobs", "completed_jobs", "completed_with_warnings_jobs", "failed_jobs")
    return list(JobGroup.objects.visible_to(actor).order_by("-id").only(*columns, "created_at", "completed_at")[:SHOWN_GROUPS])


def read_webhooks(organization: Organization, now: datetime) -> WebhookTrouble | None:
    """For a holder of `org:manage_settings`."""
    since = now - LATELY
    failed = Delivery.objects.filter(failed_since(organization.pk, since), pk__gte=id_at("dlv", since - ON_ITS_WAY))
    disabled = Endpoint.objects.filter(organization=OuterRef("pk"), disabled_at__isnull=False)
    counted = Organization.objects.filter(pk=organization.pk).annotate(failed=_count(failed), disabled=_count(disabled))
    trouble = WebhookTrouble(*counted.values_list("failed", "disabled")[0])
    return trouble if trouble.failed or trouble.disabled else None


def read_engines(actor: Actor) -> list[EngineTrouble]:
    """Two queries; one where the actor has no engine."""
    engines = Engine.objects.visible_to(actor).filter(enabled=True).order_by("name", "id")
    rows = list(engines.values_list("id", "name", "model_configs__provider").distinct())
    if not rows:
        return []
    unreached = {account.provider for account in provider_accounts(actor.organization) if not account.is_reached}
    providers: dict[tuple[str, str], list[str]] = {}
    for engine_id, name, provider in rows:
        providers.setdefault((engine_id, name), []).extend([provider] if provider else [])
    found = [EngineTrouble(*engine, bool(names), sorted(unreached.intersection(names))) for engine, names in providers.items()]
    return [engine for engine in found if not engine.has_models or engine.unreached]


def read_expiring_keys(actor: Actor, now: datetime, *, manages_keys: bool) -> list[ApiKey]:
    """The person's own keys, and for those who manage keys the services', that are about to expire."""
    whose = Q(user=actor.user) | Q(kind=ApiKey.Kind.SERVICE) if manages_keys else Q(user=actor.user)
    keys = ApiKey.objects.live(now).filter(whose, organization=actor.organization, expires_at__lte=now + SOON)
    return list(keys.order_by("expires_at", "id")[:SHOWN_KEYS])


def read_spending(organization: Organization, now: datetime) -> Spent:
    """For a holder of `org:manage_billing` or `org:manage_settings`."""
    today = Q(day=now.astimezone(UTC).date())
    found = Spending.objects.filter(organization=organization).aggregate(
        credit_usd=Sum("cost_usd", default=Decimal(0)),
        tokens_today=Sum("input_tokens", filter=today, default=0) + Sum("output_tokens", filter=today, default=0),
        usd_today=Sum("cost_usd", filter=today, default=Decimal(0)),
        unpriced=Sum("unpriced_calls", filter=today, default=0),
    )
    has_unpriced = bool(found.pop("unpriced"))
    return Spent(**found, has_unpriced=has_unpriced, credit_limit_usd=organization.credit_limit_usd, daily_token_limit=organization.daily_token_limit)


def _count(rows: QuerySet[Delivery] | QuerySet[Endpoint]) -> Coalesce:
    counted = rows.order_by().values("organization_id").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
