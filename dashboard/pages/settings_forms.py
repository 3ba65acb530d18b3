"""The forms of an organization's settings."""

import zoneinfo
from decimal import Decimal
from functools import cache
from typing import Any

from django import forms

from organizations.forms import PageForm
from organizations.models import Organization
from webhooks.addresses import check_url
from webhooks.errors import RefusedURL


@cache
def zone_names() -> tuple[str, ...]:
    """Zones that a person may mean: places, and UTC."""
    return tuple(
        sorted(
            name for name in zoneinfo.available_timezones() if name == "UTC" or ("/" in name and not name.startswith(("Etc/", "posix/", "right/")))
        )
    )


class DetailsForm(PageForm):
    name = forms.CharField(label="Name", max_length=200, widget=forms.TextInput({"autocomplete": "off"}))
    timezone = forms.CharField(
        label="Time zone",
        max_length=64,
        help_text="In which times are shown and days begin, for everybody here. Type a city.",
        widget=forms.TextInput({"list": "il-zones", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_timezone(self) -> str:
        """In any case, and with a space for the line: `europe/new york` is understood where one zone is meant."""
        typed = str(self.cleaned_data["timezone"]).strip().replace(" ", "_").casefold()
        names = {name.casefold(): name for name in zone_names()}
        ending = [name for name in zone_names() if name.casefold().endswith(f"/{typed}")]
        found = names.get(typed) or (ending[0] if len(ending) == 1 else None)
        if found is None:
            raise forms.ValidationError("There is no such zone. Choose one of the list, such as Europe/Berlin.")
        return found


class WebhookForm(PageForm):
    url = forms.CharField(
        label="Default webhook URL",
        required=False,
        help_text="Where results are sent when a submission names no address. HTTPS only. Empty: nowhere.",
        widget=forms.URLInput({"placeholder": "https://example.com/hooks/interlinear", "autocomplete": "off"}),
    )

    def clean_url(self) -> str:
        """As the API checks a submission's."""
        url = str(self.cleaned_data["url"])
        if url:
            try:
                check_url(url)
            except RefusedURL as exc:
                raise forms.ValidationError(exc.reason) from exc
        return url


class BudgetForm(PageForm):
    credit_limit_usd = forms.DecimalField(
        label="Credit limit, in USD",
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text="Of all that models have cost. Reached: submissions are refused (402), steps wait for a day and then fail. Empty: no limit.",
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )
    daily_token_limit = forms.IntegerField(
        label="Tokens a day",
        required=False,
        min_value=0,
        max_value=9_000_000_000_000_000_000,
        help_text="In and out, from midnight to midnight UTC. Reached: submissions are refused (429) until then. Empty: no limit.",
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


def details_form(organization: Organization) -> DetailsForm:
    return DetailsForm(initial={"name": organization.name, "timezone": organization.timezone})


def webhook_form(organization: Organization) -> WebhookForm:
    return WebhookForm(initial={"url": organization.default_webhook_url})


def budget_form(organization: Organization) -> BudgetForm:
    initial: dict[str, Any] = {"credit_limit_usd": organization.credit_limit_usd, "daily_token_limit": organization.daily_token_limit}
    return BudgetForm(initial=initial)
