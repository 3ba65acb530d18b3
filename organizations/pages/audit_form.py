"""The filters of the audit log, from its address. A value that means nothing is said to be wrong and filters nothing."""

import re
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q

from organizations.forms import DayField, FilterForm

_ACTION = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}")


class AuditFilter(FilterForm):
    person = forms.CharField(
        label="Person or key", required=False, max_length=254, widget=forms.TextInput({"type": "search", "list": "il-people", "autocomplete": "off"})
    )
    action = forms.ChoiceField(label="Act", required=False)
    target = forms.CharField(
        label="What it was done to",
        required=False,
        max_length=40,
        widget=forms.TextInput({"type": "search", "placeholder": "rol_… or role", "autocapitalize": "off"}),
    )
    since = DayField("From")
    until = DayField("To")

    def __init__(self, data: Any, *, actions: Iterable[str], zone: ZoneInfo) -> None:
        """`actions` are offered; any other that could be one is taken from the address all the same."""
        super().__init__(data, zone=zone)
        asked = str(data.get("action") or "")
        offered = sorted({*actions, *([asked] if _ACTION.fullmatch(asked) else [])})
        self.fields["action"].choices = [("", "All"), *((action, in_words(action)) for action in offered)]  # type: ignore[attr-defined]  # a ChoiceField
        self.is_valid()

    def condition(self) -> Q:
        """On rows of the log. Days begin where the organization is."""
        asked = self.cleaned_data
        chosen = Q()
        if person := asked.get("person"):
            chosen &= Q(actor_label__icontains=person) | Q(actor_id=person)
        if action := asked.get("action"):
            chosen &= Q(action=action)
        if target := asked.get("target"):
            chosen &= Q(target_id__startswith=target.lower()) | Q(target_type=target.lower())
        return chosen & self.between("at")


def in_words(action: str) -> str:
    """`member.role_changed` → `Member: role changed`."""
    noun, _, done = action.partition(".")
    return f"{noun.replace('_', ' ').capitalize()}: {done.replace('_', ' ')}"
