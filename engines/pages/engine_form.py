"""The forms of an engine, new or there already: what a browser sent, as the body that the API would have been sent."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from engines.models import Engine, OnUnverified
from engines.pages.problem_form import ProblemForm, VersionedForm, text_of, words_of
from foundation.customer_json import JSONValue


def _locales(label: str, name: str, placeholder: str) -> forms.CharField:
    attributes = {"rows": 2, "placeholder": placeholder, "data-locales": name, "autocapitalize": "off", "spellcheck": "false"}
    return forms.CharField(label=label, required=False, help_text="Empty: any.", widget=forms.Textarea(attributes))


class EngineFields(ProblemForm):
    """What every engine is asked for."""

    field_of: ClassVar[Mapping[str, str]] = {
        "name": "name",
        "description": "description",
        "sourceLocales": "source_locales",
        "targetLocales": "target_locales",
        "isDefault": "is_default",
        "onUnverified": "on_unverified",
    }

    name = forms.CharField(label="Name", required=False, widget=forms.TextInput({"placeholder": "Website", "autocomplete": "off"}))
    description = forms.CharField(
        label="Description",
        required=False,
        help_text="For your team: what it translates, and for whom. No model reads it.",
        widget=forms.Textarea({"rows": 2}),
    )
    source_locales = _locales("Source locales", "source", "en")
    target_locales = _locales("Target locales", "target", "de, fr, pt-BR")

    def clean_description(self) -> str:
        return text_of(self.cleaned_data["description"])

    def request_body(self) -> dict[str, JSONValue]:
        """The members of the engine that the form has fields for."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "description": given["description"],
            "sourceLocales": [*words_of(given["source_locales"])],
            "targetLocales": [*words_of(given["target_locales"])],
        }


class NewEngineForm(EngineFields):
    """`model` is one of `engines.defaults.offered_models`, or empty for what the installation gives."""

    model = forms.ChoiceField(label="Model", required=False, help_text="The first of its chain, for every pair. The Models tab has the others.")

    def __init__(self, data: Mapping[str, Any] | None = None, *, models: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["model"].choices = models  # type: ignore[attr-defined]  # a ChoiceField


class EngineForm(VersionedForm, EngineFields):
    """The settings of an engine."""

    enabled = forms.BooleanField(
        label="Enabled", required=False, help_text="A disabled engine refuses submissions and synchronous calls, and keeps all it has."
    )
    is_default = forms.BooleanField(
        label="Default engine", required=False, help_text="Translates what names no engine. An organization has one: it takes that from the other."
    )
    uses_memory = forms.BooleanField(
        label="Use the translation memory",
        required=False,
        help_text="A text that was translated before, with the same layers or by a person, costs no call. Off: every text is sent, none remembered.",
    )
    on_unverified = forms.ChoiceField(
        label="A text that no model translates verifiably",
        required=False,
        choices=[(OnUnverified.KEEP.value, "keeps its source, with a warning on the job"), (OnUnverified.FAIL.value, "fails the whole job")],
        help_text="Verified: placeholders, tags and numbers are kept, the glossary is used, and it is in the right language.",
    )

    def request_body(self) -> dict[str, JSONValue]:
        given = self.cleaned_data
        return {
            **super().request_body(),
            "enabled": given["enabled"],
            "isDefault": given["is_default"],
            "usesMemory": given["uses_memory"],
            "onUnverified": given["on_unverified"],
        }


def settings_of(engine: Engine) -> dict[str, Any]:
    """An engine's values by the names of the form's fields."""
    return {
        "name": engine.name,
        "description": engine.description,
        "source_locales": ", ".join(engine.source_locales),
        "target_locales": ", ".join(engine.target_locales),
        "enabled": engine.enabled,
        "is_default": engine.is_default,
        "uses_memory": engine.uses_memory,
        "on_unverified": engine.on_unverified,
    }
