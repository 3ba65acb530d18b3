"""Looking through a translation memory that may hold millions of entries: each page looks at a bounded part of it and says where to go on.

A search goes through the entries in the order of their age. Where it has looked at SEARCHED of them without filling a page, the page ends there, and
its link goes on with those beyond: so no request takes long, and nothing is left out.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.db import connection
from django.db.models import CharField, Func, Q, QuerySet

from engines.models import Engine, MemoryEntry
from engines.pages.searching import LocaleFilter, contains
from foundation.keyset import KeysetPage, cut_keyset
from organizations.forms import PageForm

PAGE_SIZE = 50
SEARCHED = 100_000  # entries that one page looks at
ORIGINS = [("", "All"), (MemoryEntry.Origin.HUMAN.value, "People"), (MemoryEntry.Origin.MACHINE.value, "Machines")]


class MemoryFilter(PageForm):
    """The filters, from the address. A value that means nothing is said to be wrong and filters nothing."""

    q = forms.CharField(label="Source or translation", required=False, max_length=200, strip=False, widget=forms.TextInput({"type": "search"}))
    source = LocaleFilter(label="From")
    target = LocaleFilter(label="To")
    origin = forms.ChoiceField(label="Made by", required=False, choices=ORIGINS)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.fields["source"].widget.attrs["placeholder"] = "en"
        self.is_valid()

    @property
    def is_filtering(self) -> bool:
        return any(self.cleaned_data.values())

    def condition(self) -> Q:
        asked = self.cleaned_data
        columns = {"source_locale": asked.get("source"), "target_locale": asked.get("target"), "origin": asked.get("origin")}
        chosen = Q(**{name: value for name, value in columns.items() if value})
        text = asked.get("q") or ""
        return chosen & contains(("source_text", "target_text"), text) if text.strip() else chosen


def search_memory(engine: Engine, condition: Q, *, total: int, before: str = "", after: str = "") -> tuple[KeysetPage[MemoryEntry], bool]:
    """A page, newest first, and whether its search ended before the memory did. `total` is as `count_entries` gave it. At most two queries."""
    entries = _in_order(engine)
    border = _border(entries, before=before, after=after) if condition and total > SEARCHED else None
    if border is None:
        return cut_keyset(entries.filter(condition), before=before, after=after, size=PAGE_SIZE), False
    near = entries.filter(condition, **({"pk__lte": border} if after else {"pk__gte": border}))
    page = cut_keyset(near, before=before, after=after, size=PAGE_SIZE)
    if after:
        return (page, False) if page.newer else (replace(page, newer=str(border)), True)
    return (page, False) if page.older else (replace(page, older=str(border)), True)


def count_entries(engine: Engine) -> int:
    """A memory of more than SEARCHED entries is not counted to its end."""
    return MemoryEntry.objects.filter(engine=engine).values("pk")[: SEARCHED + 1].count()


class _Unindexed(Func):
    """The column itself; SQLite uses no index for it (https://www.sqlite.org/optoverview.html, 2.1)."""

    template = "+%(expressions)s"
    output_field = CharField()


def _in_order(engine: Engine) -> QuerySet[MemoryEntry]:
    """The engine's entries, to be read by their ids. SQLite would take the index of another order and sort, which takes six times as long."""
    if connection.vendor != "sqlite":
        return MemoryEntry.objects.filter(engine=engine)
    return MemoryEntry.objects.alias(whose=_Unindexed("engine_id")).filter(whose=engine.pk)


def _border(entries: QuerySet[MemoryEntry], *, before: str, after: str) -> int | None:
    """The last of the SEARCHED entries that a page may look at; None where there are no more than these."""
    older = entries.filter(pk__lt=before) if before else entries
    ordered = entries.filter(pk__gt=after).order_by("pk") if after else older.order_by("-pk")
    return next(iter(ordered.values_list("pk", flat=True)[SEARCHED - 1 : SEARCHED]), None)
