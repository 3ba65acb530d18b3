"""`/orgs/<id>/providers`: by whose accounts models, and reviewers outside, are reached. Needs `org:manage_settings`.

Keys go in and never come out: what is stored is known by its last characters.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from engines.management.credential_services import delete_credential, refuse_unknown_provider, set_credential
from engines.management.requests import CredentialInput
from engines.management.review_credential_serializers import ReviewCredentialInput
from engines.management.review_credential_services import delete_review_credential, refuse_unknown_review_provider, set_review_credential
from engines.models import ReviewCredential
from engines.pages.accounts import TITLES, provider_accounts
from engines.pages.problem_form import ProblemForm
from engines.pages.provider_forms import CredentialForm, ModelCard, ReviewAccountForm, ReviewCard, credential_form, review_account_form
from engines.review_accounts import BASE_URLS
from organizations.audit import author_of
from organizations.pages.base import OrganizationPage
from organizations.permissions import MANAGE_SETTINGS


class ProvidersPage(OrganizationPage):
    """The accounts, and a form for each."""

    template_name = "engines/providers.html"
    title = "Providers"
    permission = MANAGE_SETTINGS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refused: Mapping[str, Any] = kwargs.pop("refused", {})  # forms by provider
        accounts = provider_accounts(self.actor.organization)
        own = {row.provider: row for row in ReviewCredential.objects.filter(organization=self.actor.organization).defer("private_key")}
        return {
            **super().get_context_data(**kwargs),
            "models": [ModelCard(each, refused.get(each.provider) or credential_form(each)) for each in accounts if each.needs_account],
            "local": [each for each in accounts if not each.needs_account],
            "reviews": [
                ReviewCard(name, TITLES.get(name, name), own.get(name), refused.get(name) or review_account_form(name, own.get(name)))
                for name in BASE_URLS
            ],
        }

    def show_refused(self, provider: str, form: ProblemForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(refused={provider: form}), status=400)

    def say(self, sentence: str) -> HttpResponse:
        messages.success(self.request, sentence)
        return redirect("providers", self.actor.organization.pk)


class SetProviderKey(ProvidersPage):
    """Stores a model provider's key in place of the one there was."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        provider = kwargs["provider"]
        refuse_unknown_provider(provider)
        form = CredentialForm(request.POST, auto_id=f"{provider}_%s")
        values = form.judge(CredentialInput(data=form.request_body())) if form.is_valid() else None
        if values is None:
            return self.show_refused(provider, form)
        author = author_of(request, self.actor)
        credential, is_new = set_credential(actor=self.actor, provider=provider, **values, author=author, now=self.now)
        return self.say(f"{TITLES[provider]}: your key ending in {credential.hint} is {'set' if is_new else 'set in place of the old one'}.")


class RemoveProviderKey(ProvidersPage):
    """Back to the operator's account, where there is one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        delete_credential(actor=self.actor, provider=kwargs["provider"], author=author_of(request, self.actor), now=self.now)
        return self.say(f"{TITLES[kwargs['provider']]}: your key is removed.")


class SetReviewAccount(ProvidersPage):
    """Stores an account at a provider of human review in place of the one there was."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        provider = kwargs["provider"]
        refuse_unknown_review_provider(provider)
        form = ReviewAccountForm(request.POST, auto_id=f"{provider}_%s")
        values = form.judge(ReviewCredentialInput(data=form.request_body())) if form.is_valid() else None
        if values is None:
            return self.show_refused(provider, form)
        author = author_of(request, self.actor)
        credential, _ = set_review_credential(actor=self.actor, provider=provider, **values, author=author, now=self.now)
        return self.say(f"{TITLES[provider]}: the account with the private key ending in {credential.hint} is set.")


class RemoveReviewAccount(ProvidersPage):
    """Nothing can be ordered there any more."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        delete_review_credential(actor=self.actor, provider=kwargs["provider"], author=author_of(request, self.actor), now=self.now)
        return self.say(f"{TITLES[kwargs['provider']]}: the account is removed.")
