"""`/orgs/<id>/settings`: name and zone, the default webhook URL, the signing secret, budgets with what has been spent.

Each part is a form with an address of its own and its own permission; a part that one may not change is not shown. The secret is shown in the answer
to a POST, which no cache keeps.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dashboard.pages.settings_forms import BudgetForm, DetailsForm, WebhookForm, budget_form, details_form, webhook_form, zone_names
from engines.models import Spending
from organizations.audit import Author, author_of
from organizations.details import change_budget, change_details
from organizations.models import Organization
from organizations.pages.acts import keep_secret
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_BILLING, MANAGE_SETTINGS, may, require
from organizations.services import set_default_webhook_url
from webhooks.models import SigningSecret
from webhooks.secret_services import reveal_secret, rotate_secret


@dataclass(frozen=True, slots=True)
class Spent:
    """What models have cost and used. Calls whose price is not known are counted apart."""

    usd: Decimal
    unpriced_calls: int
    tokens_today: int


@dataclass(frozen=True, slots=True)
class SecretState:
    """`made_at` is None where there is no secret yet; `overlap_until`: when the one before stops signing, None where it has."""

    made_at: datetime | None
    overlap_until: datetime | None


class SettingsPage(OrganizationPage):
    """All parts that one may change."""

    template_name = "dashboard/settings.html"
    title = "Settings"
    manages_settings: bool
    manages_billing: bool

    def check(self) -> None:
        self.manages_settings = may(self.actor, MANAGE_SETTINGS)
        self.manages_billing = may(self.actor, MANAGE_BILLING)
        if not self.manages_settings and not self.manages_billing:
            require(self.actor, MANAGE_SETTINGS)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organization = self.actor.organization
        of_settings = {
            "details": kwargs.get("details") or details_form(organization),
            "webhook": kwargs.get("webhook") or webhook_form(organization),
            "secret_state": _secret_state(organization, self.now),
            "zones": zone_names(),
        }
        of_billing = {"budget": kwargs.get("budget") or budget_form(organization), "spent": _spent(organization, self.now)}
        return {
            **super().get_context_data(**kwargs),
            **(of_settings if self.manages_settings else {}),
            **(of_billing if self.manages_billing else {}),
        }


class _Part(SettingsPage):
    """A form of the page. What is wrong with it is shown in the whole page."""

    http_method_names = ["post"]
    needs: ClassVar[str] = MANAGE_SETTINGS

    def check(self) -> None:
        super().check()
        require(self.actor, self.needs)

    @property
    def author(self) -> Author:
        return author_of(self.request, self.actor)

    def saved(self, said: str) -> HttpResponse:
        messages.success(self.request, said)
        return redirect("settings", self.actor.organization.pk)

    def refused(self, **form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**form), status=400)


class ChangeDetails(_Part):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = DetailsForm(request.POST)
        if not form.is_valid():
            return self.refused(details=form)
        given = form.cleaned_data
        change_details(organization=self.actor.organization, name=given["name"], timezone=given["timezone"], author=self.author, now=self.now)
        return self.saved("Saved.")


class ChangeWebhook(_Part):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = WebhookForm(request.POST)
        if not form.is_valid():
            return self.refused(webhook=form)
        url = form.cleaned_data["url"]
        if url != self.actor.organization.default_webhook_url:
            set_default_webhook_url(organization=self.actor.organization, url=url, author=self.author, now=self.now)
        return self.saved(
            "Saved. The next attempt of every delivery without an address of its own goes there."
            if url
            else "Saved. Results are sent nowhere by default."
        )


class ChangeBudget(_Part):
    needs = MANAGE_BILLING

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = BudgetForm(request.POST)
        if not form.is_valid():
            return self.refused(budget=form)
        given = form.cleaned_data
        change_budget(
            organization=self.actor.organization,
            credit_limit_usd=given["credit_limit_usd"],
            daily_token_limit=given["daily_token_limit"],
            author=self.author,
            now=self.now,
        )
        return self.saved("Saved. The next submission goes by it.")


class RevealSecret(_Part):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        secret = reveal_secret(self.actor.organization, self.now, author=self.author)
        return keep_secret(self.render_to_response(self.get_context_data(secret=secret)))


class RotateSecret(_Part):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        secret = rotate_secret(self.actor.organization, self.now, author=self.author)
        return keep_secret(self.render_to_response(self.get_context_data(secret=secret, is_rotated=True)))


def _secret_state(organization: Organization, now: datetime) -> SecretState:
    rows = SigningSecret.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), organization=organization).values_list("created_at", "expires_at")
    live = list(rows)
    made = [created_at for created_at, expires_at in live if expires_at is None]
    leaving = [expires_at for _, expires_at in live if expires_at is not None]
    return SecretState(made[0] if made else None, max(leaving, default=None))


def _spent(organization: Organization, now: datetime) -> Spent:
    today = Q(day=now.astimezone(UTC).date())
    found = Spending.objects.filter(organization=organization).aggregate(
        usd=Sum("cost_usd", default=Decimal(0)),
        unpriced_calls=Sum("unpriced_calls", default=0),
        tokens_in=Sum("input_tokens", filter=today, default=0),
        tokens_out=Sum("output_tokens", filter=today, default=0),
    )
    return Spent(found["usd"], found["unpriced_calls"], found["tokens_in"] + found["tokens_out"])
