"""The form of a new submission: what a browser sent, as the request that the API would have been sent, and the API's problems beside its fields.

It knows no rule of its own. `localization.requests.read_submission` says what is wrong, with the path of each problem.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from engines.models import Engine
from engines.pipeline_config import RULES, StageId, resolve
from foundation.customer_json import JSONValue, MalformedJSON, Number, Problem, parse
from localization.pages.stages import STAGE_MEANINGS, STAGE_NAMES
from organizations.forms import PageForm

OPTIONAL = [stage for stage, rule in RULES.items() if rule.is_optional]
REVIEW = f"pipelineConfig.{StageId.HUMAN_EDIT}"
# Which field a problem is shown at, by the beginning of its path; the longest that fits counts.
FIELD_OF = {
    "engineId": "engine",
    "sourceLocale": "source_locale",
    "targetLocales": "target_locales",
    "data": "content",
    "context": "context",
    "lockedKeys": "locked_keys",
    **{f"pipelineConfig.{stage}": stage.value for stage in OPTIONAL},
    f"{REVIEW}.mode": "mode",
    f"{REVIEW}.tier": "tier",
    f"{REVIEW}.timeoutHours": "timeout_hours",
    f"{REVIEW}.maxCostUsd": "max_cost_usd",
}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_SEPARATORS = re.compile(r"[\s,;]+")
EXAMPLE = '{\n  "title": "Good morning, {name}",\n  "buttons": ["Save", "Cancel"]\n}'


class NewJobForm(PageForm):
    """Bound to what was sent, or unbound with the settings of `engine`."""

    nonce = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)  # the same page sent twice makes one group
    engine = forms.ChoiceField(label="Engine", required=False)
    source_locale = forms.CharField(label="Source locale", required=False, widget=forms.TextInput({"placeholder": "en", "autocapitalize": "off"}))
    target_locales = forms.CharField(
        label="Target locales",
        required=False,
        help_text="One to a hundred, separated by spaces or commas. Each becomes a job.",
        widget=forms.Textarea({"rows": 2, "placeholder": "de, fr, pt-BR", "data-locales": "", "autocapitalize": "off", "spellcheck": "false"}),
    )
    content = forms.CharField(
        label="Content as JSON",
        required=False,
        strip=False,
        help_text="An object of any depth. Its texts are translated; keys, numbers and structure stay.",
        widget=forms.Textarea({"rows": 12, "class": "il-code-input", "spellcheck": "false", "placeholder": EXAMPLE}),
    )
    file = forms.FileField(
        label="Or a JSON file",
        required=False,
        help_text="Goes before what stands above. At most 4 MB.",
        widget=forms.FileInput({"accept": ".json,application/json"}),
    )
    context = forms.CharField(
        label="Context",
        required=False,
        help_text="What the models should know of the whole: where it is read, by whom, in which tone.",
        widget=forms.Textarea({"rows": 2}),
    )
    locked_keys = forms.CharField(
        label="Locked keys",
        required=False,
        help_text="One to a line: names, or paths with * and **. Their values are never sent to a model and come back as they are.",
        widget=forms.Textarea({"rows": 2, "class": "il-mono", "placeholder": "id\nimages.**", "spellcheck": "false"}),
    )
    mode = forms.ChoiceField(label="By", required=False, choices=[("internal", "Your own reviewers"), ("external", "A provider outside")])
    tier = forms.ChoiceField(label="Tier of the provider", required=False, choices=[("standard", "Standard"), ("pro", "Pro")])
    timeout_hours = forms.CharField(label="Hours until the AI version ships", required=False, widget=forms.TextInput({"inputmode": "decimal"}))
    max_cost_usd = forms.CharField(
        label="At most, in USD",
        required=False,
        help_text="Of an order at a provider. Empty: no limit.",
        widget=forms.TextInput({"inputmode": "decimal"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, files: Any = None, *, engines: Sequence[Engine], **options: Any) -> None:
        super().__init__(data, files, **options)
        self.fields["engine"].choices = [(engine.pk, engine.name) for engine in engines]  # type: ignore[attr-defined]  # a ChoiceField
        for stage in OPTIONAL:
            self.fields[stage.value] = forms.BooleanField(label=STAGE_NAMES[stage], required=False, help_text=STAGE_MEANINGS[stage])

    @property
    def switches(self) -> list[forms.BoundField]:
        """The optional stages, in the order in which they run."""
        return [self[stage.value] for stage in OPTIONAL]

    @property
    def review(self) -> list[forms.BoundField]:
        """What else a human edit is asked for."""
        return [self[name] for name in ("mode", "tier", "timeout_hours", "max_cost_usd")]

    def request_body(self) -> dict[str, JSONValue]:
        """The body of `POST /jobs/localization`; without its content, and with an error at that field, where the content cannot be read."""
        given = self.cleaned_data
        body: dict[str, JSONValue] = {
            "engineId": given["engine"] or None,
            "sourceLocale": given["source_locale"],
            "targetLocales": [*filter(None, _SEPARATORS.split(given["target_locales"]))],
            "context": given["context"].replace("\r\n", "\n"),
            "lockedKeys": [key.strip() for key in given["locked_keys"].splitlines() if key.strip()],
            "pipelineConfig": self._pipeline(),
        }
        content = given["file"].read() if given.get("file") else given["content"]
        if content.strip():
            body["data"] = self._parse(content)
        return body

    def _parse(self, content: bytes | str) -> JSONValue:
        try:
            return parse(content)
        except MalformedJSON as exc:
            self.show_problems(Problem(f"data.{problem.path}".rstrip("."), problem.message) for problem in exc.problems)
            return {}

    def _pipeline(self) -> JSONValue:
        config: dict[str, JSONValue] = {stage.value: {"enabled": self.cleaned_data[stage.value]} for stage in OPTIONAL}
        if self.cleaned_data[StageId.HUMAN_EDIT.value]:
            review = self.cleaned_data
            config[StageId.HUMAN_EDIT.value] = {
                "enabled": True,
                "mode": review["mode"],
                "tier": review["tier"],
                "timeoutHours": _number(review["timeout_hours"]),
                "maxCostUsd": _number(review["max_cost_usd"]) if review["max_cost_usd"] else None,
            }
        return config

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Each beside its field, with the path where it is inside of one."""
        for problem in problems:
            names = [path for path in FIELD_OF if problem.path == path or problem.path.startswith((f"{path}.", f"{path}["))]
            path = max(names, key=len, default="")
            inside = problem.path.removeprefix(path).lstrip(".")
            self.add_error(FIELD_OF.get(path), f"{inside}: {problem.message}" if inside else problem.message)


def engine_settings(engine: Engine | None) -> dict[str, Any]:
    """The values of a fresh form: what the engine's own pipeline does."""
    config = resolve(engine.pipeline_config if engine else {}, {})
    review = config[StageId.HUMAN_EDIT]
    return {
        **{stage.value: config[stage]["enabled"] for stage in OPTIONAL},
        "mode": review["mode"],
        "tier": review["tier"],
        "timeout_hours": f"{review['timeoutHours']:g}",
        "max_cost_usd": "" if review["maxCostUsd"] is None else f"{review['maxCostUsd']:g}",
    }


def _number(text: str) -> JSONValue:
    """A number as a parser gives it; what is none stays text, for the serializer to refuse."""
    typed = text.strip().replace(",", ".")
    return Number(typed) if _NUMBER.fullmatch(typed) else text
