"""What the history of reviews reads from its address. A value that means nothing is said to be wrong and filters nothing."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, TextChoices

from engines.models import Engine
from foundation.ids import is_id
from localization.pages.forms import LocaleInput
from organizations.forms import PageForm
from reviews.models import ReviewItem

FIRST_YEAR, LAST_YEAR = 1970, 9998  # within what every zone and database can say


class Outcome(TextChoices):
    """How the wait for a person ended."""

    AS_IS = "as_is", "Approved as it was"
    EDITED = "edited", "Edited"
    TIMED_OUT = "timed_out", "Timed out"
    SHIPPED = "shipped", "Shipped by a manager"
    CANCELLED = "cancelled", "Cancelled"


OUTCOMES = {
    "": Q(),
    Outcome.AS_IS: Q(state=ReviewItem.State.SUBMITTED, decision__changed=0),
    Outcome.EDITED: Q(state=ReviewItem.State.SUBMITTED, decision__changed__gt=0),
    Outcome.TIMED_OUT: Q(state=ReviewItem.State.TIMED_OUT),
    Outcome.SHIPPED: Q(state=ReviewItem.State.SHIPPED),
    Outcome.CANCELLED: Q(state=ReviewItem.State.CANCELLED),
}
COLUMNS = {"person": "decision__reviewer", "engine": "engine_id", "locale": "target_locale"}


class Day(forms.DateField):
    widget = forms.DateInput({"type": "date"})

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"])
        return day


class HistoryFilter(PageForm):
    """Days begin where the organization is."""

    person = forms.CharField(label="Person", required=False, max_length=40, widget=forms.Select)
    engine = forms.ChoiceField(label="Engine", required=False)
    locale = LocaleInput(label="Locale", required=False, max_length=35, widget=forms.TextInput({"placeholder": "de", "size": 8}))
    outcome = forms.ChoiceField(label="Outcome", required=False, choices=[("", "All"), *Outcome.choices])
    since = Day(label="From", required=False)
    until = Day(label="To", required=False)

    def __init__(self, data: Any, *, engines: Sequence[Engine], people: Collection[tuple[str, str]], zone: ZoneInfo) -> None:
        super().__init__(data)
        self.zone = zone
        self.fields["engine"].choices = [("", "All"), *((engine.pk, engine.name) for engine in engines)]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["person"].widget.choices = [("", "All"), *people]
        self.is_valid()

    def clean_person(self) -> str:
        """Anybody's id: who decided need not be a member any more."""
        person = str(self.cleaned_data["person"])
        if person and not is_id(person, "usr"):
            raise forms.ValidationError("This is nobody's id.")
        return person

    @property
    def is_filtering(self) -> bool:
        return any(self.cleaned_data.values())

    def condition(self) -> Q:
        asked = self.cleaned_data
        chosen = OUTCOMES[asked.get("outcome") or ""]
        for name, column in COLUMNS.items():
            if asked.get(name):
                chosen &= Q(**{column: asked[name]})
        if since := asked.get("since"):
            chosen &= Q(ended_at__gte=self._midnight(since))
        if until := asked.get("until"):
            chosen &= Q(ended_at__lt=self._midnight(until + timedelta(days=1)))
        return chosen

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)
