"""Forms whose input a serializer of the API judges, and forms that refuse to undo what somebody else changed.

`ProblemForm` knows no rule: the API's problems are shown beside its fields. `VersionedForm` carries what its reader saw; where that is no longer what
is stored, nothing is written, the page says what changed, and everything typed stays.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django import forms
from rest_framework.exceptions import ValidationError

from foundation.api_errors import ApiError, BadRequest, to_api_error
from foundation.customer_json import JSONValue, Number, Problem
from foundation.fields import StrictSerializer
from organizations.forms import PageForm

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_SEPARATORS = re.compile(r"[\s,;]+")


class ProblemForm(PageForm):
    """`field_of` says at which field a problem is shown, by the beginning of its path; the longest that fits counts."""

    field_of: ClassVar[Mapping[str, str]] = {}

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Each beside its field, with the path where it is inside of one."""
        for problem in problems:
            names = [path for path in self.field_of if problem.path == path or problem.path.startswith((f"{path}.", f"{path}["))]
            path = max(names, key=len, default="")
            inside = problem.path.removeprefix(path).lstrip(".")
            self.add_error(self.field_of.get(path), f"{inside}: {problem.message}" if inside else problem.message)

    def show_refusal(self, refusal: ApiError | ValidationError) -> None:
        """What the API would have answered."""
        error = to_api_error(refusal, path="")
        self.show_problems(error.problems if isinstance(error, BadRequest) and error.problems else [Problem("", error.message)])

    def judge(self, serializer: StrictSerializer) -> dict[str, Any] | None:
        """The serializer's values; None where the form now says what is wrong."""
        if serializer.is_valid():
            values: dict[str, Any] = serializer.validated_data
            return values
        self.show_refusal(ValidationError(serializer.errors))
        return None


@dataclass(frozen=True, slots=True)
class Difference:
    """What somebody else changed in one field, as people read it; an empty text is none."""

    label: str
    before: str
    after: str


class VersionedForm(ProblemForm):
    """Fields have texts and truth values. `seen` holds those that were stored when the page was made."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    @classmethod
    def showing(cls, stored: Mapping[str, Any], typed: Mapping[str, Any] | None = None) -> Self:
        """Unbound, with the stored values, or with what was `typed` over them."""
        return cls(initial={**stored, **(typed or {}), "seen": json.dumps(dict(stored), sort_keys=True)})

    def is_stale(self, stored: Mapping[str, Any]) -> bool:
        """Whether the reader saw something else. Of a form that was cleaned."""
        return self._seen() != dict(stored)

    def merged(self, stored: Mapping[str, Any]) -> Self:
        """A fresh form: what was typed stays, and a field that was left as it stood shows what it is now."""
        seen = self._seen()
        return self.showing(stored, {name: value for name, value in self.cleaned_data.items() if name in stored and value != seen.get(name)})

    def differences(self, stored: Mapping[str, Any]) -> list[Difference]:
        """What changed since the page was made."""
        seen = self._seen()
        changed = [name for name in stored if name in seen and seen[name] != stored[name]]
        return [Difference(str(self.fields[name].label), self._spell(name, seen[name]), self._spell(name, stored[name])) for name in changed]

    def _seen(self) -> dict[str, Any]:
        try:
            seen = json.loads(self.cleaned_data.get("seen") or "{}")
        except ValueError:
            seen = {}
        return seen if isinstance(seen, dict) else {}

    def _spell(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return "on" if value else "off"
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value))


def text_of(value: str) -> str:
    """A text as it is stored: browsers send other ends of lines."""
    return value.replace("\r\n", "\n")


def words_of(text: str) -> list[str]:
    """What stands between white space, commas and semicolons."""
    return [*filter(None, _SEPARATORS.split(text))]


def number_of(text: str) -> JSONValue:
    """A number as a parser gives it; what is none stays text, for the serializer to refuse."""
    typed = text.strip().replace(",", ".")
    return Number(typed) if _NUMBER.fullmatch(typed) else text
