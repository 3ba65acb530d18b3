"""What the forms of pages have in common: fields look as the components do, and texts stay as they were typed.

A form here reads what a browser sent. Whether it may be done is for the services and the API's serializers to say, so that no rule exists twice.
"""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from unfold.widgets import BASE_INPUT_CLASSES

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)  # beyond the calendar's ends a day in a zone may be none in UTC


class PageForm(forms.Form):
    """Sets the class that `components.css` knows; `components/_field.html` shows a field with its help and errors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.HiddenInput):
                field.widget.attrs["class"] = f"il-input {field.widget.attrs.get('class', '')}".strip()


class DayField(forms.DateField):
    """A day; None where none was given."""

    def __init__(self, label: str) -> None:
        limits = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
        super().__init__(label=label, required=False, widget=forms.DateInput({"type": "date"}), validators=limits)


class FilterForm(PageForm):
    """The filters of a list, from its address. A value that means nothing is said to be wrong and filters nothing."""

    def __init__(self, data: Any, *, zone: ZoneInfo) -> None:
        """Days begin in `zone`. A subclass that offers choices of its own sets them, then calls `is_valid`."""
        super().__init__(data)
        self.zone = zone

    @property
    def is_filtering(self) -> bool:
        return any(self.cleaned_data.values())

    def between(self, column: str) -> Q:
        """A condition on a time: from the beginning of `since` to the end of `until`, each where it was given."""
        chosen = Q()
        if since := self.cleaned_data.get("since"):
            chosen &= Q(**{f"{column}__gte": self._midnight(since)})
        if until := self.cleaned_data.get("until"):
            chosen &= Q(**{f"{column}__lt": self._midnight(until + timedelta(days=1))})
        return chosen

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


def look_like_login(form: forms.BaseForm) -> None:
    """For forms in front of the shell: `unfold/helpers/field.html` shows their fields as the log-in's."""
    for field in form.fields.values():
        field.widget.attrs["class"] = " ".join(BASE_INPUT_CLASSES)


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # the class is generic to the type checker alone
    """A password, twice, which the validators accept for this person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["new_password1"].label = "Password"
        self.fields["new_password1"].help_text = "At least 10 characters, and not one of the passwords that everybody tries."
        self.fields["new_password2"].label = "The same again"
        self.fields["new_password2"].help_text = ""
        look_like_login(self)


class NewPersonForm(NewPasswordForm):
    """What an account needs beside an address."""

    name = forms.CharField(label="Your name", max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    field_order = ("name", "new_password1", "new_password2")

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())
