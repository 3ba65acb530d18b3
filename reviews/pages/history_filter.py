"""What the history of reviews reads from its address. A value that means nothing is said to be wrong and filters nothing."""

from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, TextChoices

from engines.models import Engine
from foundation.ids import is_id
from localization.pages.forms import LocaleInput
from organizations.forms import DayField, FilterForm
from reviews.models import ReviewItem


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


class HistoryFilter(FilterForm):
    """The filters of the history."""

    person = forms.CharField(label="Person", required=False, max_length=40, widget=forms.Select)
    engine = forms.ChoiceField(label="Engine", required=False)
    locale = LocaleInput(label="Locale", required=False, max_length=35, widget=forms.TextInput({"placeholder": "de", "size": 8}))
    outcome = forms.ChoiceField(label="Outcome", required=False, choices=[("", "All"), *Outcome.choices])
    since = DayField("From")
    until = DayField("To")

    def __init__(self, data: Any, *, engines: Sequence[Engine], people: Collection[tuple[str, str]], zone: ZoneInfo) -> None:
        super().__init__(data, zone=zone)
        self.fields["engine"].choices = [("", "All"), *((engine.pk, engine.name) for engine in engines)]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["person"].widget.choices = [("", "All"), *people]
        self.is_valid()

    def clean_person(self) -> str:
        """Anybody's id: who decided need not be a member any more."""
        person = str(self.cleaned_data["person"])
        if person and not is_id(person, "usr"):
            raise forms.ValidationError("This is nobody's id.")
        return person

    def condition(self) -> Q:
        asked = self.cleaned_data
        chosen = OUTCOMES[asked.get("outcome") or ""]
        for name, column in COLUMNS.items():
            if asked.get(name):
                chosen &= Q(**{column: asked[name]})
        return chosen & self.between("ended_at")
