"""The forms of the Models tab: a model to be added, and what a model is tried with."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from engines.models import ANY_LOCALE, Engine, ModelConfig
from engines.pages.accounts import ProviderAccount
from engines.pages.problem_form import ProblemForm, text_of
from engines.process.requests import MAX_TRIAL_LENGTH
from foundation.customer_json import JSONValue

SAMPLE = "Welcome back, {name}! Your order has been shipped."
SOURCE, TARGET = "en", "de"
_PLAIN = {"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off"}


def _locale(label: str, placeholder: str, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.TextInput({"placeholder": placeholder, **_PLAIN}), **options)


class ModelForm(ProblemForm):
    """A model for a pair of locales."""

    field_of: ClassVar[Mapping[str, str]] = {
        "sourceLocale": "source_locale",
        "targetLocale": "target_locale",
        "provider": "provider",
        "model": "model",
    }

    provider = forms.ChoiceField(label="Provider", required=False)
    model = forms.CharField(
        label="Model",
        required=False,
        help_text="As the provider names it.",
        widget=forms.TextInput({"placeholder": "gpt-5-mini", "list": "il-models", **_PLAIN}),
    )
    source_locale = _locale("Source locale", "any", help_text="Empty: any.")
    target_locale = _locale("Target locale", "any", help_text="Empty: any. A pair's own models go before those for any.")

    def __init__(self, data: Mapping[str, Any] | None = None, *, accounts: Sequence[ProviderAccount], **options: Any) -> None:
        super().__init__(data, **options)
        reached_first = sorted(accounts, key=lambda account: not account.is_reached)
        choices = [(account.provider, f"{account.provider} ({account.standing})") for account in reached_first]
        self.fields["provider"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def request_body(self) -> dict[str, JSONValue]:
        given = self.cleaned_data
        return {
            "provider": given["provider"],
            "model": given["model"],
            "sourceLocale": given["source_locale"] or ANY_LOCALE,
            "targetLocale": given["target_locale"] or ANY_LOCALE,
        }


class TrialForm(ProblemForm):
    """A short text and where it goes; empty locales are those of the model or its engine."""

    field_of: ClassVar[Mapping[str, str]] = {"text": "text", "sourceLocale": "source", "targetLocale": "target"}

    text = forms.CharField(label="Sample text", required=False, initial=SAMPLE, widget=forms.Textarea({"rows": 2, "maxlength": MAX_TRIAL_LENGTH}))
    source = _locale("From", "as the model", help_text="Empty: the model's pair, or the engine's first.")
    target = _locale("Into", "as the model", help_text="Empty: likewise.")

    def request_body(self, engine: Engine, item: ModelConfig) -> dict[str, JSONValue]:
        given = self.cleaned_data
        source, target = trial_pair(engine, item)
        return {"text": text_of(given["text"]), "sourceLocale": given["source"] or source, "targetLocale": given["target"] or target}


def trial_pair(engine: Engine, item: ModelConfig) -> tuple[str, str]:
    """The locales that a model is tried with: its own, else the engine's first, else English to German."""
    source = item.source_locale if item.source_locale != ANY_LOCALE else next(iter(engine.source_locales), SOURCE)
    if item.target_locale != ANY_LOCALE:
        return str(source), item.target_locale
    others = [locale for locale in (*engine.target_locales, TARGET, SOURCE) if locale != source]
    return str(source), str(others[0])
