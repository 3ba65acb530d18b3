"""What the pages about jobs read from a browser: the filters of the list. The new submission has its own (`new_form`)."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q

from engines.models import Engine
from foundation.locales import UnknownLocale, canonical_locale
from localization.models import Job
from organizations.forms import DayField, FilterForm

LAST_ID = "~"  # sorts after every id with the same beginning


class LocaleInput(forms.CharField):
    """A locale in any spelling, as its canonical tag; empty where nothing was typed."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        if not text:
            return ""
        try:
            return canonical_locale(text)
        except UnknownLocale as exc:
            raise forms.ValidationError(exc.reason) from exc


class JobFilter(FilterForm):
    """The filters of the list of jobs."""

    q = forms.CharField(
        label="Group or job id", required=False, max_length=40, widget=forms.TextInput({"type": "search", "placeholder": "ljg_… or ljb_…"})
    )
    engine = forms.ChoiceField(label="Engine", required=False)
    locale = LocaleInput(label="Locale", required=False, max_length=35, widget=forms.TextInput({"placeholder": "de", "size": 8}))
    since = DayField("From")
    until = DayField("To")
    status = forms.ChoiceField(required=False, choices=[("", "All"), *Job.Status.choices], widget=forms.HiddenInput)

    def __init__(self, data: Any, *, engines: Sequence[Engine], zone: ZoneInfo) -> None:
        super().__init__(data, zone=zone)
        self.fields["engine"].choices = [("", "All"), *((engine.pk, engine.name) for engine in engines)]  # type: ignore[attr-defined]  # a ChoiceField
        self.is_valid()

    @property
    def status_chosen(self) -> str:
        return str(self.cleaned_data.get("status") or "")

    def condition(self) -> Q:
        """What the address asks for, but for the status, which the counts beside it leave open."""
        asked = self.cleaned_data
        chosen = Q()
        if text := str(asked.get("q") or "").strip().lower():
            chosen &= _begins("id", "ljb_", text) | _begins("group_id", "ljg_", text)
        if engine_id := asked.get("engine"):
            chosen &= Q(group__engine_id=engine_id)
        if locale := asked.get("locale"):
            chosen &= Q(target_locale=locale)
        return chosen & self.between("created_at")


def _begins(column: str, prefix: str, text: str) -> Q:
    """Ids that begin with `text`, with or without the prefix: a range, along the index."""
    start = text if text.startswith(prefix) else f"{prefix}{text}"
    return Q(**{f"{column}__gte": start, f"{column}__lt": f"{start}{LAST_ID}"})
