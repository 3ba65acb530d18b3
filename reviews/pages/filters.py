"""What the lists of reviews read from their address. A value that means nothing is said to be wrong and filters nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, TextChoices
from django.http import QueryDict

from engines.models import Engine
from foundation.fields import ANY_LOCALE
from localization.pages.forms import LocaleInput
from organizations.forms import PageForm
from organizations.models import User
from reviews.queries import AVAILABLE, CLAIMED, OPEN, Place, in_state

MINE, OTHERS, DONE = "mine", "others", "done"  # choices of the queue beside the states


class Risk(TextChoices):
    """What a check said of the AI version."""

    ERRORS = "errors", "With errors"
    WARNINGS = "warnings", "With warnings"
    GLOSSARY = "glossary", "With glossary misses"
    CLEAN = "clean", "Nothing found"


RISKS = {
    "": Q(),
    Risk.ERRORS: Q(errors__gt=0),
    Risk.WARNINGS: Q(warnings__gt=0),
    Risk.GLOSSARY: Q(glossary_misses__gt=0),
    Risk.CLEAN: Q(errors=0, warnings=0, glossary_misses=0),
}


class LocaleOrAll(LocaleInput):
    """A locale, or `*` for all where an empty one means the person's own."""

    def clean(self, value: Any) -> str:
        return ANY_LOCALE if str(value or "").strip() == ANY_LOCALE else super().clean(value)


class ReviewFilter(PageForm):
    """Of open items, for review managers."""

    engine = forms.ChoiceField(label="Engine", required=False)
    state = forms.ChoiceField(label="Show", required=False, choices=[("", "All"), (AVAILABLE, "Available"), (CLAIMED, "Claimed")])
    risk = forms.ChoiceField(label="Risk", required=False, choices=[("", "Any"), *Risk.choices])
    locale = LocaleInput(label="Locale", required=False, max_length=35, widget=forms.TextInput({"placeholder": "de", "size": 8}))

    def __init__(self, data: Any, *, engines: Sequence[Engine]) -> None:
        super().__init__(data)
        self.fields["engine"].choices = [("", "All"), *((engine.pk, engine.name) for engine in engines)]  # type: ignore[attr-defined]  # a ChoiceField
        self.is_valid()

    @property
    def is_filtering(self) -> bool:
        return any(self.cleaned_data.values())

    @property
    def engine_id(self) -> str:
        return str(self.cleaned_data.get("engine") or "")

    @property
    def locale_chosen(self) -> str:
        return str(self.cleaned_data.get("locale") or "")

    @property
    def state_chosen(self) -> str:
        return str(self.cleaned_data.get("state") or "")

    def condition(self) -> Q:
        """Engine and risk: what the counts of each locale and state keep."""
        of_engine = Q(engine_id=self.engine_id) if self.engine_id else Q()
        return of_engine & RISKS[self.cleaned_data.get("risk") or ""]

    def in_locales(self) -> Q:
        return Q(target_locale=self.locale_chosen) if self.locale_chosen else Q()

    def in_state(self, now: datetime) -> Q:
        return in_state(self.state_chosen or OPEN, now)


class QueueFilter(ReviewFilter):
    """Of a reviewer's queue: in the person's own locales, unless others are chosen."""

    state = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[("", "All that wait"), (AVAILABLE, "Available"), (MINE, "Mine"), (OTHERS, "Held by others"), (DONE, "Done")],
    )
    locale = LocaleOrAll(required=False, max_length=35, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, engines: Sequence[Engine], user: User, own_locales: Sequence[str]) -> None:
        super().__init__(data, engines=engines)
        self.user = user
        self.own_locales = own_locales

    @property
    def is_ended(self) -> bool:
        return self.state_chosen == DONE

    @property
    def locales(self) -> list[str]:
        """Those shown, and those to claim in; empty: all."""
        if self.locale_chosen == ANY_LOCALE:
            return []
        return [self.locale_chosen] if self.locale_chosen else list(self.own_locales)

    def in_locales(self) -> Q:
        return Q(target_locale__in=self.locales) if self.locales else Q()

    def in_state(self, now: datetime) -> Q:
        return states(self.user, now)[self.state_chosen]


def states(user: User, now: datetime) -> dict[str, Q]:
    """What each choice of the queue's filter means."""
    held = in_state(CLAIMED, now)
    return {
        "": in_state(OPEN, now),
        AVAILABLE: in_state(AVAILABLE, now),
        MINE: held & Q(holder=user),
        OTHERS: held & ~Q(holder=user),
        DONE: Q(ended_at__isnull=False),
    }


def read_place(address: QueryDict) -> Place | None:
    """After which row the page begins; None for the first page, and for a place that is none."""
    try:
        return Place.read(address.get("after", ""))
    except ValueError:
        return None


def keep_filters(text: str, names: Collection[str]) -> str:
    """The part of an address that a form sent along, cut down to these filters, with its `?`; empty where none is set."""
    sent, kept = QueryDict(text), QueryDict(mutable=True)
    for name in names:
        if sent.get(name):
            kept[name] = sent[name]
    return f"?{kept.urlencode()}" if kept else ""


def read_fence(form: QueryDict) -> int | None:
    """Which claim a form means; None where it names none."""
    fence = form.get("fence", "")
    return int(fence) if fence.isascii() and fence.isdigit() and len(fence) < 10 else None
