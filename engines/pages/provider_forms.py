"""The forms of the accounts at providers, and the cards they stand on. A key is never shown again, not even where it was refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.conf import settings

from engines.models import ReviewCredential
from engines.pages.accounts import ProviderAccount
from engines.pages.problem_form import ProblemForm
from foundation.customer_json import JSONValue


def _secret(label: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.PasswordInput({"autocomplete": "new-password", "spellcheck": "false"}))


class CredentialForm(ProblemForm):
    """A model provider's key, and where it is sent."""

    field_of: ClassVar[Mapping[str, str]] = {"key": "key", "baseUrl": "base_url"}

    key = _secret("API key")
    base_url = forms.ChoiceField(label="Address", required=False, help_text="Which others there are is the operator's to say (MODEL_HOSTS).")

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        choices = [("", "the provider's own"), *((host.rstrip("/"), host.rstrip("/")) for host in settings.MODEL_HOSTS)]
        self.fields["base_url"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def request_body(self) -> dict[str, JSONValue]:
        return {"key": self.cleaned_data["key"], "baseUrl": self.cleaned_data["base_url"]}


class ReviewAccountForm(ProblemForm):
    """An account at a provider of human review."""

    field_of: ClassVar[Mapping[str, str]] = {"publicKey": "public_key", "privateKey": "private_key", "baseUrl": "base_url"}

    public_key = forms.CharField(label="Public key", required=False, widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}))
    private_key = _secret("Private key")
    base_url = forms.CharField(label="Address", required=False, help_text="Empty: the provider's usual one. Its sandbox has another.")

    def request_body(self) -> dict[str, JSONValue]:
        given = self.cleaned_data
        return {"publicKey": given["public_key"], "privateKey": given["private_key"], "baseUrl": given["base_url"]}


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A provider of models that an account is needed for."""

    account: ProviderAccount
    form: CredentialForm


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A provider of human review; `own` is the account, without its private key."""

    provider: str
    title: str
    own: ReviewCredential | None
    form: ReviewAccountForm


def credential_form(account: ProviderAccount) -> CredentialForm:
    """With the address that the key there is, if any, is sent to."""
    return CredentialForm(initial={"base_url": account.own.base_url if account.own else ""}, auto_id=f"{account.provider}_%s")


def review_account_form(provider: str, own: ReviewCredential | None) -> ReviewAccountForm:
    initial = {"public_key": own.public_key, "base_url": own.base_url} if own else {}
    return ReviewAccountForm(initial=initial, auto_id=f"{provider}_%s")
