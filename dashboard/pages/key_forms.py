"""The forms of new API keys."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms

from engines.models import Engine
from organizations.forms import PageForm
from organizations.models import Role

DAYS = (("", "Never"), ("7", "In 7 days"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year"))
BY_ROLE, BY_ENGINES, EVERY_ENGINE = "role", "engines", "every"


class PersonalKeyForm(PageForm):
    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="What it is for, so that it can be told from the others.",
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "Laptop"}),
    )
    days = forms.ChoiceField(label="Ends", choices=DAYS, required=False)

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["days"]
        return now + timedelta(days=int(days)) if days else None


class ServiceKeyForm(PersonalKeyForm):
    """A service has a role, or uses engines and may do nothing else."""

    scope = forms.ChoiceField(
        label="It may",
        choices=[
            (EVERY_ENGINE, "use every engine, and nothing else"),
            (BY_ENGINES, "use chosen engines, and nothing else"),
            (BY_ROLE, "do what a role may"),
        ],
    )
    role = forms.ChoiceField(label="Role", required=False)
    engines = forms.MultipleChoiceField(label="Engines", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, roles: Sequence[Role], engines: Sequence[Engine]) -> None:
        super().__init__(data)
        self._roles = {role.pk: role for role in roles}
        self._engines = {engine.pk: engine for engine in engines}
        self.fields["name"].widget.attrs["placeholder"] = "Nightly build"
        self.fields["role"].choices = [("", "Choose a role"), *((role.pk, role.name) for role in roles)]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["engines"].choices = [(engine.pk, engine.name) for engine in engines]  # type: ignore[attr-defined]  # as above

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("scope") == BY_ROLE and not given.get("role"):
            self.add_error("role", "Choose a role.")
        if given.get("scope") == BY_ENGINES and not given.get("engines"):
            self.add_error("engines", "Choose at least one engine.")
        return given

    @property
    def role_given(self) -> Role | None:
        return self._roles[self.cleaned_data["role"]] if self.cleaned_data["scope"] == BY_ROLE else None

    @property
    def engines_given(self) -> list[Engine]:
        return [self._engines[pk] for pk in self.cleaned_data["engines"]] if self.cleaned_data["scope"] == BY_ENGINES else []
