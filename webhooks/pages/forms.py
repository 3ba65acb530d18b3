"""What the pages about webhooks read from a browser: the filters of the log, and since when what failed is to be sent again.

Days and times are those of the organization's zone.
"""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q

from foundation.ids import is_id
from organizations.forms import FIRST_DAY, LAST_DAY, DayField, FilterForm, PageForm
from organizations.models import Organization
from organizations.zones import zone_of
from webhooks.queries import in_group, named
from webhooks.serializers import STORED_STATUS
from webhooks.services import TEST_EVENT

EVENT_TYPES = ("translation.completed", "translation.failed", TEST_EVENT)
MOMENT = "%Y-%m-%dT%H:%M"  # as a browser's field for a local time writes it


class DeliveryFilter(FilterForm):
    """The filters of the log of deliveries."""

    q = forms.CharField(
        label="Job, group or delivery id",
        required=False,
        max_length=40,
        widget=forms.TextInput({"type": "search", "placeholder": "ljb_…, ljg_… or dlv_…"}),
    )
    type = forms.ChoiceField(label="Event", required=False, choices=[("", "All"), *((name, name) for name in EVENT_TYPES)])
    url = forms.CharField(label="Receiver", required=False, max_length=2000, widget=forms.TextInput({"placeholder": "part of its URL", "size": 14}))
    since = DayField("From")
    until = DayField("To")
    status = forms.ChoiceField(required=False, choices=[("", "All"), *((wire, wire) for wire in STORED_STATUS)], widget=forms.HiddenInput)

    def __init__(self, data: Any, *, organization: Organization) -> None:
        super().__init__(data, zone=zone_of(organization))
        self.organization = organization
        self.is_valid()

    def clean_q(self) -> str:
        text = str(self.cleaned_data["q"]).strip().lower()
        if text.startswith("ljg_") and not is_id(text, "ljg"):
            raise forms.ValidationError("A group is found by its whole id.")
        return text

    @property
    def status_chosen(self) -> str:
        """A word of the wire; empty for all."""
        return str(self.cleaned_data.get("status") or "")

    def condition(self) -> Q:
        """What the address asks for, but for the status, which the counts beside it leave open."""
        asked = self.cleaned_data
        chosen = Q()
        if text := asked.get("q"):
            chosen &= in_group(text) if text.startswith("ljg_") else named(text)
        if event_type := asked.get("type"):
            chosen &= Q(event_type=event_type)
        if url := asked.get("url"):
            chosen &= self._sent_to(url)
        return chosen & self.between("created_at")

    def _sent_to(self, part: str) -> Q:
        """A delivery without an address of its own goes to the organization's."""
        to_default = part.lower() in self.organization.default_webhook_url.lower()
        return Q(url__icontains=part) | Q(url="") if to_default else Q(url__icontains=part)


class MomentInput(forms.DateTimeField):
    """A local time, to the minute. The form sets the zone in which it is read."""

    zone: ZoneInfo | None = None

    def __init__(self, label: str) -> None:
        limits = [MinValueValidator(datetime.combine(FIRST_DAY, time(), UTC)), MaxValueValidator(datetime.combine(LAST_DAY, time(), UTC))]
        widget = forms.DateTimeInput({"type": "datetime-local"})
        super().__init__(label=label, widget=widget, input_formats=[MOMENT, f"{MOMENT}:%S"], validators=limits)

    def to_python(self, value: Any) -> datetime | None:
        read = super().to_python(value)
        return read.replace(tzinfo=self.zone) if read else None


class SinceForm(PageForm):
    """From when on failed deliveries are to be sent again."""

    since = MomentInput("Failed since")

    def __init__(self, data: Any, *, organization: Organization) -> None:
        super().__init__(data)
        zone = zone_of(organization)
        self.fields["since"].zone = zone  # type: ignore[attr-defined]  # a MomentInput
        self.fields["since"].help_text = f"Time in {zone.key}."


def local_text(moment: datetime, organization: Organization) -> str:
    """A moment as SinceForm reads it."""
    return f"{moment.astimezone(zone_of(organization)):{MOMENT}}"
