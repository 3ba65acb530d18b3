"""The form of a role: what a browser sent, as the grants that `organizations.services` takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from engines.models import Engine
from organizations.forms import PageForm
from organizations.permission_words import PERMISSION_WORDS
from organizations.permissions import ON_ENGINE, ON_ORGANIZATION, Grants

NONE, EVERY, CHOSEN = "none", "every", "chosen"
ON_THE_ORGANIZATION = {name: codename for name, codename in ON_ORGANIZATION.items() if name not in ON_ENGINE}


@dataclass(frozen=True, slots=True)
class EngineFields:
    """An `engine:*` permission: where it is held, and on which engines where they are chosen."""

    scope: forms.BoundField
    engines: forms.BoundField


class RoleForm(PageForm):
    """`held` are the codenames that the one who edits holds; what they cannot give is shown, and switched off unless the role has it."""

    name = forms.CharField(label="Name", max_length=100, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, data: Any = None, *, engines: Sequence[Engine], held: set[str], role_name: str = "", grants: Grants | None = None) -> None:
        self._by_id = {engine.pk: engine for engine in engines}
        grants = grants or Grants()
        super().__init__(data, initial={"name": role_name, **_initial(grants)})
        for name, codename in ON_THE_ORGANIZATION.items():
            is_beyond = codename not in held and name not in grants.everywhere
            words = PERMISSION_WORDS[name]
            meaning = f"{words.meaning} You do not hold this yourself, so you cannot give it." if is_beyond else words.meaning
            widget = forms.CheckboxInput({"disabled": True} if is_beyond else {})
            self.fields[codename] = forms.BooleanField(label=words.title, help_text=meaning, required=False, widget=widget)
        for name, codename in ON_ENGINE.items():
            self._add_engine_fields(name, codename)

    def _add_engine_fields(self, name: str, codename: str) -> None:
        words = PERMISSION_WORDS[name]
        scopes = [(NONE, "On no engine"), (EVERY, "On every engine, also those to come"), (CHOSEN, "On chosen engines")]
        scope = forms.ChoiceField(label=words.title, help_text=words.meaning, choices=scopes, widget=forms.Select({"class": "il-input"}))
        choices = [(engine.pk, engine.name) for engine in self._by_id.values()]
        self.fields[codename] = scope
        self.fields[f"{codename}_on"] = forms.MultipleChoiceField(
            label=f"{words.title}: engines", choices=choices, required=False, widget=forms.CheckboxSelectMultiple
        )

    @property
    def organization_fields(self) -> list[forms.BoundField]:
        return [self[codename] for codename in ON_THE_ORGANIZATION.values()]

    @property
    def engine_fields(self) -> list[EngineFields]:
        return [EngineFields(self[codename], self[f"{codename}_on"]) for codename in ON_ENGINE.values()]

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        for codename in ON_ENGINE.values():
            if self.cleaned_data.get(codename) == CHOSEN and not self.cleaned_data.get(f"{codename}_on"):
                self.add_error(f"{codename}_on", "Choose at least one engine.")
        return self.cleaned_data

    def grants(self) -> Grants:
        """Of a valid form."""
        given = self.cleaned_data
        everywhere = {name for name, codename in ON_THE_ORGANIZATION.items() if given[codename]}
        everywhere |= {name for name, codename in ON_ENGINE.items() if given[codename] == EVERY}
        chosen = {name: tuple(self._by_id[pk] for pk in given[f"{codename}_on"]) for name, codename in ON_ENGINE.items() if given[codename] == CHOSEN}
        return Grants(everywhere=frozenset(everywhere), chosen=chosen)


def _initial(grants: Grants) -> Mapping[str, Any]:
    """The values of a fresh form."""
    initial: dict[str, Any] = {codename: name in grants.everywhere for name, codename in ON_THE_ORGANIZATION.items()}
    for name, codename in ON_ENGINE.items():
        chosen = grants.chosen.get(name, ())
        initial[codename] = EVERY if name in grants.everywhere else CHOSEN if chosen else NONE
        initial[f"{codename}_on"] = [engine.pk for engine in chosen]
    return initial
