"""What the filters of an engine's lists have in common: a text that is looked for in columns, and a locale in any spelling."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import connection
from django.db.models import Q

from foundation.locales import UnknownLocale, canonical_locale

ANY_LOCALE = "*"


class LocaleFilter(forms.CharField):
    """A locale in any spelling, as its canonical tag, or `*`; empty where nothing was typed."""

    def __init__(self, **options: Any) -> None:
        attributes = {"size": 8, "autocapitalize": "off", "spellcheck": "false", "autocomplete": "off", "placeholder": "de"}
        super().__init__(**{"required": False, "max_length": 35, "widget": forms.TextInput(attributes), **options})

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        if text in ("", ANY_LOCALE):
            return text
        try:
            return canonical_locale(text)
        except UnknownLocale as exc:
            raise forms.ValidationError(exc.reason) from exc


def contains(columns: Iterable[str], text: str) -> Q:
    """Rows that have the text in one of the columns, in capitals or not. SQLite folds ASCII alone, so other letters are looked for in each case."""
    is_folded = text.isascii() or connection.vendor != "sqlite"
    spellings = {text} if is_folded else {text, text.lower(), text.upper(), text.capitalize()}
    return Q(*((f"{column}__icontains", spelling) for column in columns for spelling in sorted(spellings)), _connector=Q.OR)
