"""The forms of a glossary item, an instruction and a brand voice, and the filters of their lists.

A form knows no rule: the API's serializer of the same item judges what was typed, and `field_of` says where each problem is shown.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from engines.management.layer_kinds import BRAND_VOICES, GLOSSARY, INSTRUCTIONS, Item, LayerKind
from engines.models import GlossaryItem
from engines.pages.problem_form import VersionedForm, text_of
from engines.pages.searching import LocaleFilter, contains
from organizations.forms import PageForm

TYPES = [
    (GlossaryItem.Type.CUSTOM_TRANSLATION.value, "becomes the translation"),
    (GlossaryItem.Type.NON_TRANSLATABLE.value, "stays as it is"),
]


def _locale(label: str, suggestions: str, help_text: str = "", placeholder: str = "*") -> forms.CharField:
    attributes = {"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off", "list": f"il-{suggestions}", "placeholder": placeholder}
    return forms.CharField(label=label, required=False, help_text=help_text, widget=forms.TextInput(attributes))


def _text(label: str, help_text: str = "", rows: int = 1) -> forms.CharField:
    widget = forms.Textarea({"rows": rows, "dir": "auto", "class": "il-one-line" if rows == 1 else ""})
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


class ItemForm(VersionedForm):
    """One item. What is typed and what is stored are texts by the names of the columns, which the fields have too."""

    kind: ClassVar[LayerKind]
    locales: ClassVar[tuple[str, ...]]  # fields of which an empty one is left out
    sticky: ClassVar[tuple[str, ...]] = ()  # fields whose values the next new item begins with

    @classmethod
    def stored(cls, item: Item) -> dict[str, str]:
        return {name: getattr(item, name) for name in cls.field_of.values()}

    def clean(self) -> dict[str, Any]:
        return {name: text_of(value) for name, value in (super().clean() or self.cleaned_data).items()}

    def item_values(self) -> dict[str, Any] | None:
        """What the services take; None where the form now says what is wrong. Of a form that was cleaned."""
        typed = {wire: self.cleaned_data[name] for wire, name in self.field_of.items() if self.cleaned_data[name] or name not in self.locales}
        return self.judge(self.kind.input(data=typed))


class TermForm(ItemForm):
    kind = GLOSSARY
    locales = ("source_locale", "target_locale")
    sticky = ("source_locale", "target_locale", "type")
    field_of: ClassVar[Mapping[str, str]] = {
        "sourceText": "source_text",
        "type": "type",
        "targetText": "target_text",
        "sourceLocale": "source_locale",
        "targetLocale": "target_locale",
        "hint": "hint",
    }

    source_text = _text("Term", "As it stands in source texts; inflected forms are found too.")
    type = forms.ChoiceField(label="In a translation it", required=False, choices=TYPES)
    target_text = _text("Translation", "Empty for a term that stays as it is.")
    source_locale = _locale("Source locale", "source", "* is any locale.")
    target_locale = _locale("Target locale", "target", "* is any locale.")
    hint = _text("Hint", "For the model: what the term means, or which of its meanings is meant.")


class InstructionForm(ItemForm):
    kind = INSTRUCTIONS
    locales = ("target_locale",)
    field_of: ClassVar[Mapping[str, str]] = {"name": "name", "targetLocale": "target_locale", "text": "text"}

    name = forms.CharField(
        label="Name", required=False, help_text="For your team; no model reads it.", widget=forms.TextInput({"autocomplete": "off"})
    )
    target_locale = _locale("Target locale", "target", "* is any locale.")
    text = _text("Instruction", "One rule, as you would tell it a translator. It is in the prompt of everything translated into this locale.", rows=4)


class BrandVoiceForm(ItemForm):
    kind = BRAND_VOICES
    locales = ("locale",)
    field_of: ClassVar[Mapping[str, str]] = {"locale": "locale", "text": "text"}

    locale = _locale("Locale", "target", "One voice each. That of de holds for de-AT too, unless de-AT has its own.", "de")
    text = _text("Voice", "How the brand speaks: form of address, tone, words it uses and words it avoids.", rows=6)


class ItemFilter(PageForm):
    """The filters of a list, from its address. A value that means nothing is said to be wrong and filters nothing."""

    q = forms.CharField(label="Search", required=False, max_length=200, widget=forms.TextInput({"type": "search"}))
    locale = LocaleFilter(label="Locale")
    type = forms.ChoiceField(label="In a translation it", required=False, choices=[("", "All"), *TYPES])

    def __init__(self, data: Mapping[str, Any], *, texts: tuple[str, ...], locales: tuple[str, ...], has_types: bool) -> None:
        super().__init__(data)
        self.texts, self.locales = texts, locales
        if not has_types:
            del self.fields["type"]
        self.is_valid()

    @property
    def is_filtering(self) -> bool:
        return any(self.cleaned_data.values())

    def condition(self) -> Q:
        """On the items' columns."""
        asked, chosen = self.cleaned_data, Q()
        if text := asked.get("q"):
            chosen &= contains(self.texts, text)
        if locale := asked.get("locale"):
            chosen &= Q(*((name, locale) for name in self.locales), _connector=Q.OR)
        if kind := asked.get("type"):
            chosen &= Q(type=kind)
        return chosen
